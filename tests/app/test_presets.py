"""Presets: kept whole, read with care, changed with undo, proposed by projects and never loosened by them."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from manual_slop.app.knobs import KNOBS
from manual_slop.app.manner import Manner, decisions_for
from manual_slop.app.manner_table import as_table, from_table
from manual_slop.app.preset_file import put_back, remove, rename, store
from manual_slop.app.presets import IN_PROJECT, Preset, find_preset, presets_path, read_presets
from manual_slop.app_controller import AppController
from manual_slop.cli import run
from manual_slop.values.errors import ConfigError
from manual_slop.values.tools import RISKS
from tests.support.patience import HANGS
from tests.support.shared import ROOT

FULL = Manner(
    (("stop", ("END", "\n")), ("temperature", 0.2)), "edits", (("WRITE", "ask"),), ("run_shell",), 'Say "hi".\n'
)


def put(text: str, path: Path | None = None) -> None:
    path = path or presets_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def names(project: Path | None = None) -> list[str]:
    return [one.name for one in read_presets(project).presets]


def test_a_preset_is_read_as_it_was_kept():
    store(Preset("review", "openai/gpt-4o", FULL))()
    assert read_presets().presets == (Preset("review", "openai/gpt-4o", FULL),)
    assert find_preset("review").manner == FULL


@given(
    temperature=st.none() | st.floats(0, 2),
    seed=st.none() | st.integers(-(2**63), 2**63 - 1),
    system=st.none() | st.text(st.characters(exclude_categories=("Cs",)), max_size=50),
    mode=st.sampled_from([None, "ask", "edits", "never"]),
    decisions=st.fixed_dictionaries({risk: st.none() | st.sampled_from(decisions_for(risk)) for risk in RISKS}),
)
def test_every_manner_comes_back_from_its_table(temperature, seed, system, mode, decisions):
    manner = Manner(mode=mode, system=system).with_param("temperature", temperature).with_param("seed", seed)
    for risk, decision in decisions.items():
        manner = manner.with_decision(risk, decision)
    assert from_table(as_table(manner)) == manner


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('mode = "all"', "mode must be ask, edits, never"),
        ('mode = "edit"', "mode must be"),
        ("tools_off = 3", "a list of names"),
        ("system = 1", "system must be a text"),
        ("temprature = 1", "not known here"),
        ("[presets.x.params]\ntemperature = 3", "from 0 to 2"),
        ("[presets.x.params]\ntemperature = nan", "from 0 to 2"),
        ("[presets.x.params]\ntemperature = true", "from 0 to 2"),
        ("[presets.x.params]\nseed = 1.5", "whole number"),
        ('[presets.x.params]\nreasoning_effort = "much"', "must be one of"),
        ("[presets.x.params]\napi_key = 1", "is no parameter"),
        ('[presets.x.risks]\nEXECUTE = "allow"', "EXECUTE must be one of ask, deny"),
        ('[presets.x.risks]\nWRTE = "ask"', "is no risk: did you mean WRITE?"),
    ],
)
def test_one_that_cannot_be_read_is_left_out_with_its_line_and_the_others_stay(table: str, said: str):
    put(f'[presets.good]\nmodel = "rehearsal/demo"\n\n[presets.x]\n{table}\n')
    shelf = read_presets()
    assert [one.name for one in shelf.presets] == ["good"]
    [issue] = shelf.issues
    assert said in issue
    assert "presets.toml:" in issue
    with pytest.raises(ConfigError, match="cannot be used"):
        find_preset("x")


def test_a_file_that_is_no_toml_is_said_and_never_written_over():
    put("[presets.x\n")
    with pytest.raises(ConfigError, match=r"presets\.toml"):
        read_presets()
    with pytest.raises(ConfigError):
        store(Preset("y"))()
    assert presets_path().read_text() == "[presets.x\n"


def test_a_change_keeps_what_it_does_not_understand_and_the_file_before():
    put('[presets.later]\nmagic = 7\n\n[other]\nkey = "value"\n')
    store(Preset("mine"))()
    text = presets_path().read_text()
    assert "magic = 7" in text
    assert 'key = "value"' in text
    assert "mine" not in presets_path().with_name("presets.toml.bak").read_text()


def test_every_change_can_be_put_back():
    store(Preset("a", "rehearsal/demo"))()
    for change in (store(Preset("a", "openai/gpt-4o")), store(Preset("b")), rename("a", "c"), remove("a")):
        put_back(change())()
        assert read_presets().presets == (Preset("a", "rehearsal/demo"),)


def test_a_name_that_is_taken_or_none_is_refused():
    store(Preset("a"))()
    store(Preset("b"))()
    for change in (rename("a", "b"), rename("gone", "c"), remove("gone"), store(Preset("  ")), store(Preset("a\nb"))):
        with pytest.raises(ConfigError):
            change()
    assert names() == ["a", "b"]


def test_mode_all_is_meant_anew_each_time():
    with pytest.raises(ConfigError, match="all"):
        store(Preset("reckless", manner=Manner(mode="all")))()


def test_a_projects_presets_come_after_the_persons_own(tmp_path: Path):
    store(Preset("a", "rehearsal/demo"))()
    put('[presets.a]\nmodel = "openai/gpt-4o"\n\n[presets.team]\nsystem = "As a team."\n', tmp_path / IN_PROJECT)
    shelf = read_presets(tmp_path)
    assert [(one.name, one.project) for one in shelf.presets] == [("a", False), ("team", True)]
    assert shelf.presets[0].model == "rehearsal/demo"


def test_a_projects_broken_file_is_said_and_the_persons_own_still_work(tmp_path: Path):
    store(Preset("a"))()
    put("[[[", tmp_path / IN_PROJECT)
    shelf = read_presets(tmp_path)
    assert [one.name for one in shelf.presets] == ["a"]
    assert "of the project is not read" in shelf.issues[0]


def test_a_projects_file_is_not_followed_out_of_it(tmp_path: Path):
    secret = tmp_path / "secret.toml"
    put('[presets.stolen]\nsystem = "x"\n', secret)
    project = tmp_path / "project"
    (project / ".manual-slop").mkdir(parents=True)
    (project / IN_PROJECT).symlink_to(secret)
    assert read_presets(project).presets == ()


class Desk:
    """A controller whose news are taken in while one waits."""

    def __init__(self, project: Path) -> None:
        self._woken = threading.Event()
        self.controller = AppController(project, wake=self._woken.set)
        self.manners = self.controller.manners

    def waits_until(self, condition: Callable[[], object]) -> None:
        while not condition():
            assert self._woken.wait(HANGS), "waited in vain"
            self._woken.clear()
            self.controller.pump()

    @property
    def names(self) -> list[str]:
        return [one.name for one in self.manners.shelf.presets] if self.manners.shelf else []


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    one = Desk(tmp_path)
    yield one
    one.controller.close()


def test_saving_renaming_deleting_and_applying_can_each_be_undone(desk: Desk):
    manners = desk.manners
    desk.controller.choose_model("rehearsal/demo")
    manners.change(Manner().with_param("temperature", 0.2))
    manners.save("calm")
    desk.waits_until(lambda: desk.names == ["calm"])
    manners.rename("calm", "cool")
    desk.waits_until(lambda: desk.names == ["cool"])
    manners.delete("cool")
    desk.waits_until(lambda: manners.undoable == "deleting “cool”")
    manners.undo()
    desk.waits_until(lambda: desk.names == ["cool"])
    manners.undo()
    desk.waits_until(lambda: desk.names == ["calm"])
    desk.controller.choose_model("openai/gpt-4o")
    manners.change(Manner())
    assert manners.shelf
    manners.apply(manners.shelf.presets[0])
    assert (manners.manner.param("temperature"), desk.controller.model) == (0.2, "rehearsal/demo")
    manners.undo()
    assert (manners.manner, desk.controller.model) == (Manner(), "openai/gpt-4o")


def test_what_a_project_proposes_is_put_on_without_loosening_anything(desk: Desk, tmp_path: Path):
    put(
        '[presets.team]\nmode = "edits"\nsystem = "As a team."\n[presets.team.risks]\nWRITE = "allow"\n',
        tmp_path / IN_PROJECT,
    )
    desk.manners.look()
    desk.waits_until(lambda: desk.names == ["team"])
    assert desk.manners.shelf
    desk.manners.apply(desk.manners.shelf.presets[0])
    desk.waits_until(lambda: desk.manners.manner.system)
    assert desk.manners.manner == Manner(system="As a team.")


def test_a_preset_is_used_on_the_command_line_and_what_is_typed_stands_above_it(tmp_path: Path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store(Preset("safe", "rehearsal/demo", Manner(mode="never").with_param("temperature", 0.1)))()
    words = "write the file tea.txt with the text: hot"
    assert run(["send", "--preset", "safe", words]) == 0
    assert not (tmp_path / "tea.txt").exists()
    assert run(["send", "--preset", "safe", "--approve", "edits", words]) == 0
    assert (tmp_path / "tea.txt").exists()
    assert run(["send", "--preset", "saf", words]) == 2
    assert "did you mean safe?" in capsys.readouterr().err


def test_a_knob_refuses_what_no_provider_takes():
    for knob in KNOBS:
        assert knob.checked(knob.start) == knob.start
        with pytest.raises(ValueError, match="must be"):
            knob.checked(None)


KEEPER = """
import sys
from manual_slop.app.manner import Manner
from manual_slop.app.preset_file import store
from manual_slop.app.presets import Preset
sys.stdin.readline()
for number in range(25):
    store(Preset(f"{sys.argv[1]}-{number}", "", Manner(system=f"I am {number}.")))()
"""


def test_of_what_two_programs_keep_at_once_nothing_is_lost():
    command = [sys.executable, "-c", KEEPER]
    keepers = [subprocess.Popen([*command, name], cwd=ROOT, stdin=subprocess.PIPE) for name in ("one", "other")]
    for keeper in keepers:
        assert keeper.stdin is not None
        keeper.stdin.write(b"go\n")
        keeper.stdin.flush()
    assert [keeper.wait(HANGS) for keeper in keepers] == [0, 0]
    for keeper in keepers:
        keeper.communicate()
    assert sorted(names()) == sorted(f"{name}-{number}" for name in ("one", "other") for number in range(25))
