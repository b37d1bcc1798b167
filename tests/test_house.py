"""The house stands as it was designed: floors, rooms, sizes, and everything that has to stay in step with something."""

from __future__ import annotations

import ast
import graphlib
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from manual_slop.providers.rows import builtin_providers
from tests.support import house_rules
from tests.support.house_rules import RULES
from tests.support.shared import ROOT
from tests.support.source import SOURCE, Import, Module, imports, modules, own_imports

MODULES = modules()
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def tracked_files() -> Iterator[tuple[str, str]]:
    """Every text file that belongs to the project, by path and content."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in listing.decode().split("\0"):
        path = ROOT / name
        if name and path.is_file():
            yield name, path.read_bytes().decode("utf-8", "replace")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_module_keeps_the_rules_of_the_house(rule: Callable[[Module], Iterator[str]]):
    faults = [f"{module.name or 'the package'}: {fault}" for module in MODULES for fault in rule(module)]
    assert not faults, "\n".join([rule.__doc__ or "", *faults])


@pytest.mark.parametrize(
    ("rule", "name", "text"),
    [
        (house_rules.stands_on_a_floor, "cellar.wine", ""),
        (house_rules.imports_point_down, "money.rates", "def f():\n    from manual_slop.session import session\n"),
        (house_rules.imports_point_down, "providers.retry", "from .. import ai_client\n"),
        (house_rules.imports_point_down, "cost_tracker", "import manual_slop.tools.registry\n"),
        (house_rules.foreign_things_keep_to_their_rooms, "session.turn", "import litellm.utils\n"),
        (
            house_rules.foreign_things_keep_to_their_rooms,
            "providers.litellm_gateway",
            "from litellm import completion\n",
        ),
        (
            house_rules.foreign_things_keep_to_their_rooms,
            "tools.read_file",
            "def f():\n    from subprocess import run\n",
        ),
        (house_rules.imports_are_absolute, "money.rates", "from ..values import usage\n"),
        (house_rules.environment_is_read_in_few_places, "tools.text", "import os\nx = os.environ['HOME']\n"),
        (house_rules.environment_is_read_in_few_places, "tools.text", "from os import getenv\n"),
        (house_rules.files_are_opened_in_few_places, "tools.read_file", "def f(p):\n    return open(p)\n"),
        (house_rules.files_are_opened_in_few_places, "tools.read_file", "def f(p):\n    return p.read_text()\n"),
        (house_rules.module_says_what_it_is_for, "tools.text", "x = 1\n"),
        (house_rules.module_says_what_it_is_for, "tools.text", '"""Tools\nand more."""\n'),
        (house_rules.file_is_short, "tools.text", "x = 1\n" * 401),
        (house_rules.functions_are_short, "tools.text", "class A:\n    def f(self):\n" + "        x = 1\n" * 50),
        (house_rules.no_mutable_globals, "tools.text", "CACHE = {}\n"),
        (house_rules.no_mutable_globals, "tools.text", "CACHE: dict[str, str] = {}\n"),
        (house_rules.no_mutable_globals, "tools.text", "PAIR = (1, [])\n"),
        (house_rules.no_mutable_globals, "tools.text", "session = Session()\n"),
        (house_rules.no_mutable_globals, "tools.text", "x = None\ndef f():\n    global x\n    x = 1\n"),
    ],
)
def test_each_rule_notices_when_it_is_broken(rule: Callable[[Module], Iterator[str]], name: str, text: str):
    assert list(rule(Module(name, text)))


@pytest.mark.parametrize(
    ("rule", "name", "text"),
    [
        (house_rules.imports_point_down, "session.turn", "from manual_slop.values import usage\n"),
        (house_rules.foreign_things_keep_to_their_rooms, "providers.litellm_loader", "import litellm\n"),
        (
            house_rules.files_are_opened_in_few_places,
            "tools.text",
            "def f(w):\n    return w._workspace.read_bytes('a')\n",
        ),
        (house_rules.no_mutable_globals, "tools.text", "NAMES: Mapping[str, str] = {}\nRX = re.compile('a')\n"),
    ],
)
def test_each_rule_lets_through_what_keeps_it(rule: Callable[[Module], Iterator[str]], name: str, text: str):
    assert not list(rule(Module(name, text)))


def test_what_only_the_type_checker_imports_does_not_count():
    text = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import litellm\ndef f():\n    import re\n"
    assert imports(Module("money.rates", text)) == [Import("typing.TYPE_CHECKING", 1), Import("re", 5, late=True)]


def test_no_module_needs_itself_through_others():
    known = frozenset(module.name for module in MODULES)
    graph = {module.name: {name for name, _ in own_imports(module, known)} - {module.name} for module in MODULES}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        pytest.fail(f"import cycle: {' → '.join(reversed(error.args[1]))}")


def test_every_wing_says_what_it_is_for():
    folders = {path for path in SOURCE.rglob("*") if path.is_dir() and any(path.glob("*.py"))}
    assert not [str(folder) for folder in folders if not (folder / "__init__.py").is_file()]


def test_every_name_a_module_offers_is_there():
    missing = []
    for module in MODULES:
        top = [node for node in module.tree.body if isinstance(node, ast.Assign)]
        offered = next((ast.literal_eval(node.value) for node in top if ast.unparse(node.targets[0]) == "__all__"), [])
        missing += [f"{module.name}.{name}" for name in offered if name not in _bound(module.tree.body)]
    assert not missing


def _bound(body: list[ast.stmt]) -> set[str]:
    names: set[str] = set()
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    return names


def test_every_third_party_import_is_a_dependency():
    declared = {
        re.split(r"[<>=\[ ]", line)[0].lower().replace("-", "_") for line in PYPROJECT["project"]["dependencies"]
    }
    distributions = {"PIL": "pillow", "markdown_it": "markdown_it_py"}
    used = {one.target.partition(".")[0] for module in MODULES for one in imports(module)}
    foreign = {distributions.get(name, name) for name in used - sys.stdlib_module_names - {"manual_slop", ""}}
    assert foreign - declared == set()


def test_the_example_of_credentials_names_every_provider_that_has_a_key():
    example = (ROOT / "credentials.toml.example").read_text("utf-8")
    sections = re.findall(r"^(?:# )?\[(\w+)\]$", example, re.MULTILINE)
    assert sections == [name for name, row in builtin_providers().items() if row.key_env]
    assert list(tomllib.loads(example)) == ["openai"]


def test_every_provider_is_offered_by_the_front_door():
    from manual_slop import ai_client

    assert set(builtin_providers()) == set(ai_client.PROVIDERS)


@pytest.mark.parametrize("folder", ["pricing", "conductor"])
def test_the_data_folders_travel_in_the_wheel_to_where_the_program_looks(folder: str):
    included = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included[folder] == f"manual_slop/data/{folder}"
    assert (ROOT / folder / "README.md").is_file()


def test_no_stolen_litellm_can_be_installed():
    pins = [line for line in PYPROJECT["project"]["dependencies"] if line.startswith("litellm")]
    assert re.fullmatch(r"litellm==\d+\.\d+\.\d+", pins[0])
    assert pins[0].removeprefix("litellm==") not in {"1.82.7", "1.82.8"}


def test_no_file_names_a_package_registry_or_a_folder_of_somebodys_machine():
    hosts = "|".join(
        ("py" + r"pi\.", "python" + "hosted", "npm" + r"js\.", "crates" + r"\.io", "dev" + "pi", "ana" + "conda")
    )
    homes = r"(?<![\w.~])/(?:root|work|workspace|Users|home(?!/me\b))/\w"
    forbidden = re.compile(f"(?i:{hosts})|{homes}")
    found = [f"{name}: {hit[0]}" for name, text in tracked_files() for hit in forbidden.finditer(text)]
    assert not found


def test_tests_use_real_doubles():
    fakes = {"mock", "pytest_mock", "unittest.mock", "responses", "respx", "freezegun"}
    trees = ((path, ast.parse(path.read_text("utf-8"))) for path in (ROOT / "tests").rglob("*.py"))
    found = [
        f"{path.name}: {ast.unparse(node)}"
        for path, tree in trees
        for node in ast.walk(tree)
        if (isinstance(node, ast.Import) and fakes & {alias.name for alias in node.names})
        or (
            isinstance(node, ast.ImportFrom) and fakes & {node.module, *(f"{node.module}.{a.name}" for a in node.names)}
        )
    ]
    assert not found


FRONT_DOORS = [
    name
    for name in ("ai_client", "cost_tracker", "app_controller", "gui")
    if (SOURCE / name).with_suffix(".py").exists() or (SOURCE / name).is_dir()
]
SLOW = ("litellm", "openai", "pydantic", "httpx", "PIL", "aiohttp", "imgui_bundle", "mcp")
IMPORT_PROBE = """
import json, sys, time
sockets = []
sys.addaudithook(lambda name, args: sockets.append(name) if name.startswith("socket.") else None)
started = time.process_time()
__import__(sys.argv[1])
seconds = time.process_time() - started
print(json.dumps({"seconds": seconds, "modules": list(sys.modules), "sockets": sockets}))
"""


@pytest.mark.parametrize("door", FRONT_DOORS)
def test_a_front_door_opens_at_once_and_asks_nobody(door: str, tmp_path: Path):
    runs = []
    for _ in range(3):
        command = [sys.executable, "-c", IMPORT_PROBE, f"manual_slop.{door}"]
        runs.append(json.loads(subprocess.run(command, capture_output=True, check=True, cwd=tmp_path).stdout))
    assert not {name.partition(".")[0] for name in runs[0]["modules"]} & set(SLOW)
    assert not runs[0]["sockets"]
    assert min(run["seconds"] for run in runs) < 0.4
