"""What others wrote comes as it was locked, is what it says it is, and runs only when it is asked."""

from __future__ import annotations

import email.message
import json
import re
import subprocess
import sys
import sysconfig
import tomllib
from datetime import UTC, datetime, timedelta
from importlib.metadata import Distribution
from pathlib import Path

import pytest
from packaging.version import Version

from tests.supply_chain.installed import PROGRAM, needed
from tests.supply_chain.licences import is_allowed, licence_of
from tests.supply_chain.lock import read_lock
from tests.supply_chain.startup import unasked
from tests.support.shared import ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
SITE = Path(sysconfig.get_path("purelib"))

LITELLMS_OWN = (
    "litellm.proxy._types",
    "litellm.proxy._experimental",
    "litellm.proxy.common_utils",
    "litellm.proxy.openai_files_endpoints",
    "litellm.proxy.pass_through_endpoints",
    "litellm.proxy.spend_tracking",
    "litellm.proxy.types_utils",
)
"""What `import litellm` takes from the folder of its proxy by itself: types and helpers, not the server."""

IMPORT_ALL = """
import json, pkgutil, sys
heard = []
sys.addaudithook(lambda name, args: heard.append(name) if name.startswith("socket.") else None)
import manual_slop
for module in pkgutil.walk_packages(manual_slop.__path__, "manual_slop."):
    if not module.name.endswith("__main__"):
        __import__(module.name)
print(json.dumps([heard, sum(name.startswith("manual_slop.") for name in sys.modules)]))
"""

ASK = """
import json, sys
heard = []
def hear(name, args):
    if name in ("socket.connect", "socket.listen", "socket.getaddrinfo", "socket.gethostbyname"):
        heard.append(name)
sys.addaudithook(hear)
from manual_slop.providers.litellm_loader import litellm
litellm()
on_import = list(heard)
from manual_slop import ai_client
text = str(ai_client.send("hello", model="rehearsal/demo"))
print(json.dumps([on_import, text, [name for name in sys.modules if name.startswith(("litellm.proxy.", "fastapi"))]]))
"""


def run(code: str, tmp_path: Path) -> list[object]:
    command = [sys.executable, "-c", code]
    return json.loads(subprocess.run(command, capture_output=True, check=True, cwd=tmp_path).stdout.splitlines()[-1])


def tool(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.supply_chain", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def described(**fields: str | list[str]) -> Distribution:
    """A distribution whose metadata says this and nothing else."""
    message = email.message.Message()
    for name, values in fields.items():
        for value in [values] if isinstance(values, str) else values:
            message[name.replace("_", "-")] = value

    class Described(Distribution):
        metadata = message

        def read_text(self, filename: str) -> None: ...

        def locate_file(self, path: object) -> Path:
            return Path(str(path))

    return Described()


def test_every_entry_of_the_lock_is_one_exact_version_with_its_hashes():
    locked = read_lock()
    assert len(locked) > 90
    assert len({(one.name, one.version) for one in locked}) == len(locked)


@pytest.mark.parametrize(
    "line",
    [
        "left==1.0\n",
        "left>=1.0 --hash=sha256:" + "0" * 64,
        "left==1.0 --hash=md5:" + "0" * 32,
        "left @ git+ssh://somewhere/left --hash=sha256:" + "0" * 64,
        "-e ../left --hash=sha256:" + "0" * 64,
        "--extra-index-url somewhere",
    ],
)
def test_what_is_not_an_exact_version_with_a_sha_256_is_no_lock(tmp_path: Path, line: str):
    (tmp_path / "requirements.lock").write_text(line)
    with pytest.raises(ValueError, match=r"not an exact version|no SHA-256"):
        read_lock(tmp_path / "requirements.lock")


def test_all_that_is_installed_for_the_program_is_in_the_lock():
    """An index may show a file later than the day it gives for it: then some are newer here than in the lock."""
    locked = {one.name: one.version for one in read_lock() if one.is_for_here()}
    installed = {name: distribution.version for name, distribution in needed().items()}
    assert len(installed) > 80
    assert installed.keys() == locked.keys()
    older = {name for name, version in installed.items() if Version(version) < Version(locked[name])}
    assert not older
    assert installed["litellm"] == locked["litellm"]


def test_the_resolution_is_of_a_day_that_has_passed():
    day = datetime.fromisoformat(PYPROJECT["tool"]["uv"]["exclude-newer"])
    assert day.tzinfo is not None
    assert timedelta(0) < datetime.now(UTC) - day


def test_nothing_in_the_environment_runs_at_each_start_of_python():
    assert not list(unasked(SITE))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("litellm_init.pth", "import os, subprocess; subprocess.Popen(['true'])\n"),
        ("paths.pth", "# quiet\n../lib\nimport\tos\n"),
        ("sitecustomize.py", ""),
        ("hidden.start", "hidden:main\n"),
    ],
)
def test_what_would_run_at_each_start_is_named(tmp_path: Path, name: str, text: str):
    (tmp_path / name).write_text(text)
    assert len(list(unasked(tmp_path))) == 1
    assert tool("startup", str(tmp_path)).returncode == 1


