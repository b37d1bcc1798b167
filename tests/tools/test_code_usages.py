"""How a model finds what uses a name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from manual_slop.values.messages import ToolResult
from tests.support.samples import Sample, samples

Run = Callable[..., ToolResult]

USED = {
    "Shop.cs": ("Limit", [18, 20, 22]),
    "Shop.java": ("LIMIT", [13, 18]),
    "shop.c": ("LIMIT", [20]),
    "shop.cpp": ("twice", [26]),
    "shop.go": ("Limit", [26, 31]),
    "shop.h": ("shop", [3, 4]),
    "shop.js": ("LIMIT", [10, 13, 22]),
    "shop.lua": ("LIMIT", [10]),
    "shop.php": ("LIMIT", [16]),
    "shop.ps1": ("Get-Total", [13, 18]),
    "shop.py": ("total", [22, 23, 25]),
    "shop.rb": ("LIMIT", [16, 22]),
    "shop.rs": ("LIMIT", [16, 23, 28]),
    "shop.sh": ("sell", [10, 11]),
    "shop.ts": ("Item", [5, 8, 13, 14, 21, 25, 27]),
    "view.tsx": ("View", [5]),
}
"""A name in each sample, and the lines that use it outside of comments, texts and its own definition."""


@pytest.mark.parametrize("sample", [one for one in samples() if one.skeleton], ids=lambda sample: sample.name)
def test_a_name_is_found_in_code_and_not_in_comments_and_texts(project: Path, run: Run, sample: Sample):
    (project / sample.name).write_text(sample.source)
    name, numbers = USED[sample.name]
    lines = run("code_usages", name=name).content.splitlines()
    assert [int(line.partition("\t")[0]) for line in lines if "\t" in line] == numbers


def test_each_use_comes_with_what_it_stands_in(project: Path, run: Run):
    (project / "a.py").write_text("from b import go\n\nclass Ferry:\n    def start(self):\n        return go(go)\n")
    (project / "b.py").write_text("def go(x):\n    # go\n    return 'go'\n")
    assert run("code_usages", name="b.go").content == (
        "a.py\n1\tfrom b import go\n5\treturn go(go)  [in Ferry.start]\n\n2 lines in 1 file."
    )


def test_a_part_of_a_name_is_another_name(project: Path, run: Run):
    (project / "a.py").write_text("gone()\nlets_go()\ngo1\ngöo\n")
    assert run("code_usages", name="go").content == "No use of `go`."


def test_data_and_ignored_files_are_passed_over(project: Path, run: Run):
    (project / ".gitignore").write_text("build.py\n")
    (project / "build.py").write_text("go()\n")
    (project / "a.json").write_text('{"go": 1}\n')
    assert run("code_usages", name="go").content == "No use of `go`."


def test_many_uses_are_cut_and_it_is_said(project: Path, run: Run):
    (project / "a.py").write_text("go()\n" * 300)
    content = run("code_usages", name="go").content
    assert content.endswith("200 lines in 1 file.\n[stopped: there are more than 200; use a narrower path]")


def test_a_name_that_is_none_is_refused(run: Run):
    assert run("code_usages", name="").is_error


def test_a_name_all_over_a_long_line_is_one_line(project: Path, run: Run):
    (project / "a.js").write_text("go(" * 5 + "go," * 2_000)
    assert run("code_usages", name="go").content.endswith("1 line in 1 file.")
