"""What can be chosen: OpenAI with a key and without, a vendor of the person's own, a server on this computer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from imgui_bundle import imgui

from manual_slop.app.offers import Offers
from manual_slop.app.settings import read_settings
from manual_slop.gui.context import App
from manual_slop.gui.remembered import remembered_window
from manual_slop.values.paths import config_dir
from tests.support.gui import Person, use
from tests.support.patience import HANGS
from tests.support.scripted_server import Scripted, ScriptedServer

PANEL = "//AI Settings/**/"


def models(*names: str, locked: bool = False) -> ScriptedServer:
    """A server that says which models it has; `locked`, not the first time."""
    listed = {"object": "list", "data": [{"id": name, "object": "model"} for name in names]}
    refusal = Scripted([b'{"error": {"message": "no key"}}'], 401, kind="application/json")
    return ScriptedServer([refusal] * locked + [Scripted([json.dumps(listed).encode()], kind="application/json")])


def configure(text: str) -> None:
    path: Path = config_dir() / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def chooses(person: Person, provider: str) -> Offers:
    """Click a provider in the list and wait for its models."""
    app = person.app
    person.opens("AI Settings")
    person.clicks("//AI Settings/settings/Model/##provider")
    person.clicks(f"//##Combo_00/**/###{provider}")
    person.waits_until(lambda: isinstance(app.state.fetched("offers", provider).value, Offers), "its models")
    person.waits(2)
    offers: Offers = app.state.fetched("offers", provider).value
    return offers


def clicks_model(person: Person, model: str) -> None:
    person.writes(f"{PANEL}##search", model.partition("/")[2])
    person.waits(2)
    person.clicks(f"{PANEL}##" + model.replace("/", "\\/"))
    person.waits_until(lambda: person.app.state.conversation.model == model, model)


def test_openai_is_in_the_list_and_its_models_are_there_without_a_key_and_remembered(app: App):
    found: list[Offers] = []

    def scene(person: Person) -> None:
        found.append(chooses(person, "openai"))
        for model in ("openai/gpt-4o-mini", "openai/gpt-4o"):
            clicks_model(person, model)
        person.waits(3)

    use(app, scene)
    assert found[0].source == "map"
    app.controller.close(HANGS)
    assert read_settings()[0].model == "openai/gpt-4o"
    again = remembered_window()
    assert again.state.conversation.model == "openai/gpt-4o"
    again.controller.close()


def test_with_a_key_they_are_those_that_the_endpoint_lists(app: App, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-of-the-endpoint")
    found: list[Offers] = []
    with models("gpt-4o", "gpt-4o-mini", "gpt-from-the-endpoint") as server:
        configure(f'[providers.openai]\napi_base = "{server.url}/v1"\n')

        def scene(person: Person) -> None:
            found.append(chooses(person, "openai"))
            clicks_model(person, "openai/gpt-from-the-endpoint")
            clicks_model(person, "openai/gpt-4o-mini")
            assert "asked just now" in person.reads()

        use(app, scene)
        assert server.seen[0].headers["authorization"] == "Bearer sk-test-of-the-endpoint"
    assert found[0].source == "endpoint"
    assert app.state.conversation.model == "openai/gpt-4o-mini"


def test_a_vendor_of_the_persons_own_appears_with_its_models(app: App):
    configure('[providers.acme]\napi_base = "http://127.0.0.1:9/v1"\nmodels = ["m1", "m2"]\napi_key_required = false\n')

    def scene(person: Person) -> None:
        chooses(person, "acme")
        clicks_model(person, "acme/m2")

    use(app, scene)
    assert app.state.conversation.model == "acme/m2"


def test_servers_on_this_computer_are_looked_for_when_a_person_says_so(app: App, monkeypatch: pytest.MonkeyPatch):
    with ScriptedServer([Scripted([b'{"models": [{"name": "qwen3"}]}'], kind="application/json")]) as server:
        monkeypatch.setenv("OLLAMA_HOST", server.url)

        def scene(person: Person) -> None:
            chooses(person, "rehearsal")
            person.waits(10)
            assert server.seen == []
            while not app.state.fetched("local servers").value:  # a busy machine may be too slow to be found
                person.clicks(f"{PANEL}\uf233  Look for local servers")
                person.waits_until(lambda: not app.state.fetched("local servers").loading)
            person.clicks(f"{PANEL}###local ollama")
            person.waits_until(lambda: isinstance(app.state.fetched("offers", "ollama").value, Offers))
            clicks_model(person, "ollama/qwen3")

        use(app, scene)
    assert app.state.conversation.model == "ollama/qwen3"


def test_where_a_price_is_from_and_when_a_model_goes_stand_in_its_row(app: App):
    def scene(person: Person) -> None:
        chooses(person, "openai")
        person.writes(f"{PANEL}##search", "gpt-4.1-2025")
        person.waits(3)
        text = person.reads()
        assert "Source" in text
        assert "2027-01" in text

    use(app, scene)


def test_without_a_key_it_is_said_what_to_do_and_a_key_that_is_typed_is_nowhere_to_be_read(app: App):
    key = "sk-canary-typed-into-the-window-0123456789"
    read: list[str] = []

    def scene(person: Person) -> None:
        chooses(person, "openai")
        read.append(person.reads())
        person.writes(f"{PANEL}##key openai", key)
        person.presses("Ctrl+A")
        person.presses("Ctrl+C")
        person.waits(3)
        read.append(person.reads() + imgui.get_clipboard_text())
        person.clicks(f"{PANEL}Save key")
        person.waits_until(lambda: "saved in" in person.reads(), "the key to be saved")
        person.waits_until(lambda: "authorization" in server.seen[-1].headers, "the models to be asked for with it")
        person.waits_until(lambda: "credentials.toml [openai]" in " ".join(person.reads().split()), "where it is")
        read.append(person.reads())

    with models("gpt-4o", locked=True) as server:
        configure(f'[providers.openai]\napi_base = "{server.url}/v1"\n')
        use(app, scene)
        assert server.seen[-1].headers["authorization"] == f"Bearer {key}"
    assert "no key in OPENAI_API_KEY: set that variable, or save a key here" in " ".join(read[0].split())
    assert not [text for text in read if "canary" in text]
    assert "credentials.toml [openai]" in " ".join(read[2].split())
    assert key in (config_dir() / "credentials.toml").read_text("utf-8")
    assert key not in repr(app.memo)
