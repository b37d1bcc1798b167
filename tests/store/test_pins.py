"""What was allowed once is known again, and what became something else is told apart."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from manual_slop.store.pins import Pins


def test_a_name_is_new_then_the_same_then_changed(tmp_path: Path):
    pins = Pins(tmp_path / "data" / "pins.json")
    assert pins.state("a", "1") == "new"
    pins.remember("a", "1")
    assert (pins.state("a", "1"), pins.state("a", "2"), pins.state("b", "1")) == ("same", "changed", "new")
    assert Pins(tmp_path / "data" / "pins.json").state("a", "1") == "same"


def test_the_file_is_for_its_owner_alone(tmp_path: Path):
    Pins(tmp_path / "pins.json").remember("a", "1")
    assert (tmp_path / "pins.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", [b"", b"\xff{", b"[]", b'{"a": ["1"]}', b"[" * 100_000])
def test_of_a_damaged_file_nothing_is_believed_and_it_is_mended(tmp_path: Path, content: bytes):
    path = tmp_path / "pins.json"
    path.write_bytes(content)
    pins = Pins(path)
    assert pins.state("a", "1") != "same"
    pins.remember("a", "1")
    assert pins.state("a", "1") == "same"


def test_many_at_once_lose_nothing(tmp_path: Path):
    pins = [Pins(tmp_path / "pins.json") for _ in range(8)]
    threads = [threading.Thread(target=one.remember, args=(f"n{at}", "1")) for at, one in enumerate(pins)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {pins[0].state(f"n{at}", "1") for at in range(8)} == {"same"}
