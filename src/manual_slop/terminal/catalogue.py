"""`manual-slop models` and `manual-slop price`: what there is and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from rich.console import Group, RenderableType
from rich.text import Text

from manual_slop import ai_client
from manual_slop.app.offers import Offer, offer, offers, standings
from manual_slop.money.rates import retirement_note
from manual_slop.providers.discovery import list_models
from manual_slop.providers.local_servers import find_local_servers
from manual_slop.providers.places import place
from manual_slop.terminal.json_lines import document
from manual_slop.terminal.screen import say, screen
from manual_slop.terminal.tables import offers_table, providers_table, rates_table
from manual_slop.terminal.visible import one_line, visible
from manual_slop.values.paths import config_dir


def show_providers(as_json: bool) -> None:
    """Everybody who can be asked. Raises `ConfigError`."""
    access = ai_client.new_access()
    known, servers = standings(access), find_local_servers()
    if as_json:
        screen().put(document({"providers": known, "local_servers": servers}, indent=2))
    else:
        say(screen().out, providers_table(known, servers, screen().out.width))


def show_models(provider: str, refresh: bool, as_json: bool) -> None:
    """What one provider offers. Raises `ProviderError` and `ConfigError`."""
    access = ai_client.new_access()
    listed = offers(access, list_models(provider, registry=access.registry, refresh=refresh))
    if as_json:
        screen().put(document(listed, indent=2))
    else:
        say(screen().out, offers_table(listed, datetime.now(UTC)))


def show_prices(models: Sequence[str], as_json: bool) -> None:
    """What models cost and where that is written. Raises `ProviderError` and `ConfigError`."""
    access = ai_client.new_access()
    routes = [place(access, model) for model in models]
    priced = [offer(access, route) for route in routes]
    issues = [str(issue) for issue in access.prices.issues]
    if as_json:
        screen().put(document({"models": priced, "issues": issues}, indent=2))
        return
    for number, one in enumerate(priced):
        say(screen().out, Group(*([""] if number else []), *price_lines(one, datetime.now(UTC).date())))
    for old in filter(None, map(access.price_age, routes)):
        screen().note(f"! {visible(old)}", "warn")
    for issue in issues:
        screen().note(f"! {visible(issue)}", "warn")


def price_lines(one: Offer, today: date) -> list[RenderableType]:
    """The price of a model as a person wants to read it."""
    lines: list[RenderableType] = [Text(one_line(one.model), "name")]
    rates = one.rates
    if one.local:
        lines.append("runs on this computer: no charge")
    elif rates is None:
        file = config_dir() / "pricing" / f"{one.model.partition('/')[0]}.toml"
        lines.append("unpriced: no price file and not litellm's map knows what it costs")
        lines.append(Text(f"→ write its price into {file} (pricing/README.md shows how)", "name"))
    else:
        since = f", as of {rates.as_of}" if rates.as_of else ""
        lines += [rates_table(rates), Text(f"{rates.basis}: {visible(rates.origin)}{since}", "dim")]
        lines += [Text(visible(rates.note), "dim")] if rates.note else []
    return [*lines, *_retires(one, today)]


def _retires(one: Offer, today: date) -> list[RenderableType]:
    if one.retires is None:
        return []
    soon = retirement_note(one.retires, today, "it")
    return [Text(f"! {soon}", "warn") if soon else Text(f"retires on {one.retires}", "dim")]
