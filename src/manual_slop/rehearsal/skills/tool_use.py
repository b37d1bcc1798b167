"""Skill: call the tool a person speaks of, with arguments taken from their words."""

from __future__ import annotations

import re

from manual_slop.rehearsal.conversation import Call, Conversation, Step
from manual_slop.rehearsal.craft.hints import Hints, words_of
from manual_slop.rehearsal.craft.schema_json import write_json
from manual_slop.rehearsal.craft.schema_rules import names_in, sub_schemas
from manual_slop.values.tools import ToolSpec

_COMMON_WORDS = """
    get set run do list read write search find make create file files directory tool call fetch the a an of for in to
    current use my by with and new add is"""
_WORDS_OF_EFFECT = "write edit delete remove shell exec execute command powershell move patch replace apply"
_COMMON = frozenset(_COMMON_WORDS.split())
_CONSEQUENTIAL = frozenset(_WORDS_OF_EFFECT.split())
_NAME = r"[A-Z][\w'-]{0,40}(?: [A-Z][\w'-]{0,40}){0,3}"
_LIST_OF_NAMES = re.compile(rf"\b{_NAME}(?:(?:, (?:and )?| and ){_NAME}){{1,9}}")
_MOST_CALLS = 5


def use_named_tools(conversation: Conversation) -> Step | None:
    """Calls each offered tool the question speaks of; one whose effect may matter only when called by its full name."""
    if conversation.exchanges:
        return None
    wanted = [tool for tool in conversation.tools if _is_meant(tool, conversation.asked)]
    calls = [call for tool in wanted for call in _calls(tool, conversation)][:_MOST_CALLS]
    names = ", ".join(dict.fromkeys(call.name for call in calls))
    return Step(calls=tuple(calls), thought=f"The question speaks of what {names} does.") if calls else None


def call_tool(tool: ToolSpec, conversation: Conversation) -> Call:
    """A call of `tool` with what the conversation offers for its parameters, made up where it offers nothing."""
    arguments = write_json({"type": "object", **tool.parameters}, Hints(conversation.asked), optional=False)
    return Call(tool.name, arguments if isinstance(arguments, dict) else {})


def _is_meant(tool: ToolSpec, asked: str) -> bool:
    if re.search(rf"(?<![\w-]){re.escape(tool.name)}(?![\w-])", asked):
        return True
    words = set(words_of(tool.name))
    telling = words - _COMMON
    return bool(telling) and not words & _CONSEQUENTIAL and telling <= set(words_of(asked))


def _calls(tool: ToolSpec, conversation: Conversation) -> list[Call]:
    """One call, or one for each of several names when the tool takes one ("the weather in Oslo and Rome")."""
    call = call_tool(tool, conversation)
    properties, required = sub_schemas(tool.parameters, "properties"), names_in(tool.parameters, "required")
    texts = [name for name in required if _takes_text(properties.get(name))]
    listed = _LIST_OF_NAMES.search(conversation.asked)
    if listed is None or len(texts) != 1:
        return [call]
    names = re.split(r", (?:and )?| and ", listed[0])
    return [Call(tool.name, {**call.arguments, texts[0]: name}) for name in names]


def _takes_text(schema: object) -> bool:
    return (
        isinstance(schema, dict) and schema.get("type") == "string" and not schema.keys() & {"enum", "const", "pattern"}
    )