def test_a_folder_that_is_only_added_to_the_path_runs_nothing(tmp_path: Path):
    (tmp_path / "_editable_impl_manual_slop.pth").write_text("/somewhere/src\nimportant/folder\n")
    assert not list(unasked(tmp_path))


def test_importing_the_whole_program_makes_no_socket(tmp_path: Path):
    heard, modules = run(IMPORT_ALL, tmp_path)
    assert heard == []
    assert modules > 250


def test_the_server_of_litellm_is_never_imported_nor_anybody_asked_while_it_is(tmp_path: Path):
    on_import, text, modules = run(ASK, tmp_path)
    assert on_import == []
    assert text
    assert [name for name in modules if not name.startswith(LITELLMS_OWN)] == []
    assert not [name for name in modules if "proxy_server" in name or name.startswith("fastapi")]


@pytest.mark.parametrize(
    ("fields", "licence"),
    [
        ({"License_Expression": "Apache-2.0 AND MIT", "License": "GPL"}, "Apache-2.0 AND MIT"),
        ({"License": "MIT License\n\nPermission is hereby granted"}, "MIT"),
        ({"License": "MPL-2.0 AND MIT"}, "MPL-2.0 AND MIT"),
        ({"Classifier": ["Typing :: Typed", "License :: OSI Approved :: BSD License"]}, "LicenseRef-BSD"),
        (
            {
                "License": "Dual License",
                "Classifier": [
                    "License :: OSI Approved :: MIT License",
                    "License :: OSI Approved :: Apache Software License",
                ],
            },
            "MIT OR Apache-2.0",
        ),
        (
            {
                "Classifier": [
                    "License :: OSI Approved :: MIT License",
                    "License :: OSI Approved :: GNU Affero General Public License v3",
                ]
            },
            "",
        ),
        ({}, ""),
    ],
)
def test_a_licence_is_read_from_wherever_it_is_said(fields: dict[str, str | list[str]], licence: str):
    assert licence_of(described(**fields)) == licence


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("GPL-3.0-only OR MIT", True),
        ("GPL-3.0-only AND MIT", False),
        ("MIT AND GPL-3.0-only OR AGPL-3.0-only", False),
        ("Apache-2.0 WITH LLVM-exception", False),
        ("Proprietary", False),
        ("", False),
    ],
)
def test_a_licence_is_allowed_when_all_that_must_be_kept_is(expression: str, allowed: bool):
    assert is_allowed(expression) is allowed


def test_every_dependency_is_under_a_licence_that_is_allowed():
    done = tool("licences")
    assert done.returncode == 0, done.stdout
    assert re.search(r"^litellm +1\.\d+\.\d+ +MIT", done.stdout, re.MULTILINE)


def test_the_bill_of_materials_holds_the_whole_lock_and_who_needs_what(tmp_path: Path):
    done = tool("sbom", str(tmp_path / "sbom.json"))
    assert done.returncode == 0, done.stderr
    bill = json.loads((tmp_path / "sbom.json").read_text("utf-8"))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", bill["serialNumber"])
    assert [one["purl"] for one in bill["components"]] == [one.url for one in read_lock()]
    assert all(one["externalReferences"][0]["hashes"] for one in bill["components"])
    assert all(one["licenses"] for one in bill["components"] if one["scope"] == "required")
    graph = {one["ref"]: one["dependsOn"] for one in bill["dependencies"]}
    assert _reached(graph, PROGRAM) == set(graph)
    assert set(graph) <= {one["bom-ref"] for one in bill["components"]} | {PROGRAM}


def _reached(graph: dict[str, list[str]], start: str) -> set[str]:
    seen, waiting = {start}, [start]
    while waiting:
        new = set(graph[waiting.pop()]) - seen
        seen |= new
        waiting += new
    return seen
