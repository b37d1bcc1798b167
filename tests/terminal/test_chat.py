"""A conversation at the terminal, with the rehearsal model at the other end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from manual_slop import ai_client
from manual_slop.session.export.reading import read_archive
from manual_slop.session.transcript import fold
from manual_slop.terminal.chat import Chat
from manual_slop.terminal.chat_commands import COMMANDS
from manual_slop.terminal.probes import red_picture
from manual_slop.terminal.send import Prompt, Setting, open_session
from manual_slop.terminal.spending import Spending
from manual_slop.terminal.turn_view import TurnView
from manual_slop.values.events import Event, Notice, ToolFinished
from manual_slop.values.paths import data_dir
from tests.terminal.doubles import into_pipes


@pytest.fixture
def talk(tmp_path: Path) -> Callable[..., tuple[int, str, str, Chat]]:
    """Says the lines given and returns exit code, answers, notes and the chat."""
    (tmp_path / "README.md").write_text("# Walrus\n\nCounts walruses.\n", "utf-8")

    def talk(*lines: str, model: str = "rehearsal/demo", typed: bool = False) -> tuple[int, str, str, Chat]:
        screen, out, err = into_pipes()
        session = ai_client.new_session(model, project=tmp_path)
        rest = list(lines)
        chat = Chat(session, TurnView(screen), Prompt())
        code = chat.run(lambda prompt: rest.pop(0) if rest else None, typed=typed)
        return code, out.getvalue(), err.getvalue(), chat

    return talk


def test_a_conversation_goes_on_from_turn_to_turn_and_ends_with_its_cost(talk):
    code, out, err, chat = talk("what is 12*7?", "", "what is 2+2?")
    assert code == 0
    assert "12*7 = 84" in out
    assert "2+2 = 4" in out
    assert len(chat.session.messages) == 4
    assert err.splitlines()[-1] == "2 calls · local, no charge"


def test_tools_read_the_project(talk):
    _, out, err, _ = talk("what does this project do?")
    assert "▸ read_file README.md" in err
    assert "Walrus" in out


def test_the_model_can_be_changed_and_the_conversation_stays(talk):
    _, _, err, chat = talk("what is 1+1?", "/model rehearsal/thinker", "what is 2+2?")
    assert chat.session.model == "rehearsal/thinker"
    assert "talking to rehearsal/thinker" in err
    assert "┊" in err
    assert len(chat.session.messages) == 4


def test_a_model_nobody_has_heard_of_leaves_the_old_one(talk):
    code, _, err, chat = talk("/model opnai/gpt-4o")
    assert chat.session.model == "rehearsal/demo"
    assert "openai/gpt-4o" in err
    assert code == 7


def test_a_failed_turn_does_not_end_the_chat(talk):
    code, out, err, _ = talk("/model rehearsal/fault-401", "hello", "/model rehearsal/demo", "what is 2+2?")
    assert "✗ auth" in err
    assert "2+2 = 4" in out
    assert code == 3
    assert talk("/model rehearsal/fault-401", "hello", typed=True)[0] == 0


def test_costs_are_listed_model_by_model(talk):
    _, out, _, _ = talk("/cost", "what is 1+1?", "/model rehearsal/thinker", "what is 2+2?", "/cost")
    lines = [line.split() for line in out.splitlines()[-4:]]
    assert lines[0] == ["model", "calls", "in", "cached", "out", "cost", "basis"]
    assert [line[0] for line in lines[1:]] == ["rehearsal/demo", "rehearsal/thinker", "all"]
    assert [line[1] for line in lines[1:]] == ["1", "1", "2"]


def test_reset_forgets_what_was_said_but_not_what_it_cost(talk):
    _, _, err, chat = talk("what is 1+1?", "/reset")
    assert chat.session.messages == []
    assert chat.spending.total().calls == 1
    assert "forgotten" in err


LONG = "repeat: " + "a walrus is counted twice a day, " * 40


def test_the_context_is_shown_with_what_the_next_prompt_may_cost(talk):
    _, out, _, _ = talk("what is 1+1?", "/context openai/gpt-4o")
    assert "of 1,000,000 tokens" in out
    assert "tools" in out
    assert [line.split()[0] for line in out.splitlines() if "~" in line][-2:] == ["rehearsal/demo", "openai/gpt-4o"]
    assert "judged by 1 turn of this conversation" in out


def test_a_file_is_put_into_the_context_shown_with_its_tokens_and_taken_out_again(talk):
    _, out, err, chat = talk("/context add README.md --mode summary", "/context", "/context drop README.md", "hello")
    assert "README.md is shown to the model (summary, ~" in err
    assert "summary   README.md" in err
    assert "files" in out
    assert "README.md is not shown to the model any more" in err
    assert "Walrus" not in chat.session.preamble[0].text


def test_old_turns_can_be_put_behind_a_summary_and_brought_back(talk):
    _, out, err, chat = talk(
        LONG, LONG, "what is 1+1?", "what is 2+2?", "/compact", "/cost", "/uncompact", "/uncompact"
    )
    assert "the oldest 4 messages are now a summary by rehearsal/demo" in err
    assert "/uncompact brings them back" in err
    assert "4 messages instead of a summary" in err
    assert "there is no summary in this conversation to take back" in err
    assert len(chat.session.messages) == 8
    assert ["rehearsal/demo", "5"] in [line.split()[:2] for line in out.splitlines()]  # the summary is a call


def test_another_model_may_write_the_summary(talk):
    _, _, err, _ = talk(LONG, LONG, "what is 1+1?", "what is 2+2?", "/compact rehearsal/thinker")
    assert "a summary by rehearsal/thinker" in err
    assert "┊" not in err.partition("2+2")[2]


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        ("/compact", 2, "nothing to put away"),
        ("/compact opnai/gpt-4o", 7, "openai/gpt-4o"),
        ("/context opnai/gpt-4o", 7, "openai/gpt-4o"),
        ("/uncompact", 2, "no summary"),
        ("/context add", 2, "needs a path"),
        ("/context add gone.py", 2, "there is no such file"),
        ("/context add README.md --mode all", 2, "full, outline"),
        ("/context drop README.md", 2, "not among the files in context"),
    ],
)
def test_what_cannot_be_done_about_the_context_is_said(talk, command: str, code: int, words: str):
    told, _, err, _ = talk(command)
    assert words in err
    assert told == code


def test_the_last_line_of_a_turn_says_when_the_window_fills_up(talk):
    _, _, err, _ = talk(LONG, model="rehearsal/window-4500")
    (hint,) = [line for line in err.splitlines() if "context" in line]
    assert " full: /compact makes room" in hint
    assert hint.startswith(("2", "3", "4"))
    _, _, err, _ = talk(LONG)
    assert "makes room" not in err


def test_a_picture_goes_with_what_is_said_next_and_only_then(talk, tmp_path: Path):
    picture = tmp_path / "red.png"
    picture.write_bytes(red_picture().data)
    _, out, err, chat = talk(f"/image {picture}", "what is on this picture?", "what is 1+1?")
    assert "64×64 png" in err
    assert "red" in out
    assert [len(message.images) for message in chat.session.messages if message.role == "user"] == [1, 0]


def test_standing_instructions_can_be_seen_and_changed(talk):
    _, _, err, chat = talk("/system be brief", "/system")
    assert chat.session.system_prompt == "be brief"
    assert err.splitlines() == ["be brief", "be brief"]


def test_tools_can_be_seen_and_switched_off(talk):
    _, _, err, chat = talk("/tools", "/tools off", "what does this project do?")
    assert ["read_file", "read", "Read"] in [line.split()[:3] for line in err.splitlines()]
    assert "▸" not in err
    assert chat.session.toolbox is None


def test_a_conversation_can_be_exported_also_where_nothing_is_saved(talk, tmp_path: Path):
    whole, page = tmp_path / "talk.json", tmp_path / "talk.html"
    _, _, err, chat = talk(
        LONG, LONG, "what does this project do?", "what is 2+2?", "/compact", f"/export {whole}", f"/export {page}"
    )
    assert "wrote" in err
    assert "Walrus" in page.read_text("utf-8")
    archive = read_archive(whole.read_bytes())
    told = fold(one.event for one in archive.envelopes)
    assert chat.session.compacted
    assert told.messages[0].text == LONG
    assert told.messages[-1] == chat.session.messages[-1]
    assert len(told.messages) == len(chat.session.compacted[0]) + len(chat.session.messages) - 1
    assert any(isinstance(one.event, ToolFinished) for one in archive.envelopes)
    assert [entry.call_id for entry in told.entries] == [entry.call_id for entry in chat.session.settled]


def test_an_export_needs_something_to_write_and_somewhere_to(talk, tmp_path: Path):
    there = tmp_path / "there.md"
    there.write_text("mine", "utf-8")
    assert "nothing has been said" in talk("/export x.md")[2]
    assert "/export needs a file" in talk("what is 1+1?", "/export")[2]
    assert "has to be one of" in talk("what is 1+1?", "/export talk.pdf")[2]
    assert "there.md" in talk("what is 1+1?", f"/export {there}")[2]
    assert there.read_text("utf-8") == "mine"


def test_help_lists_every_command(talk):
    _, _, err, _ = talk("/help")
    assert all(f"/{name}" in err for name in (*COMMANDS, "quit"))


@pytest.mark.parametrize("word", ["quit", "exit"])
def test_quit_ends_the_chat_at_once(talk, word: str):
    _, out, _, _ = talk(f"/{word}", "what is 1+1?")
    assert out == ""


def test_an_unknown_command_is_not_sent_and_the_one_meant_is_named(talk):
    _, out, err, _ = talk("/modle x")
    assert "did you mean /model?" in err
    assert out == ""


def test_two_slashes_say_one(talk):
    _, _, _, chat = talk("//etc is a folder")
    assert chat.session.messages[0].text == "/etc is a folder"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/image", "needs a path"),
        ("/image nope.png", "nope.png"),
        ("/tools maybe", "/tools off"),
        ("/", "there is no /"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(talk, command: str, words: str):
    code, _, err, _ = talk(command)
    assert words in err
    assert code == 2


def test_ctrl_c_at_the_prompt_leaves_only_the_second_time(talk):
    screen, _, err = into_pipes()
    chat = Chat(ai_client.new_session("rehearsal/demo"), TurnView(screen), Prompt())
    typed = ["^C", "what is 2+2?", "^C", "^C", "never read"]

    def read(prompt: str) -> str | None:
        if typed[0] == "^C":
            typed.pop(0)
            raise KeyboardInterrupt
        return typed.pop(0)

    assert chat.run(read, typed=True) == 130
    assert err.getvalue().count("once more") == 2
    assert typed == ["never read"]


def _notices(setting: Setting) -> list[str]:
    told: list[Event] = []
    open_session(setting, told.append)
    return [event.text for event in told if isinstance(event, Notice)]


def test_the_model_chosen_is_said_with_the_reason():
    (notice,) = _notices(Setting(tools=False))
    assert notice.startswith("using rehearsal/demo: No key is set")
    assert _notices(Setting("rehearsal/demo", tools=False)) == []


def test_nobody_who_names_no_folder_means_their_whole_home(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(Path.home())
    assert "is no project" in _notices(Setting("rehearsal/demo"))[0]
    monkeypatch.chdir("/")
    assert "is no project" in _notices(Setting("rehearsal/demo"))[0]


def test_a_folder_that_is_gone_gives_no_tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert "nobody can tell which folder this is" in _notices(Setting("rehearsal/demo"))[0]


def test_a_chat_survives_what_nobody_foresaw(tmp_path: Path):
    class Broken(Spending):
        def note(self, event: Event) -> None:
            raise ZeroDivisionError

    screen, _, err = into_pipes()
    chat = Chat(ai_client.new_session("rehearsal/demo"), TurnView(screen), Prompt())
    chat.spending = Broken()
    entries = ["what is 1+1?", "/help"]
    assert chat.run(lambda prompt: entries.pop(0) if entries else None, typed=False) == 1
    assert "unexpected: ZeroDivisionError" in err.getvalue()
    assert "/model MODEL" in err.getvalue()
    (report,) = (data_dir() / "crash").iterdir()
    assert "ZeroDivisionError" in report.read_text("utf-8")
