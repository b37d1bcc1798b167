"""Every row of the proof holds, in a size of a few seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.rows import ROWS, named
from tests.acceptance.trial import Missed, Row, Trial, play


@pytest.mark.timeout(600)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_the_row_holds(row: Row, tmp_path: Path) -> None:
    trial = Trial(tmp_path / "row")
    trial.folder.mkdir()
    play(row, trial)
    print(f"{row.id}: {trial.counts}, {trial.noughts}, on {trial.ran_on}; {trial.notes}")


def test_a_row_that_finds_something_or_shows_nothing_does_not_pass(tmp_path: Path) -> None:
    def finds(trial: Trial) -> None:
        trial.ran_on = "nothing"
        trial.count("tries")
        trial.nought("escapes", 1)

    for run, told in ((finds, "escapes: 1"), (lambda trial: None, "does not say")):
        with pytest.raises(Missed, match=told):
            play(Row("X1", "x", run), Trial(tmp_path))


def test_rows_have_names_of_their_own() -> None:
    assert len({row.id for row in ROWS}) == len(ROWS)
    assert [row.id for row in named(["s2"])] == ["S2"]
    with pytest.raises(KeyError):
        named(["nonsense"])
