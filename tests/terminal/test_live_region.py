"""Lines redrawn in place above which everything scrolls away for good."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from manual_slop.terminal.live_region import LiveRegion
from tests.terminal.doubles import into_pipes, on_terminal

WORDS = st.text("abc \n字", max_size=70)


def _region(width: int = 20, height: int = 6):
    screen, terminal = on_terminal(width, height)
    return LiveRegion(screen.out), terminal


def test_live_lines_are_replaced():
    region, terminal = _region()
    region.show(Text("one\ntwo"))
    region.show(Text("three"))
    assert terminal.text == "three"


def test_what_is_printed_stays_above_them():
    region, terminal = _region()
    region.show(Text("waiting"))
    region.print(Text("first"))
    region.print(Text("second"))
    assert terminal.text == "first\nsecond\nwaiting"
    region.show(None)
    assert terminal.text == "first\nsecond"


def test_only_the_end_of_what_is_too_tall_is_live_and_all_of_it_is_printed():
    region, terminal = _region(height=6)
    tall = "\n".join(str(number) for number in range(30))
    region.show(Text(tall))
    assert terminal.text == "26\n27\n28\n29"
    region.show(None)
    region.print(Text(tall))
    assert terminal.text == tall


def test_lines_as_wide_as_the_window_lose_no_character():
    region, terminal = _region(width=10)
    region.show(Text("x" * 25))
    region.show(Text("y" * 10))
    region.print(Text("z" * 10))
    assert terminal.text == "z" * 10 + "\n" + "y" * 10


def test_a_window_that_becomes_narrower_leaves_nothing_behind():
    region, terminal = _region(width=20, height=12)
    region.show(Text("a" * 19 + "\n" + "b" * 15))
    terminal.narrow(10)
    region.console.width = 10
    region.show(Text("c"))
    assert terminal.text == "c"


@given(st.lists(st.tuples(st.booleans(), WORDS), max_size=12))
def test_nothing_printed_is_ever_lost_or_overwritten(steps: list[tuple[bool, str]]):
    region, terminal = _region()
    reference, expected = on_terminal(20, 6)
    for printed, words in steps:
        if printed:
            region.print(Text(words))
            reference.out.print(Text(words))
        else:
            region.show(Text(words))
    region.show(None)
    assert [line.rstrip() for line in terminal.text.splitlines()] == [
        line.rstrip() for line in expected.text.splitlines()
    ]


def test_an_unchanged_region_is_not_written_again():
    region, terminal = _region()
    region.show(Text("same"))
    before = terminal.getvalue()
    region.show(Text("same"))
    assert terminal.getvalue() == before


def test_each_change_is_one_write_so_that_nothing_flickers():
    region, terminal = _region()
    region.show(Text("a\nb"))
    terminal.writes.clear()
    region.print(Text("c"))
    (write,) = filter(None, terminal.writes)
    assert write.startswith("\x1b[?2026h")
    assert write.endswith("\x1b[?2026l")


def test_different_things_stand_apart_and_lines_of_a_kind_together():
    region, terminal = _region(height=20)
    for kind, words in (("note", "n1"), ("note", "n2"), ("block", "b1"), ("block", "b2"), ("note", "n3")):
        region.print(Text(words), kind)
    assert terminal.text == "n1\nn2\n\nb1\n\nb2\n\nn3"


def test_into_a_pipe_nothing_is_live_and_nothing_is_drawn():
    screen, out, _ = into_pipes()
    region = LiveRegion(screen.out)
    region.show(Text("waiting"))
    region.print(Text("x" * 300))
    region.show(None)
    assert out.getvalue() == "x" * 300 + "\n"
