"""How models are spoken to: what is set goes with the next prompt, and nothing else does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from manual_slop import ai_client
from manual_slop.app.items import Remark, ToolUse
from manual_slop.app.knobs import KNOBS, fitting, taken_by
from manual_slop.app.manner import Manner, decisions_for
from manual_slop.app.settings import Settings, read_settings, write_settings
from manual_slop.app.wearing import Dressed, policy_of
from manual_slop.app_controller import AppController
from manual_slop.values.approval import Action, Preview
from tests.support.patience import HANGS


class Window:
    """A controller as the window uses it."""

    def __init__(self, project: Path) -> None:
        self._woken = threading.Event()
        self.controller = AppController(project, wake=self._woken.set)
        self.controller.choose_model("rehearsal/demo")
        self.state = self.controller.state

    def waits_until(self, condition: Callable[[], object]) -> None:
        while not condition():
            assert self._woken.wait(HANGS), "waited in vain"
            self._woken.clear()
            self.controller.pump()

    def says(self, text: str) -> None:
        self.controller.send(text)
        self.waits_until(lambda: not self.state.conversation.running)

    @property
    def session(self) -> ai_client.Session:
        return self.controller.sending.sessions[self.state.current]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "README.md").write_text("# Teapot\n\nTeapot brews tea.\n")
    (folder / "AGENTS.md").write_text("Use tabs.\n")
    return folder


@pytest.fixture
def window(project: Path) -> Iterator[Window]:
    one = Window(project)
    yield one
    one.controller.close()


def test_what_is_set_goes_with_the_next_prompt_and_nothing_else_does(window: Window):
    heard: list[dict[str, object]] = []
    window.says("hello")
    session = window.session
    send = session.send
    session.send = lambda text, **settings: heard.append(settings) or send(text, **settings)  # type: ignore[method-assign,assignment,func-returns-value]
    window.controller.manners.change(Manner().with_param("temperature", 0.2).with_param("stop", ("END",)))
    window.says("hello again")
    window.controller.manners.change(Manner())
    window.says("and again")
    asked = [{name: one[name] for name in ("temperature", "stop") if name in one} for one in heard]
    assert asked == [{"temperature": 0.2, "stop": ["END"]}, {}]


def test_tools_that_are_off_are_not_offered_until_they_are_on_again(window: Window):
    window.controller.manners.change(Manner().with_tool("write_file", on=False))
    window.says("write the file tea.txt with the text: hot")
    assert not window.state.waiting
    box = window.session.toolbox
    assert box is not None
    assert "write_file" not in box.names
    assert "read_file" in box.names
    window.controller.manners.change(Manner())
    window.says("hello")
    assert window.session.toolbox is not None
    assert "write_file" in window.session.toolbox.names


def test_a_session_recorded_with_fewer_tools_can_have_them_again(window: Window, project: Path):
    window.controller.manners.change(Manner().with_tool("write_file", on=False))
    window.says("hello")
    session_id = window.state.conversation.session_id
    window.controller.close(HANGS)
    with_fewer = ai_client.resume_session(session_id)
    assert with_fewer.toolbox is not None
    assert "write_file" not in with_fewer.toolbox.names
    dressed = Dressed(with_fewer)
    dressed.wear(Manner().with_tool("read_file", on=False))
    assert with_fewer.toolbox is not None
    assert "write_file" in with_fewer.toolbox.names
    assert "read_file" not in with_fewer.toolbox.names
    with_fewer.close()


def test_the_persons_instructions_stand_before_the_projects_own(window: Window):
    window.controller.manners.change(Manner(system="Answer in verse."))
    window.says("hello")
    prompt = window.session.system_prompt
    assert prompt.startswith("Answer in verse.")
    assert "Use tabs." in prompt
    assert ai_client.SYSTEM_PROMPT not in prompt
    window.controller.manners.change(Manner())
    window.says("hello")
    assert window.session.system_prompt.startswith(ai_client.SYSTEM_PROMPT)


def test_a_mode_holds_from_the_next_prompt_on(window: Window, project: Path):
    window.controller.manners.change(Manner(mode="edits"))
    window.says("write the file tea.txt with the text: hot")
    assert (project / "tea.txt").read_text().startswith("hot")
    window.controller.manners.change(Manner(mode="never"))
    window.says("write the file tea.txt with the text: cold")
    assert (project / "tea.txt").read_text().startswith("hot")


def test_a_risk_can_be_refused_beforehand(window: Window, project: Path):
    window.controller.manners.change(Manner(mode="edits").with_decision("WRITE", "deny"))
    window.says("write the file tea.txt with the text: hot")
    assert not (project / "tea.txt").exists()
    assert [item.state for item in window.state.conversation.items if isinstance(item, ToolUse)][-1:] == ["failed"]


@pytest.mark.parametrize("risk", ["EXECUTE", "NETWORK", "READ"])
def test_nothing_but_changes_of_files_can_be_let_through_beforehand(risk: str):
    assert "allow" not in decisions_for(risk)  # type: ignore[arg-type]


def test_what_config_denies_stays_denied(window: Window):
    from manual_slop.values.paths import config_dir

    config_dir().mkdir(parents=True, exist_ok=True)
    (config_dir() / "config.toml").write_text('[[approval.rules]]\ndecision = "deny"\nrisk = "WRITE"\n')
    action = Action("s", "c", "write_file", "WRITE", "{}", Preview("diff", "", ("tea.txt",)))
    assert policy_of(Manner(mode="all").with_decision("WRITE", "allow")).judge(action).decision == "deny"


def test_a_parameter_the_model_does_not_take_is_left_out_and_said(window: Window):
    access = ai_client.new_access()
    chosen = (("reasoning_effort", "high"), ("temperature", 0.5), ("seed", 3))
    assert fitting(access, "openai/gpt-4o", chosen) == ({"temperature": 0.5, "seed": 3}, ("reasoning_effort",))
    kept, refused = fitting(access, "openai/o3", chosen)
    assert kept == {"reasoning_effort": "high", "seed": 3}
    assert refused == ("temperature",)
    assert fitting(access, "anthropic/claude-sonnet-4-5", chosen)[1] == ("seed",)


def test_the_map_says_which_levels_of_reasoning_there_are():
    access = ai_client.new_access()
    assert taken_by(access, "openai/gpt-5").efforts == ("minimal", "low", "medium", "high")
    assert "temperature" not in taken_by(access, "openai/gpt-5").names
    assert taken_by(access, "rehearsal/demo").names == {knob.name for knob in KNOBS}


def test_what_is_left_out_is_a_remark_in_the_conversation(window: Window):
    window.controller.choose_model("openai/o3")
    window.controller.manners.change(Manner().with_param("temperature", 0.2))
    window.says("hello")
    remarks = [str(item.text) for item in window.state.conversation.items if isinstance(item, Remark)]
    assert any("takes no temperature" in remark for remark in remarks)


def test_a_project_never_loosens_what_a_person_holds_back():
    strict = Manner(mode="never", off=("run_shell",)).with_decision("READ", "ask")
    proposed = Manner(mode="edits").with_decision("WRITE", "allow").with_decision("EXECUTE", "deny")
    result = proposed.no_looser(strict, "ask")
    assert (result.mode, result.off) == ("never", ("run_shell",))
    assert dict(result.risks) == {"READ": "ask", "EXECUTE": "deny"}
    assert Manner(mode="never").no_looser(Manner(), "ask").mode == "never"
    assert Manner(mode="edits").no_looser(Manner(), "ask").mode is None


def test_a_manner_is_remembered_but_what_it_decides_about_approval_is_not():
    manner = Manner(mode="edits", off=("run_shell",), system="Be brief.").with_param("temperature", 0.2)
    write_settings(Settings(manner=manner.with_decision("WRITE", "allow")))
    assert read_settings() == (Settings(manner=replace(manner, mode=None)), "")
