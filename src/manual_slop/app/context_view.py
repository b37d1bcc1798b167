"""What a model is shown before anybody says anything more: found out behind the window, for its Context panel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from manual_slop.session.compaction import Fold, NothingToCompact, foreseen
from manual_slop.session.context_files import ContextFile, Shown, from_words
from manual_slop.session.instructions import project_instructions
from manual_slop.session.token_counts import usual_tokens
from manual_slop.session.transcript import fold
from manual_slop.values.context import ContextMeter
from manual_slop.values.errors import ProviderError

if TYPE_CHECKING:
    from manual_slop.session.session import Session
    from manual_slop.store.store import Store


@dataclass(frozen=True, slots=True)
class Standing:
    """A file of instructions: its tokens as guessed, what to know of it, whether the model is told it."""

    name: str
    tokens: int
    notice: str
    in_force: bool


@dataclass(frozen=True, slots=True)
class ContextView:
    """The meter and what is behind it. `fold` is what a summary would replace, `unfoldable` why there is none.

    `undoable` is how many messages the last summary stands for; `prompt` are the tokens of the instructions without
    those of the project; `project` says whether files can be shown at all.
    """

    meter: ContextMeter
    fold: Fold | None
    unfoldable: str
    undoable: int
    prompt: int
    instructions: tuple[Standing, ...]
    files: tuple[Shown, ...]
    project: bool


def context_view(session: Session) -> ContextView:
    """How it is now. Reads files, asks nobody. Raises `ProviderError` for a model that makes no sense."""
    if session.files is not None:
        session.files.look()
    found, unfoldable = None, ""
    try:
        found = foreseen(session)
    except (NothingToCompact, ProviderError) as error:
        unfoldable = str(error)
    standing = tuple(_instructions(session))
    prompt = usual_tokens(session.system_prompt) - sum(one.tokens for one in standing if one.in_force)
    return ContextView(
        session.context(),
        found,
        unfoldable,
        len(session.compacted[-1]) if session.compacted else 0,
        max(0, prompt),
        standing,
        session.files.shown if session.files else (),
        session.files is not None,
    )


def recall_into(session: Session, store: Store, session_id: str) -> None:
    """Give a session what was said in a recorded one, without going on with that. Raises `StoreError`."""
    transcript = fold(envelope.event for envelope in store.envelopes(session_id))
    session.restore(transcript)
    if transcript.described is not None:
        session.system_prompt = transcript.described.system_prompt or session.system_prompt
        set_files(session, from_words(transcript.described.files))


def set_files(session: Session, files: Iterable[ContextFile]) -> None:
    """Show the session's model these files and no others."""
    if session.files is not None:
        session.files.files = tuple(files)
        session.files.look()


def _instructions(session: Session) -> Iterable[Standing]:
    if session.files is None:
        return
    found = project_instructions(session.files.workspace)
    if found.name:
        yield Standing(found.name, usual_tokens(found.text), found.notice, found.text in session.system_prompt)
