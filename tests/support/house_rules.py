"""The rules of the house, each a function from a module to what is wrong with it, one line a fault."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterator, Mapping

from tests.support.source import Module, imports, modules, within

LONGEST_FILE = 400
LONGEST_FUNCTION = 50

FLOORS: tuple[str, ...] = (
    "values",
    "store",
    "money",
    "providers",
    "cost_tracker",
    "safety",
    "tools",
    "rehearsal",
    "session",
    "ai_client",
    "conductor",
    "multi_agent_conductor",
    "app",
    "app_controller",
    "gui",
    "terminal",
    "cli",
    "__main__",
)
"""Wings and front doors from the ground up: each may use what lies below it, and itself."""

ROOMS: Mapping[str, tuple[str, ...]] = {
    "litellm": ("providers.litellm_loader",),
    "openai": (),
    "httpx": ("providers",),
    "httpcore": ("providers",),
    "tenacity": ("providers.retry",),
    "aiohttp": ("rehearsal",),
    "asyncio": ("rehearsal", "tools.mcp_client.connection"),
    "PIL": ("providers.images", "rehearsal", "gui.screenshot"),
    "mss": ("app.screens",),
    "pathspec": ("tools",),
    "regex": ("tools",),
    "tree_sitter": ("tools.syntax",),
    "mcp": ("tools.mcp_client.connection",),
    "platformdirs": ("values.paths",),
    "typer": ("cli", "terminal"),
    "rich": ("cli", "terminal"),
    "imgui_bundle": ("gui",),
    "numpy": ("gui",),
    "sqlite3": ("store",),
    "subprocess": ("safety.shell",),
    "signal": ("safety.shell", "terminal"),
    "ctypes": ("safety", "gui.backends"),
    "multiprocessing": ("conductor.pools",),
    "pickle": (),
    "logging": (),
}
"""Where foreign things may be imported: one thing, one room. Nowhere means that the house does without."""

ENVIRONMENT_READERS = ("values.paths", "providers.credentials", "providers.litellm_loader")

FILE_OPENERS: Mapping[str, str] = {
    "safety": "a project's files, for everybody",
    "store": "its database and blobs",
    "providers.own_files": "the person's config.toml and credentials.toml",
    "providers.price_sources": "price files",
    "providers.rows": "providers.toml, which travels with the package",
    "providers.model_map": "litellm's cost map, as data",
    "providers.map_file": "a newer one, fetched on request",
    "providers.model_list_cache": "model lists it fetched",
    "providers.images": "pictures a person names",
    "terminal.demo": "the project of a demonstration, which it makes up",
    "rehearsal.wire.images": "pictures, from the bytes of a request",
    "terminal.crash_report": "reports of its own crashes",
    "terminal.streams": "the null device, in place of a pipe that nobody reads",
}
"""Who may open files, and which."""

_READ_ONLY = frozenset({"Mapping", "Sequence", "Set", "Collection", "frozenset", "tuple", "TypeAlias"})
_IMMUTABLE_MAKERS = frozenset(
    {
        "frozenset",
        "tuple",
        "str",
        "int",
        "float",
        "len",
        "max",
        "min",
        "sum",
        "MappingProxyType",
        "Decimal",
        "Fraction",
        "bytes",
    }
    | {
        "date",
        "datetime",
        "timedelta",
        "Path",
        "resolve",
        "with_name",
        "compile",
        "Struct",
        "JSONDecoder",
        "get_args",
        "join",
        "format",
    }
    | {"TypeVar", "NewType", "ParamSpec", "namedtuple", "ContextVar", "Lock", "RLock", "getattr", "fromkeys"}
)
_STATE = frozenset({("values.secrets", "redactor"), ("ai_client", "_default"), ("cli", "app")})


def imports_point_down(module: Module) -> Iterator[str]:
    """A wing uses what lies below it."""
    for one in imports(module):
        package, _, rest = one.target.partition(".")
        wing = rest.partition(".")[0]
        if package == "manual_slop" and _stands_above(wing, module.wing):
            yield f"line {one.line}: {module.wing} stands below {wing} and may not know it"


def stands_on_a_floor(module: Module) -> Iterator[str]:
    """Nothing stands beside the house."""
    if module.name and module.wing not in FLOORS:
        yield f"{module.wing} is on no floor: tests/support/house_rules.py lists them"


def foreign_things_keep_to_their_rooms(module: Module) -> Iterator[str]:
    """One foreign thing, one room."""
    for one in imports(module):
        rooms = ROOMS.get(one.target.partition(".")[0])
        if rooms is not None and not any(within(module.name, room) for room in rooms):
            yield f"line {one.line}: {one.target} belongs in {' or '.join(rooms) or 'no room of this house'}"


def imports_are_absolute(module: Module) -> Iterator[str]:
    """A reader sees where a thing comes from."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield f"line {node.lineno}: relative import"


