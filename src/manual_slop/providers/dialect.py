"""Our messages and tools in the form litellm takes, with each provider's own data echoed to it alone."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from manual_slop.providers.quirks import anthropic, gemini
from manual_slop.values.messages import Image, Message, Opaque, Reasoning, Text, ToolCall, ToolResult
from manual_slop.values.strict_json import StrictJSONError, parse_arguments
from manual_slop.values.tools import ToolSpec

_ECHOES_ALWAYS = frozenset({"anthropic", "gemini", "vertex_ai", "openrouter", "bedrock"})
_ECHOES_IN_LOOP = frozenset({"deepseek", "moonshot", "zai", "dashscope"})


class Translator:
    """Translates the messages of one conversation for one provider, each once: history costs nothing twice.

    What it hands out is shared between calls and must not be changed in place.
    """

    def __init__(self, provider: str, protocol: str, *, system_role: str = "system") -> None:
        self.provider = provider
        self.protocol = protocol
        self.system_role = system_role
        self._known: tuple[Message, ...] = ()
        self._wire: list[dict[str, Any]] = []
        self._loop_start = 0

    def messages(self, messages: Sequence[Message]) -> list[dict[str, Any]]:
        """All of a conversation."""
        said = tuple(messages)
        loop_start = self._start_of_loop(said)
        goes_on = loop_start == self._loop_start and said[: len(self._known)] == self._known
        known, wire = (len(self._known), [*self._wire]) if goes_on else (0, [])
        for at in range(known, len(said)):
            self._append(wire, said[at], in_loop=at >= loop_start)
        self._known, self._wire, self._loop_start = said, wire, loop_start
        return [*wire]

    def _start_of_loop(self, messages: Sequence[Message]) -> int:
        """Where a person spoke last, for those providers that want their thoughts since then and no older ones."""
        if self.protocol not in _ECHOES_IN_LOOP:
            return 0
        return next((at for at in range(len(messages) - 1, -1, -1) if messages[at].role == "user"), 0)

    def _append(self, wire: list[dict[str, Any]], message: Message, *, in_loop: bool) -> None:
        said = self._translate(message, in_loop)
        if message.role == "user" and wire and wire[-1]["role"] == "user":
            wire[-1] = _joined(wire[-1], said[0])
        else:
            wire.extend(said)

    def _translate(self, message: Message, in_loop: bool) -> list[dict[str, Any]]:
        if message.role == "system":
            return [{"role": self.system_role, "content": message.text}]
        if message.role == "tool":
            return [self._result(part) for part in message.parts if isinstance(part, ToolResult)]
        if message.role == "user":
            return [{"role": "user", "content": _user_content(message)}]
        return [self._assistant(message, in_loop)] if message.parts else []

    def _result(self, result: ToolResult) -> dict[str, Any]:
        return {"role": "tool", "tool_call_id": self._call_id(result.call_id), "content": result.content or "(nothing)"}

    def _assistant(self, message: Message, in_loop: bool) -> dict[str, Any]:
        text = message.text
        if message.interrupted:
            text = f"{text} [interrupted]".lstrip()
        wire: dict[str, Any] = {"role": "assistant", "content": text or None}
        calls = [self._call(call) for call in message.tool_calls]
        if calls:
            wire["tool_calls"] = calls
        elif text == "":
            wire["content"] = ""
        for part in message.parts:
            if isinstance(part, Reasoning):
                wire.update(self._echo(part, message, in_loop))
        return wire

    def _echo(self, part: Reasoning, message: Message, in_loop: bool) -> dict[str, Any]:
        """What this provider wants to see again of its own thoughts; nothing of anybody else's."""
        if not _is_echoed(part, message, self.provider, self.protocol, in_loop=in_loop):
            return {}
        if self.protocol in _ECHOES_IN_LOOP:
            return {"reasoning_content": part.text}
        return _opaque_fields(part.opaque) if part.opaque else {}

    def _call(self, call: ToolCall) -> dict[str, Any]:
        function = {"name": call.name, "arguments": _readable(call.arguments)}
        return {"id": self._call_id(call.id), "type": "function", "function": function}

    def _call_id(self, call_id: str) -> str:
        return call_id if self.protocol in ("gemini", "vertex_ai") else gemini.plain_call_id(call_id)


def echoes_thoughts(message: Message, provider: str, protocol: str, *, in_loop: bool) -> bool:
    """Whether the thoughts in an assistant's message go back to a provider; `in_loop`: since the person last spoke."""
    return any(
        isinstance(part, Reasoning) and _is_echoed(part, message, provider, protocol, in_loop=in_loop)
        for part in message.parts
    )


def _is_echoed(part: Reasoning, message: Message, provider: str, protocol: str, *, in_loop: bool) -> bool:
    if message.model.split("/", 1)[0] != provider:
        return False
    if protocol in _ECHOES_IN_LOOP:
        return in_loop and bool(part.text)
    return part.opaque is not None and part.opaque.provider == provider and protocol in _ECHOES_ALWAYS


def _joined(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Two messages of a person made one: some providers want the speakers to take turns."""
    one, other = first["content"], second["content"]
    if isinstance(one, str) and isinstance(other, str):
        return {**first, "content": f"{one}\n\n{other}"}
    return {**first, "content": [*_pieces(one), *_pieces(other)]}


def _pieces(content: str | list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _readable(arguments: str) -> str:
    """Arguments as a JSON object, which litellm has to read for other protocols; what is none is shown in one."""
    try:
        whole = isinstance(parse_arguments(arguments), dict)
    except StrictJSONError:
        whole = False
    return (arguments.strip() or "{}") if whole else json.dumps({"unreadable_arguments": arguments})


def _opaque_fields(opaque: Opaque) -> dict[str, Any]:
    fields = dict(opaque.fields)
    pieces = fields.pop("thinking_pieces", None)
    if pieces:
        fields["thinking_blocks"] = anthropic.assemble_thinking(pieces)
    signatures = fields.pop("thought_signatures", None)
    if signatures:
        fields["provider_specific_fields"] = {"thought_signatures": signatures}
    return fields


def _user_content(message: Message) -> str | list[dict[str, Any]]:
    if not message.images:
        return message.text
    content: list[dict[str, Any]] = []
    for part in message.parts:
        if isinstance(part, Image):
            encoded = base64.b64encode(part.data).decode("ascii")
            content.append({"type": "image_url", "image_url": {"url": f"data:{part.media_type};base64,{encoded}"}})
        elif isinstance(part, Text):
            content.append({"type": "text", "text": part.text})
    return content


def tools(specs: Sequence[ToolSpec]) -> list[dict[str, Any]]:
    """Tool schemas in the one form that litellm translates for every provider."""
    return [
        {
            "type": "function",
            "function": {"name": spec.name, "description": spec.description, "parameters": dict(spec.parameters)},
        }
        for spec in specs
    ]


def estimate_tokens(messages: Sequence[dict[str, Any]], tool_list: Sequence[dict[str, Any]]) -> int:
    """A rough count where a provider told none: four characters a token, 800 tokens a picture."""
    characters = len(json.dumps(tool_list)) if tool_list else 0
    pictures = 0
    for message in messages:
        content = message.get("content")
        for part in content if isinstance(content, list) else [content]:
            if isinstance(part, dict) and part.get("type") == "image_url":
                pictures += 1
            else:
                characters += len(part if isinstance(part, str) else json.dumps(part))
        characters += sum(len(call["function"]["arguments"]) for call in message.get("tool_calls") or ())
    return characters // 4 + 800 * pictures
