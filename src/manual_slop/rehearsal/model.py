"""The scripted model: asks its skills, in order, what to do next, and keeps the rules the request set."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from manual_slop.rehearsal.conversation import Call, Conversation, Skill, Step
from manual_slop.rehearsal.craft.hints import Hints
from manual_slop.rehearsal.craft.schema_json import write_json
from manual_slop.rehearsal.skills import SKILLS
from manual_slop.rehearsal.skills.tool_use import call_tool
from manual_slop.rehearsal.wire.reply import Answer
from manual_slop.values.messages import ToolCall

NOTE = "*I am the scripted rehearsal model: I find, count and quote; I do not understand.*"
_SHORT_NOTE_MARK = "scripted"
_KEYS = re.compile(r"\b(?:keys?|fields?|properties)\b:?\s+((?:[\"'`]?\w+[\"'`]?(?:,? and |, ?| or )?)+)", re.IGNORECASE)


def decide(conversation: Conversation, skills: Iterable[Skill] = SKILLS) -> Answer:
    """The next step in a conversation, by the first of `skills` that knows one. The same one gets the same answer.

    Raises: RequestError when a picture turns out not to be decodable.
    """
    step = next(step for skill in skills if (step := skill(conversation)))
    step = _keep_the_rules(conversation, step)
    calls = tuple(_numbered(call, len(conversation.messages), at) for at, call in enumerate(step.calls))
    return Answer(step.text, calls, step.thought, "tool_calls" if calls else "stop")


def _keep_the_rules(conversation: Conversation, step: Step) -> Step:
    names = {tool.name for tool in conversation.tools}
    calls = tuple(call for call in step.calls if call.name in names)
    if conversation.must_call and not calls:
        calls = (call_tool(conversation.tools[0], conversation),)
    if step.final and not calls:
        return step
    if calls:
        return Step("", calls if conversation.parallel else calls[:1], step.thought)
    if conversation.schema is not None:
        return replace(step, text=_as_json(conversation, step.text))
    return step if step.exact or _has_introduced_itself(conversation) else _introduced(step)


def _as_json(conversation: Conversation, text: str) -> str:
    schema = conversation.schema or {}
    if not schema.keys() - {"type"}:
        schema = _object_with(_asked_keys(conversation.asked) or ["answer"])
    return json.dumps(write_json(schema, Hints(conversation.asked, text)), ensure_ascii=False)


def _object_with(keys: Iterable[str]) -> dict[str, Any]:
    return {"type": "object", "properties": {key: {"type": "string"} for key in keys}, "required": list(keys)}


def _asked_keys(asked: str) -> list[str]:
    """The keys a request for free JSON names: "… with the keys name and age"."""
    match = _KEYS.search(asked)
    names = re.findall(r"\w+", match[1]) if match else []
    return [name for name in dict.fromkeys(names) if name not in ("and", "or")]


def _has_introduced_itself(conversation: Conversation) -> bool:
    return any(_SHORT_NOTE_MARK in message.text for message in conversation.messages if message.role == "assistant")


def _introduced(step: Step) -> Step:
    return step if _SHORT_NOTE_MARK in step.text else replace(step, text=f"{step.text}\n\n{NOTE}")


def _numbered(call: Call, said: int, at: int) -> ToolCall:
    """A call with an id that no other call of the conversation has, the same on every run."""
    arguments = json.dumps(call.arguments, ensure_ascii=False)
    digest = hashlib.blake2b(f"{said}:{at}:{call.name}:{arguments}".encode(), digest_size=12)
    return ToolCall(f"call_{digest.hexdigest()}", call.name, arguments)
