"""Where a number comes from, as lines for a person: formula, rates, source, date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from manual_slop.money.provenance import Explanation, exact_usd, term_words
from manual_slop.terminal.visible import one_line, visible
from manual_slop.terminal.wording import DOT, sum_words
from manual_slop.values.usage import CostSum, format_usd

_TERMS_ON_A_LINE = 2

Line = tuple[str, str]
"""A text and its style."""


def explanation_lines(explanation: Explanation) -> Iterator[Line]:
    """What was paid and on what grounds, then how it was computed, then where that is written."""
    calls = f"{explanation.calls} calls" if explanation.calls > 1 else ""
    yield DOT.join(filter(None, (one_line(explanation.model), calls, _amount(explanation)))), "name"
    yield from _formula(explanation)
    if explanation.source:
        since = f", as of {explanation.as_of}" if explanation.as_of else ", undated"
        yield f"  from {visible(explanation.source)}{'' if explanation.basis == 'billed' else since}", "dim"
    if explanation.note and explanation.basis != "local":
        yield f"  {visible(explanation.note)}", "dim"
    if explanation.stale:
        yield f"  ! {explanation.stale}", "warn"


def all_lines(explanations: Iterable[Explanation]) -> Iterator[Line]:
    """Explanation after explanation."""
    for explanation in explanations:
        yield from explanation_lines(explanation)


def _formula(explanation: Explanation) -> Iterator[Line]:
    """The formula on one line, or a line for each of its terms where it is long."""
    ours = "our own sum: " if explanation.basis == "billed" else ""
    if len(explanation.terms) <= _TERMS_ON_A_LINE:
        if explanation.formula:
            yield f"  {ours}{visible(explanation.formula)}", "none"
        return
    sign = " "
    for term in explanation.terms:
        yield f"  {sign} {visible(term_words(term))} = {exact_usd(term.usd)}", "none"
        sign = "+"
    total = explanation.computed if explanation.basis == "billed" else explanation.usd
    yield f"  = {ours}{'?' if total is None else exact_usd(total)}", "none"


def _amount(explanation: Explanation) -> str:
    if explanation.basis == "local":
        return "local, no charge"
    if explanation.usd is None:
        return sum_words(CostSum(calls=explanation.calls, unpriced=explanation.calls))
    how = "billed by the provider" if explanation.basis == "billed" else explanation.basis
    return f"{format_usd(explanation.usd)} {how}"
