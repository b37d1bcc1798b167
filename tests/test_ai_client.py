"""The front door: one default conversation, sessions of their own, pictures and projects."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image as Picture

from manual_slop import ai_client
from manual_slop.values.events import Event, Notice, ToolFinished


@pytest.fixture(autouse=True)
def _fresh() -> None:
    ai_client.reset_session()


def png(width: int = 32, height: int = 16) -> bytes:
    buffer = io.BytesIO()
    Picture.new("RGB", (width, height), (200, 30, 30)).save(buffer, "PNG")
    return buffer.getvalue()


def test_without_a_key_the_rehearsal_answers_and_costs_nothing() -> None:
    reply = ai_client.send("what is 6*7?")

    assert "42" in str(reply)
    assert reply.model == "rehearsal/demo"
    assert (reply.cost.basis, reply.cost.note) == ("local", "no charge")


def test_the_default_conversation_goes_on_until_it_is_reset() -> None:
    ai_client.send("remember the pear")
    remembered = str(ai_client.send("what did I ask first?"))
    ai_client.reset_session()

    assert "pear" in remembered
    assert "pear" not in str(ai_client.send("what did I ask first?"))


def test_a_project_is_read_through_tools(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Quince\n\nA quince peeler for tests.\n", "utf-8")
    events: list[Event] = []

    reply = ai_client.send("what does this project do?", project=tmp_path, on_event=events.append)

    assert "quince peeler" in str(reply)
    assert any(isinstance(event, ToolFinished) and event.call.name == "read_file" for event in events)


def test_only_the_tools_that_were_named_are_offered(tmp_path: Path) -> None:
    session = ai_client.new_session("rehearsal/demo", project=tmp_path, tools=["list_directory"])

    assert session.toolbox is not None
    assert [spec.name for spec in session.toolbox.specs()] == ["list_directory"]
    with pytest.raises(ai_client.ConfigError, match="fly"):
        ai_client.new_session("rehearsal/demo", project=tmp_path, tools=["fly"])


def test_without_a_project_there_are_no_tools() -> None:
    assert ai_client.new_session("rehearsal/demo").toolbox is None


def test_a_picture_is_described_from_its_pixels(tmp_path: Path) -> None:
    path = tmp_path / "red.png"
    path.write_bytes(png())

    for picture in (path, str(path), path.read_bytes()):
        assert "32 × 16" in str(ai_client.send("what is in the picture?", images=[picture]))


def test_a_picture_that_is_scaled_down_is_said_to_be() -> None:
    events: list[Event] = []
    ai_client.send("what is it?", images=[png(3000, 100)], on_event=events.append)

    assert any(isinstance(event, Notice) and "2048" in event.text for event in events)


def test_a_file_that_is_no_picture_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "notes.png").write_text("not a picture", "utf-8")

    with pytest.raises(ValueError, match=r"notes\.png"):
        ai_client.send("what is it?", images=[tmp_path / "notes.png"])


def test_sessions_of_their_own_do_not_hear_each_other() -> None:
    one, other = ai_client.new_session("rehearsal/demo"), ai_client.new_session("rehearsal/demo")
    one.send("remember the pear")

    assert "pear" not in str(other.send("what did I ask first?"))


def test_the_providers_are_named_and_their_models_listed() -> None:
    assert {"openai", "anthropic", "gemini", "rehearsal"} <= set(ai_client.PROVIDERS)

    listed = ai_client.list_models("openai")

    assert listed.source == "map"
    assert {"gpt-4o", "gpt-4o-mini", "gpt-4.1"} <= {model.id for model in listed.models}


def test_a_missing_credentials_file_shows_what_to_write() -> None:
    with pytest.raises(ai_client.ConfigError, match=r"\[openai\]"):
        ai_client._load_credentials()


def test_what_is_exported_exists() -> None:
    assert [name for name in ai_client.__all__ if not hasattr(ai_client, name)] == []


def test_a_projects_own_instructions_are_passed_on_and_shown_as_such(tmp_path: Path) -> None:
    (tmp_path / "AGENTS.md").write_text("Use tabs.", "utf-8")
    events: list[Event] = []
    session = ai_client.new_session("rehearsal/demo", project=tmp_path, on_event=events.append)
    session.send("hello")
    session.send("hello again")

    assert "Use tabs." in session.system_prompt
    assert len([event for event in events if isinstance(event, Notice) and "AGENTS.md" in event.text]) == 1


def test_a_project_named_later_joins_the_conversation(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Quince\n\nA quince peeler for tests.\n", "utf-8")
    ai_client.send("remember the pear")

    assert "quince peeler" in str(ai_client.send("what does this project do?", project=tmp_path))
    assert "pear" in str(ai_client.send("what did I ask first?"))


@pytest.mark.parametrize("folder", ["/", "/no/such/folder", "/dev/null"])
def test_a_project_folder_that_is_none_is_a_clear_error(folder: str) -> None:
    with pytest.raises(ai_client.ConfigError, match="project"):
        ai_client.new_session("rehearsal/demo", project=folder)
