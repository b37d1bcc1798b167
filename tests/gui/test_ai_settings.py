"""Choosing a model in the window: what can be had, with a key or without, and how a key gets in."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from manual_slop.app.catalogue import Sieve, offers_now, sifted, standings_now
from manual_slop.app.offers import Offer, Offers
from manual_slop.gui.context import App
from manual_slop.money.rates import Rates
from manual_slop.providers.credentials import read_credentials
from manual_slop.providers.model_map import ModelFacts
from tests.support.gui import Person, use

KEY = "sk-test-0123456789abcdef"


def looks_at(app: App, person: Person, provider: str) -> None:
    app.memo["provider"] = provider
    person.opens("AI Settings")
    person.waits_until(lambda: isinstance(app.state.fetched("offers", provider).value, Offers))


def test_models_of_openai_are_listed_and_can_be_chosen_without_a_key(app: App):
    def scene(person: Person) -> None:
        looks_at(app, person, "openai")
        person.writes("//AI Settings/**/##search", "gpt-4o-mini")
        person.waits(3)
        person.clicks("//AI Settings/**/##openai\\/gpt-4o-mini")
        person.waits(2)

    use(app, scene)
    assert app.state.conversation.model == "openai/gpt-4o-mini"


def test_a_provider_without_a_key_says_which_variable_it_would_be_in(app: App):
    def scene(person: Person) -> None:
        looks_at(app, person, "openai")
        assert "no key in OPENAI_API_KEY" in person.reads()

    use(app, scene)


def test_a_typed_key_is_saved_and_nowhere_to_be_read_in_the_window(app: App):
    def scene(person: Person) -> None:
        looks_at(app, person, "perplexity")
        field = "//AI Settings/**/##key perplexity"
        person.writes(field, KEY)
        person.presses("Ctrl+A")
        person.presses("Ctrl+C")
        person.waits(2)
        assert KEY not in person.reads()
        person.clicks("//AI Settings/**/Save key")
        person.waits_until(lambda: "perplexity" in read_credentials().keys)
        person.waits(5)
        assert KEY not in repr(app.memo)
        assert KEY not in person.reads()

    use(app, scene)
    assert read_credentials().keys["perplexity"].reveal() == KEY


def test_gpt_4o_and_its_small_sister_are_known_without_a_key():
    names = [model.model for model in offers_now("openai").models]
    assert {"openai/gpt-4o", "openai/gpt-4o-mini"} <= set(names)
    assert {"openai", "anthropic", "rehearsal"} <= {one.provider for one in standings_now()}


def model(name: str, *, local: bool = False, price: str = "", **facts: object) -> Offer:
    rates = Rates(output=Decimal(price)) if price else None
    return Offer(name, ModelFacts(**facts), rates, datetime.now(UTC).date(), local)  # type: ignore[arg-type]


def test_a_sieve_lets_through_only_what_is_known_to_be_wanted():
    cheap = model("a/cheap", price="0.6", vision=True, tools=True, max_input_tokens=128_000)
    dear = model("a/dear", price="60", reasoning=True, max_input_tokens=1_000_000)
    unknown = model("a/unknown")
    home = model("ollama/home", local=True)
    everything = (cheap, dear, unknown, home)
    assert sifted(everything, Sieve()) == everything
    assert sifted(everything, Sieve(vision=True)) == (cheap,)
    assert sifted(everything, Sieve(reasoning=True)) == (dear,)
    assert sifted(everything, Sieve(window=200_000)) == (dear,)
    assert sifted(everything, Sieve(price=1.0)) == (cheap, home)
    assert sifted(everything, Sieve(words="ollama HOME")) == (home,)
