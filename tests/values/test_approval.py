"""An approval is bound to all that was shown, and to nothing less."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from manual_slop.values.approval import Action, Preview, canonical

PREVIEW = Preview("command", "ls -l", ("src",), "abc", False, ".", ("PATH",), "bwrap")
ACTION = Action("s1", "c1", "run_shell", "EXECUTE", '{"command":"ls -l"}', PREVIEW, "tier 3")

OTHER_PREVIEWS = {
    "kind": "text",
    "text": "ls -l ",
    "targets": ("src", "docs"),
    "state": "abd",
    "protected": True,
    "cwd": "src",
    "environment": ("PATH", "HOME"),
    "confinement": "none",
}
OTHER_ACTIONS = {
    "session_id": "s2",
    "call_id": "c2",
    "tool": "run_powershell",
    "risk": None,
    "arguments": '{"command":"ls"}',
    "preview": replace(PREVIEW, text="ls"),
    "origin": "tier 4",
}


def test_every_field_is_tried():
    assert set(OTHER_PREVIEWS) == {field.name for field in fields(Preview)}
    assert set(OTHER_ACTIONS) == {field.name for field in fields(Action)}


@pytest.mark.parametrize("name", OTHER_PREVIEWS)
def test_another_preview_is_another_action(name: str):
    other = replace(ACTION, preview=replace(PREVIEW, **{name: OTHER_PREVIEWS[name]}))
    assert other.digest != ACTION.digest
    assert other.repeatable_digest != ACTION.repeatable_digest


@pytest.mark.parametrize("name", OTHER_ACTIONS)
def test_whatever_changes_changes_the_digest(name: str):
    other = replace(ACTION, **{name: OTHER_ACTIONS[name]})
    assert other.digest != ACTION.digest
    assert (other.repeatable_digest == ACTION.repeatable_digest) == (name == "call_id")


def test_the_same_action_has_the_same_digest():
    assert replace(ACTION).digest == ACTION.digest
    assert len(ACTION.digest) == 64


def test_text_does_not_move_between_fields():
    one = replace(ACTION, preview=Preview("text", "a", ("b", "c")))
    other = replace(ACTION, preview=Preview("text", "a", ("b,c",)))
    assert one.digest != other.digest


def test_a_character_and_its_two_halves_differ():
    whole, halves = (replace(ACTION, arguments=text) for text in ("\U00010000", "\ud800\udc00"))
    assert whole.digest != halves.digest


def test_arguments_have_one_spelling():
    assert canonical({"b": 1, "a": ["é", None]}) == canonical({"a": ["é", None], "b": 1}) == '{"a":["é",null],"b":1}'


def test_arguments_hold_no_nan():
    with pytest.raises(ValueError, match="JSON"):
        canonical({"a": float("nan")})
