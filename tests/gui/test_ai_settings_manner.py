"""Parameters, instructions, tools and presets, set by a person at the window."""

from __future__ import annotations

import pytest

from manual_slop.app.manner import Manner
from manual_slop.app.manners import OFFERED, TAKEN
from manual_slop.app.preset_file import store
from manual_slop.app.presets import Preset, read_presets
from manual_slop.gui.context import App
from manual_slop.providers.parameters import Taken
from tests.support.gui import Person, draw, use

PANEL = "//AI Settings/**/"


def tab(person: Person, name: str) -> None:
    person.opens("AI Settings")
    person.clicks(f"//AI Settings/settings/{name}")
    person.waits(2)


def looked_up(app: App, person: Person) -> None:
    model = app.state.conversation.model
    person.waits_until(lambda: isinstance(app.state.fetched(TAKEN, model).value, Taken), "what the model takes")
    person.waits(2)


def test_a_parameter_is_ticked_changed_and_given_back_to_the_provider(app: App):
    seen: list[object] = []

    def scene(person: Person) -> None:
        tab(person, "Parameters")
        looked_up(app, person)
        assert "the provider's default" in person.reads()
        person.clicks(f"{PANEL}Seed##on seed")
        person.waits(2)
        person.writes(f"{PANEL}##seed", "42")
        person.waits(2)
        seen.append(app.controller.manners.manner.param("seed"))
        assert "from the next prompt on" in person.reads()
        person.clicks(f"{PANEL}Seed##on seed")
        person.waits(2)

    use(app, scene)
    assert seen == [42]
    assert app.controller.manners.manner == Manner()


def test_only_what_the_model_takes_is_there_and_what_is_left_out_is_said(app: App):
    app.controller.choose_model("openai/o3")
    app.controller.manners.change(Manner().with_param("temperature", 0.5))

    def scene(person: Person) -> None:
        tab(person, "Parameters")
        looked_up(app, person)
        text = person.reads()
        assert "Reasoning" in text
        assert "Top p" not in text
        assert "which openai/o3 does not take" in text
        person.clicks(f"{PANEL}forget it##temperature")
        person.waits(2)

    use(app, scene)
    assert app.controller.manners.manner == Manner()


def test_a_number_that_cannot_be_is_said_and_changes_nothing(app: App):
    app.controller.manners.change(Manner().with_param("max_tokens", 500))

    def scene(person: Person) -> None:
        tab(person, "Parameters")
        looked_up(app, person)
        person.writes(f"{PANEL}##max_tokens", "-3")
        person.waits(2)
        assert "must be a whole number" in person.reads()

    use(app, scene)
    assert app.controller.manners.manner.param("max_tokens") == 500


def test_what_was_typed_does_not_come_back_over_what_a_preset_says(app: App):
    manners = app.controller.manners
    manners.change(Manner().with_param("seed", 1).with_param("stop", ("A",)))

    def scene(person: Person) -> None:
        tab(person, "Parameters")
        looked_up(app, person)
        person.writes(f"{PANEL}##seed", "42")
        tab(person, "Parameters")
        manners.apply(Preset("other", "", Manner().with_param("seed", 7).with_param("stop", ("B", "C"))))
        person.waits(3)

    use(app, scene)
    assert manners.manner == Manner().with_param("seed", 7).with_param("stop", ("B", "C"))


def test_instructions_are_written_beside_those_of_the_project(app: App):
    assert app.controller.project
    (app.controller.project / "AGENTS.md").write_text("Use tabs.\n", "utf-8")

    def scene(person: Person) -> None:
        tab(person, "Instructions")
        person.waits_until(lambda: app.state.fetched(OFFERED, str(app.controller.project)).value)
        person.waits(2)
        assert "Use tabs." in person.reads()
        person.writes(f"{PANEL}##system", "Answer in verse.")
        person.waits(2)

    use(app, scene)
    assert app.controller.manners.manner.system == "Answer in verse."


def test_a_tool_is_taken_away_by_its_box_and_a_mode_chosen(app: App):
    def scene(person: Person) -> None:
        tab(person, "Tools")
        person.waits_until(lambda: app.state.fetched(OFFERED, str(app.controller.project)).value)
        person.clicks(f"{PANEL}tree")
        person.clicks("//AI Settings/settings/Tools/##mode")
        person.waits(2)
        person.clicks("//##Combo_00/**/###mode never")
        person.waits(2)

    use(app, scene)
    assert app.controller.manners.manner == Manner(mode="never", off=("tree",))


def test_what_is_set_is_kept_under_a_name_renamed_deleted_and_undone(app: App):
    app.controller.manners.change(Manner().with_param("temperature", 0.5))

    def names() -> list[str]:
        shelf = app.controller.manners.shelf
        return [one.name for one in shelf.presets] if shelf else []

    def scene(person: Person) -> None:
        person.opens("AI Settings")
        person.waits_until(lambda: app.controller.manners.shelf is not None)
        person.clicks("//AI Settings/\uf0c7  Save as…")
        person.waits(2)
        person.writes("//AI Settings/##preset name", "calm")
        person.presses("Enter")
        person.waits_until(lambda: names() == ["calm"])
        person.waits(2)
        person.clicks("//AI Settings/###rename preset")
        person.waits(2)
        person.writes("//AI Settings/##preset name", "cool")
        person.clicks("//AI Settings/Rename preset")
        person.waits_until(lambda: names() == ["cool"])
        person.waits(2)
        person.clicks("//AI Settings/###delete preset")
        person.waits_until(lambda: names() == [])
        person.waits(2)
        person.clicks("//AI Settings/###undo preset")
        person.waits_until(lambda: names() == ["cool"])

    use(app, scene)
    assert read_presets().presets == (Preset("cool", "rehearsal/demo", Manner().with_param("temperature", 0.5)),)


def test_a_preset_is_put_on_by_a_click(app: App):
    store(Preset("strict", "openai/gpt-4o", Manner(mode="never")))()

    def scene(person: Person) -> None:
        person.opens("AI Settings")
        person.waits_until(lambda: app.controller.manners.shelf is not None)
        person.clicks("//AI Settings/##presets")
        person.waits(2)
        person.clicks("//##Combo_00/**/###preset strict")
        person.waits_until(lambda: app.state.toasts)
        assert "from the next prompt on" in app.state.toasts[-1][1].text

    use(app, scene)
    assert (app.state.conversation.model, app.controller.manners.manner.mode) == ("openai/gpt-4o", "never")


@pytest.mark.parametrize("wanted", ["Model", "Parameters", "Instructions", "Tools"])
def test_every_tab_is_drawn_with_nothing_known_and_with_everything_at_its_largest(app: App, wanted: str):
    huge = Manner(system="word " * 50_000, off=tuple(f"tool_{number:03}" for number in range(500)))
    for manner, model in ((Manner(), ""), (huge, "openai/" + "long-name-" * 30)):
        app.controller.choose_model(model)
        app.controller.manners.change(manner)

        def scene(person: Person) -> None:
            tab(person, wanted)
            person.waits(20)

        use(app, scene)


def test_a_file_of_presets_that_is_broken_is_said_where_it_matters(app: App):
    store(Preset("x"))()
    from manual_slop.app.presets import presets_path

    presets_path().write_text("[[[", "utf-8")

    def scene(person: Person) -> None:
        person.opens("AI Settings")
        person.waits_until(lambda: "presets.toml" in person.reads())

    use(app, scene)
    assert draw(app).frames
