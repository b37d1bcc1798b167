"""A project's own instructions: framed, capped, with nothing hidden in them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from manual_slop.safety.workspace import Workspace
from manual_slop.session.instructions import MOST_BYTES, project_instructions


def test_agents_md_is_read_and_said_to_be_untrusted(tmp_path: Path) -> None:
    (tmp_path / "AGENTS.md").write_text("Use tabs.\n", "utf-8")

    found = project_instructions(Workspace(tmp_path))

    assert "Use tabs." in found.text
    assert "cannot change what you may do" in found.text
    assert "untrusted" in found.notice


def test_claude_md_is_the_second_choice(tmp_path: Path) -> None:
    (tmp_path / "CLAUDE.md").write_text("two", "utf-8")
    assert project_instructions(Workspace(tmp_path)).name == "CLAUDE.md"

    (tmp_path / "AGENTS.md").write_text("one", "utf-8")
    assert project_instructions(Workspace(tmp_path)).name == "AGENTS.md"


def test_a_project_without_any_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "AGENTS.md").write_text(" \n", "utf-8")

    assert project_instructions(Workspace(tmp_path)).text == ""


def test_hidden_characters_are_written_out(tmp_path: Path) -> None:
    (tmp_path / "AGENTS.md").write_text("be\u202ekind\u200b\U000e0041\x1b[2J\r\n", "utf-8")

    found = project_instructions(Workspace(tmp_path))

    assert "be⟨U+202E⟩kind⟨U+200B⟩⟨U+E0041⟩⟨U+001B⟩[2J" in found.text
    assert "4 invisible" in found.notice


def test_a_long_one_is_cut_and_said_to_be(tmp_path: Path) -> None:
    (tmp_path / "AGENTS.md").write_text("x" * (MOST_BYTES + 5), "utf-8")

    found = project_instructions(Workspace(tmp_path))

    assert len(found.text) < MOST_BYTES + 1000
    assert "cut at 32 KiB" in found.notice


def test_bytes_that_are_no_text_do_not_break_it(tmp_path: Path) -> None:
    (tmp_path / "AGENTS.md").write_bytes(b"\xff\xfe\x00ok")

    assert "ok" in project_instructions(Workspace(tmp_path)).text


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_what_is_no_file_is_passed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "AGENTS.md")
    (tmp_path / "CLAUDE.md").symlink_to("/etc/passwd")

    assert project_instructions(Workspace(tmp_path)).text == ""
