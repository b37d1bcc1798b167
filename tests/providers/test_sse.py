"""Server-sent events, cut at every odd place."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manual_slop.providers import sse

STREAM = (
    b': a comment\r\n\r\ndata: {"a": 1}\r\n\r\nevent: ping\r\ndata:{"b": "\xc3\xa9\xe2\x80\xa8x"}\r\n\r\n'
    b"data: [DONE]\r\n\r\n"
)
EVENTS = [b'{"a": 1}', b'{"b": "\xc3\xa9\xe2\x80\xa8x"}', b"[DONE]"]


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_a_stream_cut_anywhere_gives_the_same_events(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(STREAM)]
    pieces = [STREAM[start:end] for start, end in itertools.pairwise(places)]

    assert list(sse.data(pieces)) == EVENTS


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_line_ending_ends_a_line(end: bytes) -> None:
    assert list(sse.data([STREAM.replace(b"\r\n", end)])) == EVENTS


def test_a_line_separator_inside_json_does_not_end_the_line() -> None:
    assert list(sse.data(['data: {"x": "\u2028\u0085"}\n\n'.encode()])) == ['{"x": "\u2028\u0085"}'.encode()]


def test_bare_json_lines_are_events_too() -> None:
    assert list(sse.data([b'{"done": false}\n{"do', b'ne": true}\n'])) == [b'{"done": false}', b'{"done": true}']


def test_an_event_may_span_lines() -> None:
    assert list(sse.data([b'data: {"a":\ndata: 1}\n\n'])) == [b'{"a":\n1}']


def test_events_without_an_empty_line_between_them_are_told_apart() -> None:
    assert list(sse.data([b'data: {"a": 1}\ndata: {"b": 2}\n'])) == [b'{"a": 1}', b'{"b": 2}']


def test_a_last_event_without_its_empty_line_is_still_an_event() -> None:
    assert list(sse.data([b'data: {"a": 1}'])) == [b'{"a": 1}']


def test_a_line_without_end_is_refused_before_it_fills_the_memory() -> None:
    endless = (b"x" * 1_000_000 for _ in range(1_000_000))
    with pytest.raises(sse.BrokenStream, match="longer than"):
        list(sse.data(endless))


def test_an_event_without_end_is_refused_before_it_fills_the_memory() -> None:
    for line in (b"data: " + b"x" * 1_000_000 + b"\n", b"data:x\n" + b"data:\n" * 100_000):
        with pytest.raises(sse.BrokenStream, match="an event of the stream is longer than"):
            list(sse.data(line for _ in range(1_000_000)))


def test_an_empty_line_of_data_is_part_of_its_event() -> None:
    assert list(sse.data([b"data:\ndata: a\ndata:\n\ndata:\n\n"])) == [b"a\n"]


@pytest.mark.parametrize("between", [b"", b"\ndata: "])
def test_a_long_event_costs_no_more_than_it_is_long(between: bytes) -> None:
    def seconds(pieces: int) -> float:
        started = time.thread_time()
        (whole,) = sse.data([b"data: ", *([b"x" * 1000 + between] * pieces), b"\n\n"])
        assert len(whole) >= 1000 * pieces
        return time.thread_time() - started

    seconds(100)
    short, long = (min(seconds(pieces) for _ in range(3)) for pieces in (1_000, 16_000))
    assert long < 80 * short  # 16 where it is so, 256 where each piece copies what came before


@given(st.lists(st.sampled_from([b"\r", b"\n", b"data: a", b"data:", b"{", b"}", b""]), max_size=30))
def test_how_a_stream_is_cut_makes_no_difference(pieces: list[bytes]) -> None:
    assert list(sse.data(pieces)) == list(sse.data([b"".join(pieces)]))


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail(noise: bytes) -> None:
    for piece in sse.data([noise]):
        assert isinstance(piece, bytes)