def environment_is_read_in_few_places(module: Module) -> Iterator[str]:
    """Settings do not hide in the environment."""
    if module.name in ENVIRONMENT_READERS:
        return
    for node in ast.walk(module.tree):
        named = isinstance(node, ast.Attribute) and node.attr in {"environ", "environb", "getenv", "putenv"}
        if named and isinstance(node.value, ast.Name) and node.value.id == "os":
            yield f"line {node.lineno}: os.{node.attr}"
    for one in imports(module):
        if one.target in {"os.environ", "os.getenv"}:
            yield f"line {one.line}: {one.target}"


def files_are_opened_in_few_places(module: Module) -> Iterator[str]:
    """A project's files go through the workspace; the program's own are opened by those who own them."""
    if any(within(module.name, place) for place in FILE_OPENERS):
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and _opens_a_file(node):
            yield f"line {node.lineno}: {ast.unparse(node.func)}()"


def module_says_what_it_is_for(module: Module) -> Iterator[str]:
    """One sentence at the top of each module."""
    first = (ast.get_docstring(module.tree) or "").partition("\n\n")[0]
    if not first:
        yield "has no docstring"
    elif not first.endswith((".", ":")) or "\n" in first:
        yield f"does not begin with one sentence on one line: {first!r}"


def file_is_short(module: Module) -> Iterator[str]:
    """A file can be read in one sitting."""
    lines = module.text.count("\n")
    if lines > LONGEST_FILE:
        yield f"has {lines} lines, {LONGEST_FILE} is the most"


def functions_are_short(module: Module) -> Iterator[str]:
    """A function fits on a screen."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield f"line {node.lineno}: {node.name} has {lines} lines, {LONGEST_FUNCTION} is the most"


def no_mutable_globals(module: Module) -> Iterator[str]:
    """What a module holds cannot be changed, or its type says that nobody may."""
    for node in module.tree.body:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        name = ast.unparse(targets[0])
        annotation = ast.unparse(node.annotation) if isinstance(node, ast.AnnAssign) else ""
        allowed = name == "__all__" or (module.name, name) in _STATE or _is_read_only(annotation)
        reason = "" if allowed else _mutable(node.value)
        if reason:
            yield f"line {node.lineno}: {name} holds {reason}: type it Mapping, Sequence or Set, or do without"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Global) and not all((module.name, name) in _STATE for name in node.names):
            yield f"line {node.lineno}: global {', '.join(node.names)}"


RULES: tuple[Callable[[Module], Iterator[str]], ...] = (
    stands_on_a_floor,
    imports_point_down,
    foreign_things_keep_to_their_rooms,
    imports_are_absolute,
    environment_is_read_in_few_places,
    files_are_opened_in_few_places,
    module_says_what_it_is_for,
    file_is_short,
    functions_are_short,
    no_mutable_globals,
)


def _stands_above(wing: str, other: str) -> bool:
    return wing in FLOORS and other in FLOORS and FLOORS.index(wing) > FLOORS.index(other)


def _opens_a_file(call: ast.Call) -> bool:
    """Not `x.open()` without arguments: that is how things that are no files open."""
    function = call.func
    if isinstance(function, ast.Name):
        return function.id == "open"
    if not isinstance(function, ast.Attribute) or (function.attr == "open" and not call.args):
        return False
    through_workspace = ast.unparse(function.value).rpartition(".")[2].lstrip("_") == "workspace"
    opens = function.attr in {"open", "fdopen", "read_text", "read_bytes", "write_text", "write_bytes"}
    return opens and not through_workspace


def _is_read_only(annotation: str) -> bool:
    return annotation.partition("[")[0].rpartition(".")[2] in _READ_ONLY


def _mutable(value: ast.expr) -> str:
    """What makes a value changeable, or nothing. A call counts unless what it makes is known to be safe."""
    if isinstance(value, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp | ast.GeneratorExp):
        return f"a {type(value).__name__.lower()}"
    if isinstance(value, ast.Tuple):
        return next(filter(None, map(_mutable, value.elts)), "")
    if isinstance(value, ast.IfExp):
        return _mutable(value.body) or _mutable(value.orelse)
    if isinstance(value, ast.Call):
        made = ast.unparse(value.func).rpartition(".")[2]
        return "" if made in _IMMUTABLE_MAKERS | _frozen_classes() else f"what {made}() makes"
    return ""


@functools.cache
def _frozen_classes() -> frozenset[str]:
    classes = (node for module in modules() for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef))
    return frozenset(one.name for one in classes if any("frozen=True" in ast.unparse(d) for d in one.decorator_list))
