"""`manual-slop cost`: what was spent, on what, how we know, and what other models would have come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rich.text import Text

from manual_slop import ai_client
from manual_slop.money.ledger import GROUPINGS, Grouping
from manual_slop.money.provenance import Explanation, explain_entries
from manual_slop.money.reconcile import Drift, reconcile
from manual_slop.money.what_if import Candidate, Compared, Comparison, Hits, compare, tier_matrix
from manual_slop.providers.access import Access
from manual_slop.providers.places import place
from manual_slop.providers.price_settings import price_settings
from manual_slop.store.errors import StoreError
from manual_slop.store.shared import shared_store
from manual_slop.terminal.cost_tables import comparison_table, drift_table, matrix_table, spending_table
from manual_slop.terminal.explaining import all_lines
from manual_slop.terminal.json_lines import document
from manual_slop.terminal.screen import say, screen
from manual_slop.terminal.wording import DOT, sum_words
from manual_slop.values.errors import ConfigError
from manual_slop.values.ledger import UsageRecorded
from manual_slop.values.usage import CostSum


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the ledger. `session` is the beginning of an id or `last`; `None` asks about everything."""

    session: str | None = "last"
    by: Grouping = "model"
    what_if: tuple[str, ...] = ()
    hits: Hits = "same hits"
    matrix: bool = False
    explain: bool = False
    reconcile: bool = False


def question(
    session: str | None, everything: bool, by: str | None, what_if: Sequence[str], no_hits: bool, **more: bool
) -> Question:
    """The question that was typed. Raises `ConfigError` for one that makes no sense."""
    models = tuple(dict.fromkeys(name for text in what_if for name in text.replace(",", " ").split()))
    if session is not None and everything:
        raise ConfigError("cost takes a session or --all, not both")
    if by is not None and by not in GROUPINGS:
        raise ConfigError(f"--by takes {', '.join(GROUPINGS)}, not “{by}”")
    if more.get("matrix") and not models:
        raise ConfigError("--matrix compares models: name them with --what-if openai/gpt-4o,openai/gpt-4o-mini")
    if more.get("matrix") and by not in (None, "tier"):
        raise ConfigError("--matrix is by tier: leave --by out")
    chosen: Grouping = next((name for name in GROUPINGS if name == by), "tier" if more.get("matrix") else "model")
    name = None if everything else session or "last"
    return Question(name, chosen, models, "no hits" if no_hits else "same hits", **more)


def show_cost(asked: Question, as_json: bool) -> None:
    """Answer it. Raises `ConfigError` and `ProviderError` for sessions and models that are not there."""
    access = ai_client.new_access()
    session_id, entries = _entries(asked.session)
    compared = (tier_matrix if asked.matrix else _compare(asked.by))(entries, _candidates(access, asked), asked.hits)
    days = price_settings(access.config).stale_after_days
    today = datetime.now(UTC).date()
    told = explain_entries(entries, today=today, stale_after=days) if asked.explain else []
    drifts = reconcile(entries) if asked.reconcile else []
    if as_json:
        screen().put(document(_as_json(compared, asked, told, drifts), indent=2))
        return
    title = "all sessions" if session_id is None else f"session {session_id[:8]}"
    screen().note(
        f"{title}{DOT}{len(entries):,} call{'s' * (len(entries) != 1)}{DOT}{sum_words(compared.total.actual.cost)}"
    )
    if entries:
        _show(compared, asked, told, drifts)


def comparison_document(comparison: Comparison) -> dict[str, Any]:
    """`rows` and `total` for programs: USD as text, `null` where no call could be priced; `unpriced` counts those that
    a sum leaves out."""
    return {"rows": [_row(row) for row in comparison.rows], "total": _row(comparison.total)}


def _show(compared: Comparison, asked: Question, told: Sequence[Explanation], drifts: Sequence[Drift]) -> None:
    out = screen().out
    if asked.matrix:
        say(out, matrix_table(compared, out.width))
    elif asked.what_if:
        say(out, comparison_table(compared, asked.by))
    else:
        say(out, spending_table(compared, asked.by, out.width))
    for number, (text, style) in enumerate(all_lines(told)):
        say(out, Text(f"\n{text}" if number == 0 else text, style))
    if drifts:
        say(out, Text("\nwhat providers billed beside our own sums", "dim"))
        say(out, drift_table(drifts))
    elif asked.reconcile:
        say(out, Text("\nno provider said what it billed: there is nothing to compare with", "dim"))


def _entries(name: str | None) -> tuple[str | None, list[UsageRecorded]]:
    refusal = ""
    try:
        store = shared_store()
        session_id = None if name is None else store.find(name)
        return session_id, list(store.ledger(session_id))
    except StoreError as error:
        refusal = str(error)
    raise ConfigError(f"{refusal} (`manual-slop cost --all` shows every call there is)" if name == "last" else refusal)


def _candidates(access: Access, asked: Question) -> list[Candidate]:
    routes = [place(access, model) for model in asked.what_if]
    return [Candidate(route.model, access.rates(route), route.local) for route in routes]


def _compare(by: Grouping) -> Any:
    return lambda entries, candidates, hits: compare(entries, by, candidates, hits)


def _as_json(
    compared: Comparison, asked: Question, told: Sequence[Explanation], drifts: Sequence[Drift]
) -> Mapping[str, Any]:
    more: dict[str, Any] = {}
    if asked.explain:
        more["explanations"] = [{**_fields(one), "formula": one.formula} for one in told]
    if asked.reconcile:
        more["reconciliation"] = [{**_fields(one), "usd": one.usd, "percent": one.percent} for one in drifts]
    return {**comparison_document(compared), **more}


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def _row(row: Compared) -> dict[str, Any]:
    actual = row.actual
    return {
        "key": actual.key,
        "calls": actual.cost.calls,
        "usage": actual.usage,
        **_money(actual.cost),
        "what_if": {model: _money(cost) for model, cost in row.what_if.items()},
    }


def _money(cost: CostSum) -> dict[str, Any]:
    unknown = cost.calls > 0 and cost.unpriced == cost.calls
    return {"usd": None if unknown else cost.usd, "unpriced": cost.unpriced}
