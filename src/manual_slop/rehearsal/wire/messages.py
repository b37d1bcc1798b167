"""The request's `messages`: each is checked as OpenAI checks it and becomes a plain value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from manual_slop.rehearsal.wire.errors import RequestError, missing, unsupported, wrong_type, wrong_value
from manual_slop.rehearsal.wire.images import read_data_uri
from manual_slop.rehearsal.wire.parameters import one_of, string
from manual_slop.values.messages import Message, Text, ToolCall, ToolResult

_PartReader = Callable[[Mapping[str, Any], str], Any]


def read_messages(raw: Any) -> tuple[Message, ...]:
    """The conversation of a request. Raises: RequestError, naming the message at fault."""
    if not isinstance(raw, list):
        raise wrong_type("messages", "an array of objects", raw)
    if not raw:
        raise RequestError("Invalid 'messages': empty array. Expected at least one message.", "messages", "empty_array")
    messages = tuple(_message(item, f"messages[{at}]") for at, item in enumerate(raw))
    _check_tool_order(messages)
    return messages


def _message(raw: Any, param: str) -> Message:
    if not isinstance(raw, dict):
        raise wrong_type(param, "an object", raw)
    if "role" not in raw:
        raise missing(f"{param}.role")
    role = raw["role"]
    string(f"{param}.role", role)
    if role not in _ROLES:
        raise wrong_value(f"{param}.role", role, _ROLES)
    return _ROLES[role](raw, param)


def _instructions(raw: Mapping[str, Any], param: str) -> Message:
    return Message("system", _content(raw, param, _TEXT_ONLY))


def _user(raw: Mapping[str, Any], param: str) -> Message:
    return Message("user", _content(raw, param, _TEXT_AND_IMAGES))


def _assistant(raw: Mapping[str, Any], param: str) -> Message:
    calls = _tool_calls(raw.get("tool_calls"), f"{param}.tool_calls")
    refusal = raw.get("refusal")
    if refusal is not None:
        string(f"{param}.refusal", refusal)
    silent = raw.get("content") is None and (calls or refusal is not None)
    return Message("assistant", (*(() if silent else _content(raw, param, _TEXT_AND_REFUSALS)), *calls))


def _tool(raw: Mapping[str, Any], param: str) -> Message:
    if "tool_call_id" not in raw:
        raise missing(f"{param}.tool_call_id")
    string(f"{param}.tool_call_id", raw["tool_call_id"])
    text = "".join(part.text for part in _content(raw, param, _TEXT_ONLY))
    return Message("tool", (ToolResult(raw["tool_call_id"], text),))


def _content(raw: Mapping[str, Any], param: str, readers: Mapping[str, _PartReader]) -> tuple[Any, ...]:
    if "content" not in raw:
        raise missing(f"{param}.content")
    content, param = raw["content"], f"{param}.content"
    if isinstance(content, str):
        return (Text(content),)
    if not isinstance(content, list):
        raise wrong_type(param, "one of a string or array of objects", content)
    if not content:
        raise RequestError(f"Invalid '{param}': empty array. Expected at least one part.", param, "empty_array")
    return tuple(_part(part, f"{param}[{at}]", readers) for at, part in enumerate(content))


def _part(raw: Any, param: str, readers: Mapping[str, _PartReader]) -> Any:
    if not isinstance(raw, dict):
        raise wrong_type(param, "an object", raw)
    if "type" not in raw:
        raise missing(f"{param}.type")
    kind = raw["type"]
    string(f"{param}.type", kind)
    if kind not in readers:
        raise wrong_value(f"{param}.type", kind, readers)
    return readers[kind](raw, param)


def _text_part(raw: Mapping[str, Any], param: str) -> Text:
    return Text(_required_text(raw, "text", param))


def _refusal_part(raw: Mapping[str, Any], param: str) -> Text:
    return Text(_required_text(raw, "refusal", param))


def _image_part(raw: Mapping[str, Any], param: str) -> Any:
    image, param = raw.get("image_url"), f"{param}.image_url"
    if not isinstance(image, dict):
        raise wrong_type(param, "an object", image) if "image_url" in raw else missing(param)
    if image.get("detail") is not None:
        one_of("auto", "low", "high")(f"{param}.detail", image["detail"])
    return read_data_uri(_required_text(image, "url", param), f"{param}.url")


def _tool_calls(raw: Any, param: str) -> tuple[ToolCall, ...]:
    if raw is None:
        return ()
    if not isinstance(raw, list):
        raise wrong_type(param, "an array of objects", raw)
    if not raw:
        raise RequestError(f"Invalid '{param}': empty array. Expected at least one call.", param, "empty_array")
    return tuple(_tool_call(call, f"{param}[{at}]") for at, call in enumerate(raw))


def _tool_call(raw: Any, param: str) -> ToolCall:
    if not isinstance(raw, dict):
        raise wrong_type(param, "an object", raw)
    kind = _required_text(raw, "type", param)
    if kind == "custom":
        raise unsupported(f"{param}.type", "only function tools are known here.")
    if kind != "function":
        raise wrong_value(f"{param}.type", kind, ("function",))
    function = raw.get("function")
    if not isinstance(function, dict):
        raise wrong_type(f"{param}.function", "an object", function)
    name = _required_text(function, "name", f"{param}.function")
    return ToolCall(_required_text(raw, "id", param), name, _required_text(function, "arguments", f"{param}.function"))


def _required_text(raw: Mapping[str, Any], key: str, param: str) -> str:
    if key not in raw:
        raise missing(f"{param}.{key}")
    value = raw[key]
    string(f"{param}.{key}", value)
    return str(value)


def _check_tool_order(messages: tuple[Message, ...]) -> None:
    """Calls are answered by the messages right after them, each exactly by its id, and nothing else is."""
    waiting: dict[str, None] = {}
    for at, message in enumerate(messages):
        if message.role == "tool":
            _take_answer(waiting, message, at)
            continue
        _refuse_unanswered(waiting, at)
        waiting = {call.id: None for call in message.tool_calls}
    _refuse_unanswered(waiting, len(messages))


def _take_answer(waiting: dict[str, None], message: Message, at: int) -> None:
    answered = next(part.call_id for part in message.parts if isinstance(part, ToolResult))
    if answered not in waiting:
        raise RequestError(
            "Invalid parameter: messages with role 'tool' must be a response to a preceding message with 'tool_calls'.",
            f"messages.[{at}].role",
        )
    del waiting[answered]


def _refuse_unanswered(waiting: Mapping[str, None], at: int) -> None:
    if waiting:
        raise RequestError(
            "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
            f"'tool_call_id'. The following tool_call_ids did not have response messages: {', '.join(waiting)[:400]}",
            f"messages.[{at}].role",
        )


_TEXT_ONLY: Mapping[str, _PartReader] = {"text": _text_part}
_TEXT_AND_IMAGES: Mapping[str, _PartReader] = {"text": _text_part, "image_url": _image_part}
_TEXT_AND_REFUSALS: Mapping[str, _PartReader] = {"text": _text_part, "refusal": _refusal_part}

_ROLES: Mapping[str, Callable[[Mapping[str, Any], str], Message]] = {
    "system": _instructions,
    "developer": _instructions,
    "user": _user,
    "assistant": _assistant,
    "tool": _tool,
}
