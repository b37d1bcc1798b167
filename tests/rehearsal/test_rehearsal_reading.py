"""Reading what tools answer: listings of every form, files with line numbers, manifests, failures."""

from __future__ import annotations

import json

import pytest

from manual_slop.rehearsal.conversation import Exchange
from manual_slop.rehearsal.craft.listing import Hit, Listing, has_failed, read_hits, read_listing, read_text
from manual_slop.rehearsal.craft.manifests import Facts, read_manifest
from manual_slop.rehearsal.craft.prose import read_document
from manual_slop.rehearsal.craft.toolbox import kind_of
from manual_slop.rehearsal.skills.project_findings import gather

EXPECTED = Listing(("README.md", "main.py", "LICENSE"), ("src",))
FORMS = {
    "names": "README.md\nmain.py\nLICENSE\nsrc/",
    "columns": "README.md   1.2 KB\nmain.py   300 B\nLICENSE   1,068 bytes\nsrc/   3 items",
    "brackets": "[FILE] README.md\n[FILE] main.py\n[FILE] LICENSE\n[DIR] src",
    "words": "file README.md (12 bytes)\nfile main.py (3 bytes)\nfile LICENSE (3 bytes)\ndir src",
    "ls -l": "total 8\n-rw-r--r-- 1 me me 12 Jan 1 10:00 README.md\n-rw-r--r-- 1 me me 3 Jan 1 10:00 main.py\n"
    "-rw-r--r-- 1 me me 3 Jan 1 10:00 LICENSE\ndrwxr-xr-x 2 me me 4096 Jan 1 10:00 src",
    "tree": ".\n├── README.md\n├── main.py\n├── LICENSE\n└── src/",
    "bullets": "Contents of .:\n- README.md\n- main.py\n- LICENSE\n- src/",
    "json": json.dumps(["README.md", "main.py", "LICENSE", "src/"]),
    "json objects": json.dumps(
        {
            "entries": [{"name": n, "type": "file"} for n in ("README.md", "main.py", "LICENSE")]
            + [{"name": "src", "type": "directory"}]
        }
    ),
    "dotted": "./README.md\n./main.py\n./LICENSE\n./src/",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_listing_is_read_in_any_form(form: str) -> None:
    assert read_listing(FORMS[form]) == EXPECTED


def test_line_numbers_are_taken_off_and_other_numbers_are_left() -> None:
    assert read_text("1\tone\n2\ttwo\n3\tthree") == "one\ntwo\nthree"
    assert read_text("  9 | nine\n 10 | ten") == "nine\nten"
    assert read_text("7: a\n9: b") == "7: a\n9: b"
    assert read_text("a.md, 2 lines\n1\tone\n2\ttwo\n[truncated: 5 more]") == "one\ntwo"
    assert read_text("a.md, 1 line\n1\tone") == "one"
    assert read_text("a.md is empty.") == ""
    assert read_text("Steps:\n1: do\n2: it\nand\nthen\nthat\nis all") == "Steps:\n1: do\n2: it\nand\nthen\nthat\nis all"
    assert read_text(json.dumps({"content": "inside"})) == "inside"
    assert read_text("{not json") == "{not json"


def test_a_listing_headed_by_its_own_name_does_not_hold_itself() -> None:
    exchange = Exchange("list_directory", {"path": "src"}, "src/  (1 folder, 1 file)\napp/\nmain.py  12 B")
    findings = gather([exchange])
    assert (findings.folders, findings.files) == (("src/app",), ("src/main.py",))


@pytest.mark.parametrize(
    "result",
    ["a/b.py:3: x = 1\nc.py:12:  y", "a/b.py\n3\tx = 1\n\nc.py\n12\t  y\n\n2 matching lines in 2 files."],
    ids=["grep", "grouped"],
)
def test_hits_of_a_search_are_read_in_both_forms(result: str) -> None:
    assert read_hits(result) == (Hit("a/b.py", 3, "x = 1"), Hit("c.py", 12, "y"))


def test_no_match_is_no_hit() -> None:
    assert read_hits("No match in 10 text files.") == ()


@pytest.mark.parametrize(
    ("result", "failed"),
    [
        ("Error: no such file", True),
        ("error reading x", True),
        ("Permission denied: /etc/shadow", True),
        ('{"error": "nope"}', True),
        ("# Errors\n\nThis page lists errors", False),
        ("Errors are values.", False),
        ('{"name": "x"}', False),
        ("", False),
    ],
)
def test_failures_are_told_from_contents(result: str, failed: bool) -> None:
    assert has_failed(result) is failed


@pytest.mark.parametrize(
    ("path", "text", "facts"),
    [
        (
            "Cargo.toml",
            '[package]\nname = "c"\nversion = "1"\n[dependencies]\nserde = "1"',
            Facts("c", "1", "", ("serde",)),
        ),
        (
            "go.mod",
            "module example.com/g\n\nrequire (\n\tgithub.com/a/b v1.0.0\n)\n",
            Facts("example.com/g", requires=("github.com/a/b",)),
        ),
        (
            "setup.cfg",
            "[metadata]\nname = s\ndescription = d\n[options]\ninstall_requires =\n  x>1\n  y",
            Facts("s", "", "d", ("x", "y")),
        ),
        (
            "pom.xml",
            "<project><parent><version>9</version></parent><artifactId>p</artifactId><version>2</version></project>",
            Facts("p", "2"),
        ),
        ("CMakeLists.txt", "project(m VERSION 3.1 LANGUAGES C)", Facts("m", "3.1")),
        ("pubspec.yaml", "name: dart_app\nversion: 1.0.0\ndescription: An app\n", Facts("dart_app", "1.0.0", "An app")),
        (
            "pyproject.toml",
            '[project]\nname = "cut"\nversion = "1"\ndescription = "A cut fi',
            Facts("cut", "1", "A cut fi"),
        ),
        ("package.json", "[1, 2]", Facts()),
        ("package.json", "[" * 100_000, Facts()),
        ("pyproject.toml", "project = 5\nname = 'odd'", Facts("odd")),
    ],
    ids=lambda value: str(value)[:25],
)
def test_manifests_are_read_as_far_as_they_go(path: str, text: str, facts: Facts) -> None:
    assert read_manifest(path, text) == facts


def test_a_document_is_read_past_badges_pictures_and_code() -> None:
    text = (
        "<p align=center>\n\n![logo](x)\n\nTitle\n=====\n\n```\ncode\n```\n\n"
        "The **first** <b>real</b> text,\nin two lines.\n\nMore.\n\nPart\n----\n"
    )
    document = read_document(text)
    assert (document.title, document.paragraph) == ("Title", "The **first** real text, in two lines.")
    assert document.sections == ("Part",)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("list_directory", "list"), ("LS", "list"), ("mcp__fs__list_files", "list"), ("list_models", ""),
        ("read_file", "read"), ("get_file_contents", "read"), ("Read", "read"), ("get_weather", ""),
        ("search_files", "search"), ("Grep", "search"), ("web_search", ""), ("write_file", ""), ("run_shell", ""),
    ],
)  # fmt: skip
def test_tools_are_told_by_their_names(name: str, kind: str) -> None:
    assert kind_of(name) == kind
