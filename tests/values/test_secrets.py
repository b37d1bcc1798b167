"""No secret gets past the redactor, in whatever pieces it comes."""

from __future__ import annotations

import base64
import json
import pickle
import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manual_slop.values.secrets import REDACTED, RedactingStream, Redactor, Secret

KEY = 'sk-live-"quoted"\n/+ß-0123456789'
KNOWN = Redactor()
KNOWN.register(KEY)
KNOWN.register("another-key-77")
SPELLINGS = (
    KEY,
    "another-key-77",
    json.dumps(KEY)[1:-1],
    urllib.parse.quote(KEY, safe=""),
    base64.b64encode(KEY.encode()).decode(),
    base64.urlsafe_b64encode(KEY.encode()).decode().rstrip("="),
    KEY.encode().hex(),
    KEY.encode().hex().upper(),
    urllib.parse.quote(KEY),
    urllib.parse.quote(KEY, safe="").lower(),
    json.dumps(KEY, ensure_ascii=False)[1:-1],
    json.dumps(KEY)[1:-1].replace("/", "\\/"),
)

# Few letters and short secrets: they begin, overlap and contain each other wherever they can.
DENSE_SECRETS = ("aaaaaa", "aaaaaab", "abaaaaab", "bbabbab", "ababababab")


def dense() -> Redactor:
    known = Redactor()
    for secret in DENSE_SECRETS:
        known.register(secret)
    return known


DENSE = dense()


def streamed(pieces: list[str], known: Redactor) -> str:
    stream = RedactingStream(known)
    return "".join([*map(stream.feed, pieces), stream.end()])


def cut(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def test_a_secret_shows_nothing_of_itself():
    secret = Secret("sk-canary-in-a-repr", "the test")
    assert (repr(secret), str(secret), f"{secret}") == ("Secret(the test)",) * 3
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_a_secret_that_was_cut_off_at_the_end_is_still_one():
    known = Redactor()
    known.register("sk-live-0123456789abcdef")
    assert known.redact("my key is sk-live-0123456") == f"my key is {REDACTED}"
    assert known.redact("all keys begin with sk-live-012") == "all keys begin with sk-live-012"
    assert known.redact("sk-live-0123456 is no key, nor sk-live-") == "sk-live-0123456 is no key, nor sk-live-"
    assert streamed(["my key is sk-li", "ve-0123456"], known) == f"my key is {REDACTED}"


@pytest.mark.parametrize("before", ["", "a", "ab", "abc", "user:"])
@pytest.mark.parametrize("after", ["", "z", "yz"])
def test_a_secret_is_found_in_base64_wherever_it_begins(before: str, after: str):
    secret = b"sk-live-0123456789"
    known = Redactor()
    known.register(secret.decode())
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        shown = known.redact(f"Basic {encode(before.encode() + secret + after.encode()).decode()}.")
        assert REDACTED in shown
        left = len(shown) - len("Basic .") - len(REDACTED)
        assert left <= 4 + len(before) * 4 / 3 + len(after) * 4 / 3


@pytest.mark.parametrize("secret", SPELLINGS)
def test_every_spelling_of_a_secret_is_taken_out(secret: str):
    assert KNOWN.redact(f"a {secret} b {secret}") == f"a {REDACTED} b {REDACTED}"


def test_what_is_too_short_to_be_a_secret_is_left_alone():
    known = Redactor()
    known.register("12345")
    assert known.redact("12345") == "12345"


@pytest.mark.parametrize("secret", SPELLINGS)
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_a_secret_is_seen_wherever_the_pieces_meet(secret: str, size: int):
    text = f"before {secret}{secret} sk-live- {secret[:-1]} {secret} s"
    assert streamed(cut(text, size), KNOWN) == KNOWN.redact(text)
    for at in range(len(text)):
        assert streamed([text[:at], text[at:]], KNOWN) == KNOWN.redact(text)


@given(st.lists(st.text("ab", max_size=12), max_size=12))
def test_secrets_that_overlap_are_the_same_in_pieces_and_whole(pieces: list[str]):
    text = "".join(pieces)
    whole = DENSE.redact(text)
    assert streamed(pieces, DENSE) == whole
    assert not any(secret in whole for secret in DENSE_SECRETS)


@given(st.lists(st.sampled_from(["sk-", "live", *SPELLINGS, "another-", "key-77", " ", "sk"]), max_size=8), st.data())
def test_for_every_split_the_pieces_are_the_redacted_whole(words: list[str], data: st.DataObject):
    text = "".join(words)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=20)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    whole = streamed(pieces, KNOWN)
    assert whole == KNOWN.redact(text)
    assert not any(secret in whole for secret in SPELLINGS)


@given(st.lists(st.text("ab", max_size=12), max_size=12))
def test_never_more_waits_than_could_begin_a_secret(pieces: list[str]):
    stream = RedactingStream(DENSE)
    shown = ""
    for number, piece in enumerate(pieces, 1):
        shown += stream.feed(piece)
        so_far = "".join(pieces[:number])
        waiting = next((size for size in range(9, 0, -1) if _begins_a_secret(so_far[-size:], size)), 0)
        assert shown == streamed_without_its_tail(so_far, waiting)


def _begins_a_secret(tail: str, size: int) -> bool:
    return len(tail) == size and any(secret.startswith(tail) and secret != tail for secret in DENSE_SECRETS)


def streamed_without_its_tail(text: str, waiting: int) -> str:
    """What must be on the screen: all that is decided, with a mark for each run of secrets that begins in it."""
    decided, shown, at = len(text) - waiting, "", 0
    for start, end in DENSE.spans(text):
        if start < decided:
            shown += text[at:start] + REDACTED
            at = end
    return shown + text[at:decided]


def test_a_tail_that_begins_no_secret_is_given_at_once():
    stream = RedactingStream(KNOWN)
    assert stream.feed("Hello") == "Hello"
    assert stream.feed(", tas") == ", ta"
    assert stream.feed("k") == ""
    assert stream.feed(" it") == "sk it"


def test_no_more_is_looked_at_again_than_a_secret_is_long():
    looked_at = 0

    class Counting(Redactor):
        def spans(self, text: str) -> list[tuple[int, int]]:
            nonlocal looked_at
            looked_at += len(text)
            return super().spans(text)

    known = Counting()
    known.register("a" * 50 + "b")
    assert streamed(["a"] * 2000, known) == "a" * 1950 + REDACTED  # as many as begin the secret
    assert looked_at <= 2000 * 51


def test_after_its_end_a_stream_begins_anew():
    stream = RedactingStream(KNOWN)
    assert stream.feed("another-") == ""
    assert stream.end() == "another-"
    assert stream.feed("key-77") + stream.end() == "key-77"


def test_a_secret_that_is_learned_while_its_beginning_waits_is_still_taken_out():
    known = Redactor()
    known.register("key-one-1")
    stream = RedactingStream(known)
    assert stream.feed("my key-") == "my "
    known.register("key-two-2")
    assert stream.feed("two-2!") == f"{REDACTED}!"
