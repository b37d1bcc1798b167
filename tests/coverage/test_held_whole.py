"""What coverage and mutation hold whole is code that is there."""

from __future__ import annotations

import pytest

from tests.coverage import __main__ as coverage
from tests.support.shared import ROOT


def test_every_pattern_of_what_must_be_reached_whole_finds_code() -> None:
    for pattern in coverage.held_whole():
        assert list(ROOT.glob(pattern)), pattern


def test_without_coverage_it_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        import coverage as _installed  # noqa: F401
    except ImportError:
        with pytest.raises(SystemExit):
            coverage.main(["--report"])
        assert "uv run --with coverage python -m tests.coverage" in capsys.readouterr().err
    else:
        pytest.skip("coverage is installed")
