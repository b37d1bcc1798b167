"""`manual-slop mma cost`: what a track cost by tier, and what it would have cost under other models."""

from __future__ import annotations

from typing import Annotated

import typer

from manual_slop import ai_client
from manual_slop.money.ledger import GROUPINGS
from manual_slop.money.what_if import Candidate, Hits, compare, tier_matrix
from manual_slop.providers.places import place
from manual_slop.terminal.cost import comparison_document
from manual_slop.terminal.cost_tables import comparison_table, matrix_table
from manual_slop.terminal.exit_codes import DONE
from manual_slop.terminal.json_lines import document
from manual_slop.terminal.mma_common import JsonOption, TrackArgument
from manual_slop.terminal.screen import say, screen
from manual_slop.terminal.sessions_store import opened
from manual_slop.terminal.wording import DOT, sum_words
from manual_slop.values.errors import ConfigError

USUAL = "openai/gpt-4o,openai/gpt-4o-mini,openai/o1,openai/o3-mini"
"""The models a track is priced under unless somebody names others."""


def cost_command(
    track: TrackArgument,
    what_if: Annotated[str, typer.Option(metavar="MODEL,…", help="The models to price it under.")] = USUAL,
    by: Annotated[str, typer.Option(metavar="tier|ticket|model|…", help="What to add up by.")] = "tier",
    no_hits: Annotated[bool, typer.Option("--no-hits", help="As if other models found nothing in a cache.")] = False,
    json: JsonOption = False,
) -> int:
    """Show what a track cost by tier, and what it would have come to under other models."""
    grouping = next((one for one in GROUPINGS if one == by), None)
    if grouping is None:
        raise ConfigError(f"--by takes {', '.join(GROUPINGS)}, not “{by}”")
    with opened() as store:
        summary = store.tracks.summary(track)
        calls = list(store.ledger(track=track))
    access = ai_client.new_access()
    routes = [place(access, name) for name in dict.fromkeys(what_if.replace(",", " ").split())]
    candidates = [Candidate(route.model, access.rates(route), route.local) for route in routes]
    hits: Hits = "no hits" if no_hits else "same hits"
    compared = (
        tier_matrix(calls, candidates, hits) if grouping == "tier" else compare(calls, grouping, candidates, hits)
    )
    if json:
        screen().put(document({"type": "track_cost", "track": summary.id, **comparison_document(compared)}, indent=2))
        return DONE
    count = f"{len(calls):,} call{'s' * (len(calls) != 1)}"
    screen().note(f"track {summary.id}{DOT}{count}{DOT}{sum_words(compared.total.actual.cost)}")
    out = screen().out
    say(out, matrix_table(compared, out.width) if grouping == "tier" else comparison_table(compared, grouping))
    return DONE
