"""Each tier on a vendor of its own at once: names arrive unchanged, and each tier's usage and cost are under it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from manual_slop import cost_tracker
from manual_slop import multi_agent_conductor as conductor
from manual_slop.conductor.run_setup import Wishes
from manual_slop.safety.shell.shell import available
from manual_slop.store.shared import close_shared_stores
from manual_slop.values import paths
from manual_slop.values.tickets import TIERS
from tests.support.vendors import Vendors
from tests.support.works import sums

pytestmark = pytest.mark.skipif(not available(), reason="no commands can be run on this system")
MODELS = {
    "1": ("openai", "gpt-4o"),
    "2": ("acme", "m1"),
    "3": ("anthropic", "claude-sonnet-4-5"),
    "4": ("gemini", "gemini-2.5-flash"),
}


@pytest.fixture
def vendors() -> Iterator[Vendors]:
    """Four vendors that a person has set up, with a key for each."""
    with Vendors() as server:
        own = paths.config_dir()
        (own / "conductor").mkdir(parents=True)
        (own / "config.toml").write_text(server.config())
        keys = "".join(f'[{vendor}]\napi_key = "{_key(vendor)}"\n' for vendor, _ in MODELS.values())
        (own / "credentials.toml").write_text(keys)
        (own / "credentials.toml").chmod(0o600)
        tiers = (f'[tiers.{tier}]\nmodel = "{vendor}/{name}"\n' for tier, (vendor, name) in MODELS.items())
        (own / "conductor" / "tiers.toml").write_text("".join(tiers))
        yield server
    close_shared_stores()


def _key(vendor: str) -> str:
    return f"key-of-{vendor}-0123456789"


def test_each_tier_works_at_its_vendor_and_is_charged_for_what_it_did(vendors: Vendors, tmp_path: Path) -> None:
    project = tmp_path / "project"
    sums(project)
    (track,) = conductor.plan("fix the failing tests", project).tracks
    conductor.approve(track.id, conductor.shown(track.id, project).digest, "me", project)
    conductor.run(track.id, Wishes(mode="all"))
    ended = conductor.status(track.id)
    assert {one.status for one in ended.tickets} == {"done"}, [one.state.reason for one in ended.tickets]

    entries = cost_tracker.ledger()
    for tier in TIERS:
        vendor, name = MODELS[tier]
        came = [one for one in vendors.arrivals if one.vendor == vendor]
        mine = [entry for entry in entries if entry.origin.tier == tier]
        assert {(one.model, one.key) for one in came} == {(name, _key(vendor))}
        assert {entry.model for entry in mine} == {f"{vendor}/{name}"}
        assert Counter((one.input, one.cached, one.output) for one in came) == Counter(
            (entry.usage.input_tokens, entry.usage.cache_read_tokens, entry.usage.output_tokens) for entry in mine
        )
    assert len(entries) == len(vendors.arrivals)

    rows = {row.key: row for row in cost_tracker.sum_by(entries, "tier")}
    assert sum(row.cost.calls for row in rows.values()) == len(entries)
    assert rows["2"].cost.unpriced == rows["2"].cost.calls > 0  # nobody knows acme's prices, which is not nothing
    priced = [entry.cost.usd for entry in entries if entry.cost.usd is not None]
    assert sum(row.cost.usd for row in rows.values()) == sum(priced) > 0
    assert all(rows[tier].cost.usd > 0 for tier in ("1", "3", "4"))
