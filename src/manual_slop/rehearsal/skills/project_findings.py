"""What looking at a project has brought to light so far, gathered from the tools' results."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from manual_slop.rehearsal.conversation import Exchange
from manual_slop.rehearsal.craft.listing import has_failed, read_listing, read_text
from manual_slop.rehearsal.craft.manifests import manifests_first
from manual_slop.rehearsal.craft.toolbox import kind_of, path_of, query_of

_MOST_MANIFESTS = 2
_LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Findings:
    """Paths are relative to the project. `failed` are calls that did not work, in words, with the reason."""

    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    folders_listed: tuple[str, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()
    searches: tuple[tuple[str, str], ...] = ()
    failed: tuple[tuple[str, str], ...] = ()

    @property
    def looked(self) -> bool:
        """Whether anything was looked at, with or without success."""
        return bool(self.folders_listed or self.texts or self.searches or self.failed)

    def has_tried(self, path: str) -> bool:
        """Whether a file was read, or could not be."""
        return self.has_read(path) or any(failed == path for failed, _ in self.failed)

    def has_read(self, path: str) -> bool:
        """Whether a file's text is known."""
        return any(read == path for read, _ in self.texts)

    def telling_files(self) -> list[str]:
        """The files that say most about a project: its readme, then its manifests; the ones nearest the top."""
        readmes = [path for path in self.files if path.rsplit("/", 1)[-1].lower().startswith("readme")]
        nearest = sorted(readmes, key=lambda path: (path.count("/"), not path.lower().endswith(".md"), path))
        return [*nearest[:1], *manifests_first(self.files)[:_MOST_MANIFESTS]]


def gather(exchanges: Iterable[Exchange]) -> Findings:
    """The findings of the tool calls made so far."""
    files: dict[str, None] = {}
    folders: dict[str, None] = {}
    listed, texts, searches, failed = [], [], [], []
    for exchange in exchanges:
        path, kind = path_of(exchange.arguments), kind_of(exchange.name)
        if kind == "list":
            listed.append(path)  # also when it failed: it is not to be tried again
        if kind and kind != "search" and has_failed(exchange.result):
            failed.append((path, _reason(exchange.result)))
        elif kind == "list":
            listing = read_listing(exchange.result)
            files |= dict.fromkeys(_below(path, name) for name in listing.files)
            inside = (name for name in listing.folders if name != path.strip("/"))  # some head the list with its name
            folders |= dict.fromkeys(_below(path, name) for name in inside)
        elif kind == "read":
            texts.append((path, read_text(exchange.result)))
        elif kind == "search":
            searches.append((query_of(exchange.arguments), exchange.result))
    return Findings(tuple(files), tuple(folders), tuple(listed), tuple(texts), tuple(searches), tuple(failed))


def _below(folder: str, name: str) -> str:
    """A name as a path from the top; some tools already give it so."""
    folder = folder.strip("/").removeprefix("./")
    return name if folder in ("", ".") or name.startswith(f"{folder}/") else f"{folder}/{name}"


def _reason(result: str) -> str:
    return " ".join(result.split())[:_LONGEST_REASON]
