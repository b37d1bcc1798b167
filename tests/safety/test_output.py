"""However much a command prints, both ends are kept, the rest goes to a file, and no key is left in either."""

from __future__ import annotations

import io
import stat
from pathlib import Path

import pytest

from manual_slop.safety.output import Output, spill_opener, without_escapes
from manual_slop.values.secrets import REDACTED, Secret


def collected(folder: Path, chunks: list[bytes], kept: int = 100, largest: int = 10**6) -> Output:
    output = Output(spill_opener(folder), kept=kept, largest=largest)
    for chunk in chunks:
        output.feed(chunk)
    output.close()
    return output


def test_what_is_short_is_kept_whole_and_makes_no_file(tmp_path: Path):
    output = collected(tmp_path / "spill", [b"one\n", b"two\n"])
    assert output.texts() == ("one\ntwo\n", "")
    assert (output.total, output.spilled_to, output.binary) == (8, None, False)
    assert not (tmp_path / "spill").exists()


@pytest.mark.parametrize("size", [1, 7, 1000, 10**6])
def test_of_what_is_long_both_ends_are_kept_and_all_of_it_is_in_a_file(tmp_path: Path, size: int):
    data = b"".join(b"%07d\n" % number for number in range(10_000))
    output = collected(tmp_path, [data[at : at + size] for at in range(0, len(data), size)])
    assert output.texts() == (data[:100].decode(), data[-100:].decode())
    assert output.total == len(data)
    assert output.spilled_to is not None
    assert output.spilled_to.read_bytes() == data


def test_the_file_has_a_largest_size(tmp_path: Path):
    output = collected(tmp_path, [b"x" * 1000] * 200, largest=50_000)
    assert output.spilled_to is not None
    assert output.spilled_to.stat().st_size == 50_000
    assert output.total == 200_000


def test_nobody_else_can_read_the_file_and_old_ones_go(tmp_path: Path):
    folder = tmp_path / "spill"
    files = [collected(folder, [b"x" * 40_000]).spilled_to for _ in range(20)]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in files[-16:] if file} == {0o600}
    assert sorted(folder.iterdir()) == sorted(file for file in files[-16:] if file)


def test_a_full_disk_ends_the_file_and_not_the_command(tmp_path: Path):
    class Full(io.FileIO):
        def write(self, _data: object) -> int:
            raise OSError(28, "No space left on device")

    output = Output(lambda: Full(tmp_path / "file", "wb"), kept=100)  # type: ignore[arg-type,return-value]
    for _ in range(100):
        output.feed(b"y" * 1000)
    output.close()
    assert output.texts() == ("y" * 100, "y" * 100)


@pytest.mark.parametrize("size", [13, 4096])
def test_a_key_is_found_wherever_it_is_cut(tmp_path: Path, size: int):
    key = "sk-live-0123456789-abcdefghijklmnopqrstuvwxyz"
    Secret(key)
    data = b"".join(b"line %d %s\n" % (number, key.encode()) for number in range(5000))
    for kept in (80, 100, 111, 1000):
        output = collected(tmp_path, [data[at : at + size] for at in range(0, len(data), size)], kept=kept)
        assert output.spilled_to is not None
        everything = "".join(output.texts()) + output.spilled_to.read_text()
        assert key[:12] not in everything
        assert key[-12:] not in everything
        assert output.spilled_to.read_text().count(REDACTED) == 5000


@pytest.mark.parametrize("after", [101, 110, 125, 140, 300])
def test_no_half_of_a_key_is_left_where_beginning_and_end_meet(tmp_path: Path, after: int):
    key = "sk-live-at-the-border-abcdefghijklmnopqrstuvwxyz"
    Secret(key)
    before = 100 + 16 * 1024  # as much as is looked at of the beginning
    for half in range(1, len(key)):
        data = b"x" * (before - half) + key.encode() + b"y" * (after - len(key) + half)
        shown = "".join(collected(tmp_path, [data]).texts())
        assert not any(key[at : at + 6] in shown for at in range(len(key) - 5))


def test_no_half_of_a_key_is_left_at_the_cut_of_output_that_is_all_keys(tmp_path: Path):
    key = "sk-live-again-and-again-" + "abcdefghijklmnopqrstuvwxyz" * 4
    Secret(key)
    for size in range(40_000, 40_000 + len(key) + 1):
        shown = "".join(collected(tmp_path, [(key.encode() + b"\n") * 500 + b"z" * (size % 130)], kept=5000).texts())
        assert not shown.replace(REDACTED, "").strip("\nz")


def test_text_with_wrong_bytes_is_text_with_marks(tmp_path: Path):
    assert collected(tmp_path, [b"gr\xfc\xdfe\n"]).texts() == ("gr��e\n", "")


def test_a_character_in_two_pieces_is_one(tmp_path: Path):
    assert collected(tmp_path, [b"\xe2", b"\x82", b"\xac"]).texts() == ("€", "")
    output = collected(tmp_path, ["€".encode()[at : at + 1] for _ in range(10_000) for at in range(3)])
    assert output.texts() == ("€" * 100, "€" * 34)
    assert output.spilled_to is not None
    assert output.spilled_to.read_text() == "€" * 10_000


@pytest.mark.parametrize(
    ("data", "binary"),
    [
        (b"", False),
        (b"text\twith\r\nends\n", False),
        ("Größe 測試".encode(), False),
        (b"\x1b[31mred\x1b[0m\n", False),
        (b"nine of ten" + b"\0", False),
        (b"\0" * 10 + b"text", True),
        (bytes(range(256)) * 4, True),
    ],
)
def test_binary_output_is_told_from_text(tmp_path: Path, data: bytes, binary: bool):
    assert collected(tmp_path, [data]).binary == binary


@pytest.mark.parametrize(
    "sequence",
    [
        "\x1b[31;1m",
        "\x1b[2K",
        "\x1b[?25l",
        "\x1b]0;a title\x07",
        "\x1b]8;;https://example.com\x1b\\",
        "\x1bP1$r\x1b\\",
        "\x1b(B",
        "\x1bc",
        "\x9b31m",
        "\x1b",
        "\x1b]52;c;never ended",
    ],
)
def test_what_steers_a_terminal_is_taken_out_and_words_stay(sequence: str):
    shown = without_escapes(f"before {sequence}\nafter")
    assert "\x1b" not in shown
    assert "\x9b" not in shown
    assert shown.startswith("before ")
    assert shown.endswith("\nafter")


def test_a_million_broken_sequences_take_no_time():
    assert without_escapes("\x1b]" * 500_000) == ""
    assert without_escapes("\x1b[1" * 300_000).count("\x1b") == 0
