"""Which languages a project is written in, by the endings of its files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

_LANGUAGES: Mapping[str, str] = {
    "py": "Python", "pyi": "Python", "js": "JavaScript", "mjs": "JavaScript", "cjs": "JavaScript", "jsx": "JavaScript",
    "ts": "TypeScript", "tsx": "TypeScript", "rs": "Rust", "go": "Go", "java": "Java", "kt": "Kotlin", "swift": "Swift",
    "c": "C", "h": "C", "cc": "C++", "cpp": "C++", "hpp": "C++", "cs": "C#", "rb": "Ruby", "php": "PHP", "lua": "Lua",
    "sh": "shell", "bash": "shell", "ps1": "PowerShell", "sql": "SQL", "html": "HTML", "css": "CSS", "scss": "CSS",
    "vue": "Vue", "dart": "Dart", "scala": "Scala", "ex": "Elixir", "exs": "Elixir", "hs": "Haskell",
    "jl": "Julia", "r": "R", "zig": "Zig", "ml": "OCaml", "clj": "Clojure", "md": "Markdown", "rst": "reStructuredText",
    "toml": "TOML", "yaml": "YAML", "yml": "YAML", "json": "JSON", "xml": "XML", "tf": "Terraform",
}  # fmt: skip


def count_languages(paths: Iterable[str]) -> list[tuple[str, int]]:
    """Languages with the number of files of each, the most frequent first."""
    endings = (path.rsplit(".", 1)[-1].lower() for path in paths if "." in path.strip("."))
    return Counter(_LANGUAGES[ending] for ending in endings if ending in _LANGUAGES).most_common()
