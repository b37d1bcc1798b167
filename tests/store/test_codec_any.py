"""Values of no known type are kept in JSON and come back as they were."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from manual_slop.store.codec_any import read_any, write_any

VALUES = (
    None,
    True,
    3,
    0.5,
    "text",
    [1, [2, {}]],
    {"a": {"b": 1}},
    {"$a": 1},
    {"$pairs": [b"x"], "b": 2},
    {1: "one", 2: Decimal("1.10")},
    b"\x00\xff",
    Decimal("1.10"),
    datetime(2026, 11, 24, 14, 0, tzinfo=UTC),
)


def through_json(value: Any) -> Any:
    """What a file or the store gives back."""
    return json.loads(json.dumps(value))


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_comes_back_as_it_was(value: object) -> None:
    """Bytes lie among the blobs."""
    blobs: dict[str, bytes] = {}

    def keep(data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        blobs[digest] = data
        return digest

    assert read_any(through_json(write_any(value, keep)), blobs.__getitem__) == value


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_comes_back_where_there_is_no_place_for_blobs(value: object) -> None:
    """Bytes are in the text then."""
    assert read_any(through_json(write_any(value, lambda _: "")), None) == value


def test_a_value_that_cannot_be_kept_is_refused_when_it_is_written() -> None:
    """Not when it is wanted back."""
    with pytest.raises(ValueError, match="a value of type object cannot be kept"):
        write_any({"a": [object()]}, lambda _: "")


@pytest.mark.parametrize("written", [{"$later": 1}, {"$blob": "ab12"}])
def test_a_mark_of_a_later_version_is_told(written: object) -> None:
    """And not taken for what it holds."""
    with pytest.raises(ValueError, match="marks nothing that this version knows"):
        read_any(written, None)
