"""All a conversation needs to know of the outside: routes to models, what they can do, what they cost."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from manual_slop.money.prices import billed, price
from manual_slop.money.rates import Rates, retirement_note
from manual_slop.providers.config import Config, load_config
from manual_slop.providers.credentials import read_credentials
from manual_slop.providers.exchange import Timeouts
from manual_slop.providers.price_settings import price_settings
from manual_slop.providers.quirks import deepseek
from manual_slop.providers.registry import Registry, Route
from manual_slop.values.errors import ProviderError
from manual_slop.values.messages import Image
from manual_slop.values.usage import Cost, Usage

if TYPE_CHECKING:
    from manual_slop.providers.model_map import ModelFacts
    from manual_slop.providers.price_sources import PriceBook


class Access:
    """Registry, model facts and price book, as the person's files have them now. Safe to share between threads.

    `rehearsal` starts the built-in server and says where it is; `today` is for tests.
    """

    def __init__(
        self,
        config: Config | None = None,
        *,
        rehearsal: Callable[[], str] | None = None,
        today: Callable[[], date] = date.today,
    ) -> None:
        self.config = load_config() if config is None else config
        self.registry = Registry(self.config, rehearsal=rehearsal)
        self._today = today

    @functools.cached_property
    def prices(self) -> PriceBook:
        """The price book: shipped files, the person's own, `config.toml`, litellm's map."""
        from manual_slop.providers.price_sources import prices_in_force  # 8 ms with the map: not to be imported

        return prices_in_force(self.config)

    def default_model(self) -> tuple[str, str]:
        """The model to use when nobody names one, and a sentence that says why it is this one."""
        from manual_slop.providers.default_model import default_model  # only where nobody named one

        return default_model(self.config, self.registry, read_credentials())

    @property
    def timeouts(self) -> Timeouts:
        """How long to wait: our own limits where `config.toml` sets none."""
        set_here = {name: value for name, value in dataclasses.asdict(self.config.timeouts).items() if value}
        return dataclasses.replace(Timeouts(), **set_here)

    def route(self, model: str, *, api_key: str | None = None, api_base: str | None = None) -> Route:
        """The way to a model. Raises `ProviderError` and `ConfigError` as `Registry.resolve` does."""
        return self.registry.resolve(model, api_key=api_key, api_base=api_base)

    def facts(self, route: Route) -> ModelFacts:
        """What the model can do, as far as anybody says; all unknown for a vendor of the person's own."""
        from manual_slop.providers.model_map import ModelFacts, model_map

        return ModelFacts() if route.custom else model_map().capabilities(route.provider.litellm, route.name)

    def rates(self, route: Route, answered: str = "") -> Rates | None:
        """The model's prices; `answered` is the name the provider answered under."""
        return self.prices.rates(route.provider.name, route.provider.litellm, route.name, answered=answered)

    def price(self, route: Route, usage: Usage, answered: str = "", billed_usd: Decimal | None = None) -> Cost:
        """What a call cost: what the provider billed where it says so, with our own sum beside it."""
        computed = price(usage, self.rates(route, answered), local=route.local)
        return computed if billed_usd is None or route.local else billed(billed_usd, computed)

    def notices(self, route: Route) -> list[str]:
        """What a person should know before using this model: that it retires, that its price has aged."""
        retires = self.prices.retires(route.provider.name, route.provider.litellm, route.name)
        notes = (retirement_note(retires, self._today(), route.model), self.price_age(route))
        return [note for note in notes if note]

    def price_age(self, route: Route) -> str:
        """That the model's price is older than `[prices]` wants it, and what to do; else nothing."""
        rates = None if route.local else self.rates(route)
        if rates is None or rates.as_of is None:
            return ""
        days = (self._today() - rates.as_of).days
        if days <= price_settings(self.config).stale_after_days:
            return ""
        mend = "`manual-slop price --refresh` fetches newer ones"
        if rates.basis == "override":
            mend = "correct it in a file of pricing/"
        return f"the price of {route.model} is {days} days old ({rates.source}, {rates.as_of}): {mend}"

    def require_vision(self, route: Route, images: Iterable[Image]) -> None:
        """Raises `ProviderError` when there are pictures and this model would not see them."""
        blind = self.facts(route).vision is False or deepseek.drops_images(route.protocol)
        if blind and any(True for _ in images):
            raise ProviderError(
                "bad_request",
                route.provider.name,
                route.model,
                f"{route.model} cannot see pictures",
                advice="Choose a model with vision (`manual-slop models` marks them), or leave the pictures out.",
            )
