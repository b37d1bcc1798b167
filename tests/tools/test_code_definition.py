"""How a model finds where something is defined."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from manual_slop.values.messages import ToolResult
from tests.support.samples import samples

Run = Callable[..., ToolResult]


@pytest.fixture
def shops(project: Path) -> Path:
    """A project with the samples of every language."""
    for sample in samples():
        (project / sample.name).write_text(sample.source)
    return project


def places(result: ToolResult) -> list[str]:
    """The headings of an answer."""
    return [line for line in result.content.splitlines() if "\t" not in line and line]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("helper", ["shop.lua:13-15  function helper", "shop.py:28-29  function helper",
                    "shop.rb:22-22  function helper", "shop.rs:27-29  function inner.helper",
                    "shop.ts:21-23  function Inner.helper"]),
        ("Shop.total", ["shop.cpp:12-12  declaration store.Shop.total",
                        "shop.cpp:25-27  function store::Shop::total", "shop.js:10-10  method Shop.total",
                        "shop.py:13-17  method Shop.total", "shop.ts:9-9  declaration Shop.total"]),
        ("store::Shop::total", ["shop.cpp:12-12  declaration store.Shop.total",
                                "shop.cpp:25-27  function store::Shop::total"]),
        ("Get-Total", ["shop.ps1:4-9  function Get-Total"]),
        ("$count", ["shop.c:13-13  variable count", "shop.go:9-9  variable count", "shop.js:5-5  field Shop.count",
                    "shop.php:8-8  field Shop.$count"]),
        ("project.name", ["shop.toml:3-3  key project.name"]),
        ("TWICE", ["shop.c:4-4  macro TWICE"]),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("shops")
def test_a_definition_is_found_in_whichever_language(run: Run, name: str, found: list[str]):
    assert places(run("code_definition", name=name)) == found


@pytest.mark.usefixtures("shops")
def test_the_full_source_comes_with_the_comments_and_attributes_above(run: Run):
    assert run("code_definition", name="Shop", path="shop.rs").content == (
        "shop.rs:6-10  struct Shop\n6\t/// Sells.\n"
        "7\t#[derive(Debug)]\n8\tpub struct Shop<T> {\n9\t    items: Vec<T>,\n"
        "10\t}\n\nshop.rs:19-25  impl Shop<T>\n19\timpl<T> Sell for Shop<T> {\n"
        "20\t    fn sell(&self, item: &str) -> Money {\n21\t        // LIMIT\n"
        '22\t        println!("LIMIT {}", item);\n23\t        (LIMIT as u64) + 1\n24\t    }\n25\t}'
    )


def test_decorators_belong_to_what_they_decorate(project: Path, run: Run):
    (project / "a.py").write_text("x = 1\n\n# Says.\n@once\n@twice(\n    2\n)\ndef f():\n    pass\n")
    assert places(run("code_definition", name="f")) == ["a.py:3-9  function f"]


@pytest.mark.usefixtures("shops")
def test_what_is_defined_nowhere_is_said_so(run: Run):
    assert run("code_definition", name="unicorn").content == (
        "No definition of `unicorn` in the 0 source files that the name stands in; try grep."
    )
    assert run("code_definition", name="::").is_error


def test_ignored_files_and_what_lies_outside_are_not_looked_at(project: Path, run: Run):
    (project / ".gitignore").write_text("build/\n")
    (project / "build").mkdir()
    (project / "build" / "a.py").write_text("def f(): pass\n")
    (project.parent / "outside.py").write_text("def f(): pass\n")
    (project / "link.py").symlink_to("../outside.py")
    assert places(run("code_definition", name="f"))[0].startswith("No definition")
    assert places(run("code_definition", name="f", path="build")) == ["build/a.py:1-1  function f"]
    assert (
        run("code_definition", name="f", path="link.py").content.startswith("No definition")
        or run("code_definition", name="f", path="link.py").is_error
    )


def test_a_long_definition_is_cut_and_says_how_to_read_on(project: Path, run: Run):
    (project / "a.py").write_text("def f():\n" + "    x\n" * 500)
    assert run("code_definition", name="f").content.endswith(
        "[truncated: call read_file with start_line=301 to read on]"
    )


def test_many_definitions_are_cut_and_it_is_said(project: Path, run: Run):
    (project / "a.py").write_text("def f(): pass\n" * 30)
    result = run("code_definition", name="f")
    assert len(places(result)) == 21
    assert places(result)[-1].startswith("[stopped: there are more than 20")
