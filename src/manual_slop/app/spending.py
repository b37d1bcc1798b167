"""What was spent, for the dashboard: the ledger is read once, and calls are added to it as they are made."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

from manual_slop.app.app_state import AppState, Fetched
from manual_slop.app.figures import Count, Figures, Wanted
from manual_slop.app.news import Loaded, News
from manual_slop.app.track_watch import CALLS
from manual_slop.money.ledger import KEYS, Grouping, belongs_to
from manual_slop.money.provenance import Explanation, explain_entries
from manual_slop.money.what_if import Candidate
from manual_slop.values.budget import NodeState
from manual_slop.values.errors import ConfigError, ProviderError
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.usage import UNPRICED, Usage

BOOK, FIGURES, EXPLAINED, BUDGETS, COMPARABLE = "book", "figures", "explained", "budgets", "comparable models"
"""Tables of `AppState.loaded`."""

Load = Callable[[str, str, Callable[[], Any]], None]


@dataclass(slots=True, eq=False)
class Book:
    """The calls of a session and those it began, or all; none twice."""

    entries: list[UsageRecorded] = field(default_factory=list)
    seen: set[Hashable] = field(default_factory=set)

    def add(self, entry: UsageRecorded) -> None:
        """One more, unless it is there."""
        name = entry.call_id or entry
        if name not in self.seen:
            self.seen.add(name)
            self.entries.append(entry)


class Spending:
    """Sums in the background. `models` are those that costs are compared with; the person chooses them."""

    def __init__(self, state: AppState, load: Load) -> None:
        self._state = state
        self._load = load
        self._live: list[UsageRecorded] = []
        self._count: Count | None = None
        self._asked: tuple[Wanted, date, Book, int] | None = None
        self._checked: tuple[str, int] | None = None
        self.models: tuple[str, ...] = ()

    def look(self, wanted: Wanted) -> Fetched:
        """The figures as they were counted last; what is new since then, or wanted now, is counted behind the window.

        Called each frame; `Figures.wanted` says whether the value is that which is wanted now.
        """
        fetched = self._state.fetched(FIGURES)
        book = self._book(wanted)
        if book is None or fetched.loading:
            return fetched
        self._check_budgets(wanted.session_id, len(self._live))
        now = datetime.now(UTC)
        asked = (wanted, now.date(), book, len(book.entries))
        if asked != self._asked:
            if self._asked is None or self._asked[:3] != asked[:3]:
                self._count = None
            self._asked = asked
            self._load(FIGURES, "", lambda: self._counted(wanted, book, asked[3], now))
        return fetched

    def explain(self, by: Grouping, key: str, figures: Figures) -> Fetched:
        """Where the dollars of a row come from (of all: key ""): `EXPLAINED` has an `Explanation` a model and basis."""
        name = f"{by} {key} {figures.counted} {figures.wanted}"
        known = self._state.loaded.setdefault(EXPLAINED, {})
        if name not in known:
            book = self._book(figures.wanted)
            if book is None:
                return Fetched()
            known.clear()
            self._load(EXPLAINED, name, lambda: _explained(book, by, key, figures))
        return self._state.fetched(EXPLAINED, name)

    def read_again(self) -> None:
        """Other programs make calls too: read the ledger anew."""
        if not any(one.loading for one in self._state.loaded.get(BOOK, {}).values()):
            self._state.loaded[BOOK] = {}
        self._checked = None

    def list_models(self) -> None:
        """Which models costs can be compared with: `COMPARABLE` holds their names, those used before first."""
        self._load(COMPARABLE, "", _comparable)

    def take_up(self, news: News) -> None:
        """A call was made, or a book was read."""
        what = news.what
        if isinstance(what, UsageRecorded):
            self._add(what)
        elif isinstance(what, Loaded) and what.what == CALLS:
            for entry in what.value:
                self._add(entry)
        elif isinstance(what, Loaded) and what.what == BOOK:
            fetched = self._state.fetched(BOOK, what.key)
            fetched.value = fetched.value or Book()
            for entry in self._live:
                if not what.key or belongs_to(entry, what.key):
                    fetched.value.add(entry)

    def _add(self, entry: UsageRecorded) -> None:
        self._live.append(entry)
        for key, fetched in self._state.loaded.get(BOOK, {}).items():
            if isinstance(fetched.value, Book) and (not key or belongs_to(entry, key)):
                fetched.value.add(entry)

    def _book(self, wanted: Wanted) -> Book | None:
        """What the figures are counted from; one book at a time is kept."""
        everything = wanted.scope in ("everything", "track")
        key = "" if everything else wanted.session_id
        books = self._state.loaded.setdefault(BOOK, {})
        if not everything and not key:
            books.setdefault(_NEW, Fetched(Book()))
            return books[_NEW].value if isinstance(books[_NEW].value, Book) else None
        if key not in books:
            for other in [name for name, one in books.items() if not one.loading]:
                del books[other]
            self._load(BOOK, key, lambda: _read(key))
        book = self._state.fetched(BOOK, key).value
        return book if isinstance(book, Book) else None

    def _check_budgets(self, session_id: str, calls: int) -> None:
        if self._checked != (session_id, calls) and not self._state.fetched(BUDGETS, session_id).loading:
            self._checked = (session_id, calls)
            self._load(BUDGETS, session_id, lambda: _limited(session_id))

    def _counted(self, wanted: Wanted, book: Book, upto: int, now: datetime) -> Figures:
        """On the lane of figures, which does one thing after the other."""
        count, self._count = self._count, None  # one that fails half way is not gone on with
        if count is None:
            candidates, wrong = _candidates(wanted.models)
            count = Count(wanted, wanted.since(now), candidates, wrong)
        count.add(islice(book.entries, count.counted, upto))
        self._count = count
        return count.figures()


_NEW = "nothing said yet"


def _explained(book: Book, by: Grouping, key: str, figures: Figures) -> list[Explanation]:
    since, key_of = figures.wanted.since(datetime.now(UTC)), KEYS[by]
    entries = islice(book.entries, figures.counted)
    taken = (one for one in entries if figures.wanted.takes(one, since) and key in ("", key_of(one)))
    return explain_entries(taken)


def _read(session_id: str) -> Book:
    from manual_slop.store.shared import shared_store  # SQLite: only when it is wanted

    book = Book()
    for entry in shared_store().ledger(session_id or None):
        book.add(entry)
    return book


def _limited(session_id: str) -> list[NodeState]:
    """The budgets that the next call of a session counts for."""
    from manual_slop.providers.config import load_config
    from manual_slop.session.budgets import budget_rules
    from manual_slop.store.budget_table import BudgetTable
    from manual_slop.store.shared import shared_store

    table = BudgetTable(shared_store().database, budget_rules(load_config()))
    return table.states(UsageRecorded("", Usage(), UNPRICED, session_id=session_id))


def _candidates(models: tuple[str, ...]) -> tuple[list[Candidate], dict[str, str]]:
    """Each at the prices in force; one that makes no sense is unpriced, and why is said."""
    from manual_slop.cost_tracker import candidates  # what prices need is not for the first frame

    found, wrong = [], {}
    for model in models:
        try:
            found += [Candidate(model, one.rates, one.local) for one in candidates([model])]
        except (ProviderError, ConfigError) as error:
            found.append(Candidate(model, None))
            wrong[model] = str(error)
    return found, wrong


def _comparable() -> list[str]:
    from manual_slop import ai_client
    from manual_slop.providers.model_map import model_map
    from manual_slop.store.shared import shared_store

    registry = ai_client.new_access().registry
    names = list(shared_store().models_used())
    for name in registry.names():
        row, vendor = registry.provider(name), registry.vendor(name)
        own = vendor.models if vendor else ()
        names += [f"{name}/{model}" for model in own or model_map().chat_models(row.litellm)]
    return list(dict.fromkeys(names))
