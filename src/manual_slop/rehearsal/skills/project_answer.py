"""The answer about a project: short Markdown in which everything is quoted from a file or counted from a listing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from manual_slop.rehearsal.craft.languages import count_languages
from manual_slop.rehearsal.craft.listing import has_failed, read_hits
from manual_slop.rehearsal.craft.manifests import Facts, is_manifest, read_manifest
from manual_slop.rehearsal.craft.prose import Document, read_document
from manual_slop.rehearsal.skills.project_findings import Findings

_MOST_HITS = 8
_MOST_SECTIONS = 8
_MOST_NAMES = 20
_MOST_NEEDS = 10
_MOST_DEFINED = 12
_MOST_FIRST = 4
_LONGEST_LINE = 160
_DEFINITION = re.compile(
    r"(?:export |default |pub(?:\(\w+\))? |public |private |protected |static |async |abstract |final )*"
    r"(?:class|def|fn|func|function|interface|struct|enum|trait|impl|type|module|record) \S"
)


def answer_from(findings: Findings, subject: str) -> str:
    """What the findings tell about the project, or about `subject` or the one file when that was asked for."""
    others = _other_files(findings)
    focus = [*(_hits(findings, subject) if subject else []), *others]
    around = [*_declared(findings), *_read_me(findings)]
    overview = [] if focus else _contents(findings)
    parts = [*focus, *around, *overview, *_failures(findings)]
    return "\n\n".join(parts) if parts else "The tools showed me nothing: no file names, no text. I cannot say more."


def _hits(findings: Findings, subject: str) -> list[str]:
    if not findings.searches:
        return []
    hits = [hit for _, result in findings.searches if not has_failed(result) for hit in read_hits(result)]
    if not hits:
        return [f"The search found no line with `{subject}`."]
    shown = [f"- `{hit.path}:{hit.line}`: `{_clipped(hit.text)}`" for hit in hits[:_MOST_HITS]]
    more = [f"- … and {len(hits) - _MOST_HITS} more lines"] if len(hits) > _MOST_HITS else []
    return ["\n".join([f"**Where `{subject}` stands:**", *shown, *more])]


def _declared(findings: Findings) -> list[str]:
    return [_declaration(path, read_manifest(path, text)) for path, text in findings.texts if is_manifest(path)]


def _declaration(path: str, facts: Facts) -> str:
    head = f"**{facts.name or 'The project'}**{f' {facts.version}' if facts.version else ''}"
    lines = [f"{head}{f': {facts.description}' if facts.description else ''} (`{path}`)"]
    lines += [f"- needs {_some(facts.requires)}"] if facts.requires else []
    lines += [f"- commands: {_some([f'`{command}`' for command in facts.commands])}"] if facts.commands else []
    return "\n".join(lines)


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NEEDS} more" if len(names) > _MOST_NEEDS else ""
    return ", ".join(names[:_MOST_NEEDS]) + more


def _read_me(findings: Findings) -> list[str]:
    readmes = [(path, read_document(text)) for path, text in findings.texts if _is_document(path)]
    return [_quoted(path, document) for path, document in readmes]


def _quoted(path: str, document: Document) -> str:
    if document == Document():
        return f"`{path}` holds no text."
    title = f" “{document.title}”" if document.title else ""
    lines = [f"`{path}`{title} says:", "", f"> {document.paragraph or '(no paragraph of text)'}"]
    if document.sections:
        lines += ["", f"Its sections: {', '.join(document.sections[:_MOST_SECTIONS])}."]
    return "\n".join(lines)


def _other_files(findings: Findings) -> list[str]:
    others = [(path, text) for path, text in findings.texts if not is_manifest(path) and not _is_document(path)]
    return [_beginning(path, text) for path, text in others]


def _beginning(path: str, text: str) -> str:
    lines = text.splitlines()
    first = [line for line in lines if line.strip()][:_MOST_FIRST]
    shown = ["```", *(_clipped(line, keep_indent=True) for line in first), "```"]
    defined = [_clipped(line) for line in lines if _DEFINITION.match(line)]
    names = ["", "It defines:", *(f"- `{line}`" for line in defined[:_MOST_DEFINED])] if defined else []
    more = [f"- … and {len(defined) - _MOST_DEFINED} more"] if len(defined) > _MOST_DEFINED else []
    return "\n".join([f"`{path}` has {len(lines)} lines and begins:", "", *shown, *names, *more])


def _contents(findings: Findings) -> list[str]:
    if not findings.files and not findings.folders:
        return ["The folder is empty."] if "." in findings.folders_listed and not findings.failed else []
    names = [*(f"{name}/" for name in findings.folders), *findings.files]
    top = [f"`{name}`" for name in names if "/" not in name[:-1] and not name.startswith(".")][:_MOST_NAMES]
    languages = ", ".join(f"{name} ({count})" for name, count in count_languages(findings.files)[:5])
    counted = f"In what I listed, by file endings: {languages}." if languages else ""
    return [f"At the top: {', '.join(top) or 'only hidden files'}. {counted}".rstrip()]


def _failures(findings: Findings) -> list[str]:
    if not findings.failed:
        return []
    return ["\n".join(["I could not look at:", *(f"- `{path}`: {reason}" for path, reason in findings.failed)])]


def _is_document(path: str) -> bool:
    return path.lower().rsplit("/", 1)[-1].startswith("readme") or path.lower().endswith((".md", ".rst"))


def _clipped(line: str, *, keep_indent: bool = False) -> str:
    line = line.rstrip() if keep_indent else " ".join(line.split())
    return line if len(line) <= _LONGEST_LINE else line[:_LONGEST_LINE] + " …"
