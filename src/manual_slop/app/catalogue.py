"""What the window shows of providers and their models: gathered behind it, and sifted by what the person wants."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from manual_slop import ai_client
from manual_slop.app.offers import Offer, Offers, Standing, offers, standings
from manual_slop.providers.credentials_file import save_key
from manual_slop.providers.local_servers import LocalServer, find_local_servers


@dataclass(slots=True)
class Sieve:
    """What a model must have to be listed. `window` is the fewest tokens, `price` the most USD per million of output.

    0 stands for any; a model whose window or price nobody knows does not pass where one is asked for.
    """

    words: str = ""
    vision: bool = False
    tools: bool = False
    reasoning: bool = False
    window: int = 0
    price: float = 0.0

    def keeps(self, offer: Offer) -> bool:
        """Whether the model is listed."""
        facts = offer.facts
        abilities = ((self.vision, facts.vision), (self.tools, facts.tools), (self.reasoning, facts.reasoning))
        if any(wanted and not able for wanted, able in abilities):
            return False
        if self.window and (facts.max_input_tokens or 0) < self.window:
            return False
        if self.price and not self._cheap(offer):
            return False
        name = offer.model.lower()
        return all(word in name for word in self.words.lower().split())

    def _cheap(self, offer: Offer) -> bool:
        if offer.local:
            return True
        rate = offer.rates.output if offer.rates else None
        return rate is not None and rate <= Decimal(str(self.price))


def sifted(models: Iterable[Offer], sieve: Sieve) -> tuple[Offer, ...]:
    """Those that the sieve keeps, in their order."""
    return tuple(model for model in models if sieve.keeps(model))


def standings_now() -> tuple[Standing, ...]:
    """Every provider and how we stand with it; nobody is asked anything. Raises `ConfigError`."""
    return standings(ai_client.new_access())


def offers_now(provider: str, *, refresh: bool = False) -> Offers:
    """A provider's models with what they can do and cost; asked of its endpoint if that can be. Raises."""
    return offers(ai_client.new_access(), ai_client.list_models(provider, refresh=refresh))


def servers_now() -> tuple[LocalServer, ...]:
    """Model servers that answer on this computer."""
    return find_local_servers()


def keep_key(provider: str, key: str) -> str:
    """Save what was typed; where it was put. Raises `ConfigError`, with no word of the key."""
    return save_key(provider, key).origin
