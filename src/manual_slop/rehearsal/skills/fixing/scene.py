"""What to look at before a repair: which folders, which files, and how the tests of a project are run."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from manual_slop.rehearsal.skills.fixing.modules import imported_files, is_test_file, parse_all
from manual_slop.rehearsal.skills.fixing.outcome import Outcome
from manual_slop.rehearsal.skills.project_findings import Findings

_MOST_FOLDERS = 8
_MOST_TESTS = 6
_MOST_FILES = 16
_DEEPEST = 3
_HIDDEN = re.compile(r"(?:^|/)(?:\.|__|node_modules|venv|dist|build|target|vendor|docs)")
_SCRIPT_IMPORT = re.compile(r"(?:from|require\()\s*['\"](\.{1,2}/[\w./-]+)['\"]")


def folders_to_list(findings: Findings) -> list[str]:
    """Folders of the project that were not looked into, those nearest the top first."""
    open_ones = [name for name in findings.folders if not _HIDDEN.search(name) and name.count("/") < _DEEPEST]
    room = _MOST_FOLDERS - len(findings.folders_listed)
    waiting = [name for name in open_ones if name not in findings.folders_listed]
    return sorted(waiting, key=lambda name: (name.count("/"), name))[: max(0, room)]


def files_to_run(findings: Findings) -> list[str]:
    """What has to be read to know how tests are run."""
    manifests = [path for path in findings.files if path in ("package.json", "pyproject.toml")]
    return [*manifests, *_tests(findings)]


def files_to_read(findings: Findings, outcome: Outcome, texts: Mapping[str, str]) -> list[str]:
    """The failing tests, what they import, and what the failures speak of; of these, what was not read yet."""
    named = [path for file in outcome.files if (path := _in_project(file, findings.files))]
    tests = [path for path in named if is_test_file(path)] or _tests(findings)
    wanted = [*tests, *named]
    modules = parse_all(texts)
    for path in texts:
        if path in modules:
            wanted += imported_files(modules[path], findings.files)
        else:
            wanted += _script_imports(path, texts[path], findings.files)
    return [path for path in dict.fromkeys(wanted) if not findings.has_tried(path)][: max(0, _MOST_FILES - len(texts))]


def test_commands(findings: Findings, texts: Mapping[str, str], *, powershell: bool) -> list[str]:
    """The commands that should run the tests, the likeliest first."""
    end = "; exit $LASTEXITCODE" if powershell else ""
    python = "python" if powershell else "python3"
    tests = _tests(findings)
    commands = []
    if any(path.endswith(".py") for path in tests):
        unittest = f"{python} -m unittest discover{_start_folder(tests, findings.files)}"
        pytest = f"{python} -m pytest -q"
        wants_pytest = any("unittest" not in texts.get(path, "") for path in tests if path.endswith(".py"))
        commands += [pytest] if wants_pytest else [unittest, pytest]
    script = _npm_test(texts.get("package.json", ""))
    if script or any(not path.endswith(".py") for path in tests):
        commands.append(script if script.startswith("node --test") else "npm test" if script else "node --test")
    return [command + end for command in commands]


def _tests(findings: Findings) -> list[str]:
    return [path for path in findings.files if is_test_file(path)][:_MOST_TESTS]


def _in_project(file: str, known: Sequence[str]) -> str | None:
    """A file as a failure names it, by its path in the project."""
    return next((path for path in known if file == path or file.endswith(f"/{path}")), None)


def _script_imports(path: str, text: str, known: Sequence[str]) -> list[str]:
    folder = path.split("/")[:-1]
    return [found for match in _SCRIPT_IMPORT.finditer(text) if (found := _resolved(folder, match[1], known))]


def _resolved(folder: list[str], relative: str, known: Sequence[str]) -> str | None:
    parts = list(folder)
    for part in relative.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    plain = "/".join(parts)
    endings = ("", ".js", ".mjs", ".cjs", ".ts", "/index.js", "/index.ts")
    return next((f"{plain}{end}" for end in endings if f"{plain}{end}" in known), None)


def _start_folder(tests: Sequence[str], files: Sequence[str]) -> str:
    folders = {path.rpartition("/")[0] for path in tests if path.endswith(".py")}
    folder = folders.pop() if len(folders) == 1 else ""
    return f" -s {folder}" if re.fullmatch(r"[\w/]+", folder) and f"{folder}/__init__.py" not in files else ""


def _npm_test(text: str) -> str:
    try:
        script = json.loads(text)["scripts"]["test"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return script if isinstance(script, str) else ""
