"""The languages there is a grammar for: what their files are called, and what their bodies are shortened to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from manual_slop.tools.syntax import queries

_BRACES = "{ /* … */ }"


@dataclass(frozen=True, slots=True)
class Language:
    """A programming language or data format.

    `package` holds the grammar under `function`. `query` finds what is defined, as told in `queries.py`. `elided`
    stands in place of a function's body; formats without functions have none. With `docstrings`, a text that a body
    begins with says what the function does. With more than `most_indents` different indentations (0: any number) a file
    is not parsed, because the grammar would write past its memory.
    """

    name: str
    package: str
    suffixes: tuple[str, ...]
    query: str
    elided: str = ""
    function: str = "language"
    interpreters: tuple[str, ...] = ()
    docstrings: bool = False
    most_indents: int = 0

    @property
    def is_code(self) -> bool:
        """Whether it has functions, unlike a data format."""
        return bool(self.elided)


# No YAML: its grammar writes past its memory on deeply nested text, and takes the program down with it.
# To add a language: its row here, its query in queries.py, a sample in tests/tools/syntax_samples.py, and its package
# in pyproject.toml.
LANGUAGES = (
    Language(
        "Python",
        "tree_sitter_python",
        (".py", ".pyi", ".pyw"),
        queries.PYTHON,
        "...",
        interpreters=("python",),
        docstrings=True,
        most_indents=300,
    ),
    Language(
        "JavaScript",
        "tree_sitter_javascript",
        (".js", ".jsx", ".mjs", ".cjs"),
        queries.JAVASCRIPT + queries.JAVASCRIPT_ONLY,
        _BRACES,
        interpreters=("node",),
    ),
    Language(
        "TypeScript",
        "tree_sitter_typescript",
        (".ts", ".mts", ".cts"),
        queries.JAVASCRIPT + queries.TYPESCRIPT_ONLY,
        _BRACES,
        "language_typescript",
    ),
    Language(
        "TypeScript with JSX",
        "tree_sitter_typescript",
        (".tsx",),
        queries.JAVASCRIPT + queries.TYPESCRIPT_ONLY,
        _BRACES,
        "language_tsx",
    ),
    Language("C", "tree_sitter_c", (".c",), queries.C, _BRACES),
    # Nearly all of C is C++ too, and a header does not say which it is.
    Language("C or C++ header", "tree_sitter_cpp", (".h",), queries.C + queries.CPP_ONLY, _BRACES),
    Language(
        "C++",
        "tree_sitter_cpp",
        (".cc", ".cpp", ".cxx", ".hh", ".hpp", ".hxx"),
        queries.C + queries.CPP_ONLY,
        _BRACES,
    ),
    Language("Rust", "tree_sitter_rust", (".rs",), queries.RUST, _BRACES),
    Language("Go", "tree_sitter_go", (".go",), queries.GO, _BRACES),
    Language("Java", "tree_sitter_java", (".java",), queries.JAVA, _BRACES),
    Language("C#", "tree_sitter_c_sharp", (".cs",), queries.C_SHARP, _BRACES),
    Language("Ruby", "tree_sitter_ruby", (".rb", ".rake"), queries.RUBY, "# …", interpreters=("ruby",)),
    Language("PHP", "tree_sitter_php", (".php",), queries.PHP, _BRACES, "language_php", ("php",)),
    Language(
        "Bash", "tree_sitter_bash", (".sh", ".bash"), queries.BASH, "{ : …; }", interpreters=("sh", "bash", "dash")
    ),
    Language("Lua", "tree_sitter_lua", (".lua",), queries.LUA, "-- …", interpreters=("lua",)),
    Language(
        "PowerShell", "tree_sitter_powershell", (".ps1", ".psm1"), queries.POWERSHELL, "<# … #>", "language", ("pwsh",)
    ),
    Language("JSON", "tree_sitter_json", (".json",), queries.JSON),
    Language("TOML", "tree_sitter_toml", (".toml",), queries.TOML),
    Language("CSS", "tree_sitter_css", (".css",), queries.CSS),
)

_BY_SUFFIX: Mapping[str, Language] = {suffix: language for language in LANGUAGES for suffix in language.suffixes}
_BY_INTERPRETER: Mapping[str, Language] = {name: language for language in LANGUAGES for name in language.interpreters}


def language_of(path: str, text: str = "") -> Language | None:
    """The language of a file by its name, else by the interpreter that its first line asks for."""
    name = path.rpartition("/")[2]
    stem, dot, suffix = name.rpartition(".")
    if stem and dot:
        return _BY_SUFFIX.get(f".{suffix.lower()}")
    if not text.startswith("#!"):
        return None
    words = text.partition("\n")[0][2:200].split()
    asked = next((word for word in words if not word.endswith("/env") and word != "-S"), "")
    return _BY_INTERPRETER.get(asked.rpartition("/")[2].rstrip("0123456789."))


def names() -> str:
    """The languages in words, for whoever asked for another."""
    return ", ".join(language.name for language in LANGUAGES)
