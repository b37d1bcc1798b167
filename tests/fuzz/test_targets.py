"""No bytes make one of our parsers raise anything but its own refusal: a little of what `python -m tests.fuzz` does."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz import __main__ as fuzz
from tests.fuzz.targets import TARGETS
from tests.support.scale import scaled


@st.composite
def inputs(draw: st.DrawFn, name: str) -> bytes:
    """Something a target usually reads with a few things wrong in it, or anything at all."""
    target = TARGETS[name]
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=300))
    changed = bytearray(draw(st.sampled_from(target.seeds)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(changed)))
        length = draw(st.sampled_from([0, 0, 1, 5, 40]))
        put = draw(st.one_of(st.sampled_from([b"", *target.words]), st.binary(max_size=4)))
        changed[at : at + length] = put
    return bytes(changed)


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_takes_what_it_usually_reads_and_anything_else(name: str) -> None:
    for seed in TARGETS[name].seeds:
        TARGETS[name].try_(seed)

    @settings(
        max_examples=scaled(60, 3_000),
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(inputs(name))
    def holds(data: bytes) -> None:
        TARGETS[name].try_(data)

    holds()


def test_without_atheris_or_with_an_unknown_target_it_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        fuzz.main(["sream"])
    said = capsys.readouterr().err
    assert "uv run --with atheris python -m tests.fuzz" in said or "there is no target sream" in said
