"""Tracks in the dashboard: shown as they are told, commanded where there is a conductor, drawn within the budget."""

from __future__ import annotations

from dataclasses import replace

import pytest
from imgui_bundle.immapp import icons_fontawesome_6 as icons

from manual_slop.app.run_choices import RunChoices
from manual_slop.app.track_view import TrackCommands, TracksView
from manual_slop.gui.context import App
from manual_slop.gui.dashboard.signs import SIGNS, ticket_colour
from manual_slop.gui.dashboard.view import Shown, view_of
from manual_slop.gui.palette import PALETTES
from tests.support.gui import Person, use
from tests.support.tracks import some_tracks

PANEL = "MMA Dashboard"
PAGE = f"//{PANEL}/pages/Tracks"
PLACES: tuple[Shown, ...] = ("tickets", "graph", "workers")


class Conductor(TrackCommands):
    """Notes what it is told to do."""

    def __init__(self) -> None:
        self.told: list[tuple[str, ...]] = []

    def start(self, track: str) -> None:
        self.told.append(("start", track))

    def pause(self, track: str) -> None:
        self.told.append(("pause", track))

    def stop(self, track: str) -> None:
        self.told.append(("stop", track))

    def use_model(self, track: str, ticket: str, model: str) -> None:
        self.told.append(("use model", track, ticket, model))

    def use_tier_model(self, tier: str, model: str) -> None:
        self.told.append(("use tier model", tier, model))

    def retry(self, track: str, ticket: str) -> None:
        self.told.append(("retry", track, ticket))

    def keep(self, track: str, ticket: str) -> None:
        self.told.append(("keep", track, ticket))

    def set_priority(self, track: str, ticket: str, priority: str) -> None:
        self.told.append(("priority", track, ticket, priority))

    def report(self, track: str, file: str) -> None:
        self.told.append(("report", track, file))

    def skip(self, track: str, ticket: str) -> None:
        self.told.append(("skip", track, ticket))

    def block(self, track: str, ticket: str, reason: str) -> None:
        self.told.append(("block", track, ticket, reason))

    def unblock(self, track: str, ticket: str) -> None:
        self.told.append(("unblock", track, ticket))


def opens(app: App, person: Person, count: int) -> None:
    app.controller.post("", some_tracks(count))
    person.opens(PANEL)
    person.clicks(PAGE)
    person.waits(3)


def card(person: Person) -> str:
    """The reference of the ticket that is chosen."""
    name = person.ctx.window_info(f"{PAGE}/ticket").window.name.replace("/", "\\/")
    return f"//{name}"


def test_with_no_track_it_says_what_to_do_first(app: App):
    read = []

    def scene(person: Person) -> None:
        opens(app, person, 0)
        read.append(person.reads())

    use(app, scene)
    assert 'manual-slop mma plan "goal"' in read[0]


def test_tickets_are_shown_with_state_tries_cost_and_why(app: App):
    read = []

    def scene(person: Person) -> None:
        opens(app, person, 9)
        view_of(app).ticket = "t-5"
        person.waits(3)
        read.append(person.reads())

    use(app, scene)
    assert "2 of 9 done" in read[0]
    assert "t-4  Warn before the water runs out" in read[0]
    assert "t-4 failed, and this depends on it" in read[0]


@pytest.mark.parametrize("shown", PLACES)
@pytest.mark.parametrize("count", [1, 5, 9, 1_000])
def test_a_track_is_drawn_however_many_tickets_it_has(app: App, shown: Shown, count: int):
    def scene(person: Person) -> None:
        view = view_of(app)
        view.shown = shown
        opens(app, person, count)
        view.ticket = "t-0" if count == 1_000 else "t-1"
        person.waits(3)

    use(app, scene)


def test_what_workers_say_is_shown_as_it_comes(app: App):
    read = []

    def scene(person: Person) -> None:
        view_of(app).shown = "workers"
        opens(app, person, 9)
        read.append(person.reads())

    use(app, scene)
    assert "next_brew and brew_after are the same." in read[0]
    assert "t-1" not in read[0].partition("workers")[2].partition("Sessions")[0]


def test_commands_reach_the_conductor(app: App):
    told = Conductor()
    app.controller.tracks = told

    def scene(person: Person) -> None:
        opens(app, person, 9)
        person.clicks(f"{PAGE}/{icons.ICON_FA_PAUSE}##Begin nothing new; what runs goes on to its end")
        person.clicks(f"{PAGE}/{icons.ICON_FA_STOP}##End what runs; what was written stays")
        for ticket, label, tip in (
            ("t-4", f"{icons.ICON_FA_ROTATE_LEFT}  Retry", "Do it again"),
            ("t-9", f"{icons.ICON_FA_FORWARD}  Skip", "Go on as if it were done"),
            ("t-5", f"{icons.ICON_FA_LOCK_OPEN}  Unblock", "Let it be worked on again"),
            ("t-8", f"{icons.ICON_FA_CHECK}  Keep", "Take its work as it is, and have it reviewed"),
        ):
            view_of(app).ticket = ticket
            person.waits(2)
            person.clicks(f"//{PANEL}/**/{label}##{tip}")
        view_of(app).ticket = "t-7"
        person.waits(2)
        person.clicks(f"//{PANEL}/**/{icons.ICON_FA_BAN}  Block…##Hold it back, and what depends on it")
        person.writes(f"//{PANEL}/**/##why", "not before Friday")
        person.clicks(f"//{PANEL}/**/Block")
        person.clicks(f"{card(person)}/##priority")
        person.clicks("//##Combo_00/**/high")
        person.clicks(f"{PAGE}/{icons.ICON_FA_FILE_LINES}##report")
        person.writes("//$FOCUSED/##file", "teapot.html")
        person.clicks("//$FOCUSED/Write")

    use(app, scene)
    assert told.told == [
        ("pause", "k-1"),
        ("stop", "k-1"),
        ("retry", "k-1", "t-4"),
        ("skip", "k-1", "t-9"),
        ("unblock", "k-1", "t-5"),
        ("keep", "k-1", "t-8"),
        ("block", "k-1", "t-7", "not before Friday"),
        ("priority", "k-1", "t-7", "high"),
        ("report", "k-1", "teapot.html"),
    ]


def test_how_a_run_begins_is_chosen_before_it_does(app: App):
    said: list[str] = []

    def scene(person: Person) -> None:
        app.controller.post("", some_tracks(9, status="stopped"))
        person.opens(PANEL)
        person.clicks(PAGE)
        person.clicks(f"{PAGE}/{icons.ICON_FA_SLIDERS}##options")
        person.clicks("//$FOCUSED/##mode")
        person.clicks("//##Combo_00/**/###mode all")
        person.waits(2)
        person.writes("//$FOCUSED/##workers", "many")
        person.writes("//$FOCUSED/##budget", "a little")
        said.append(person.reads())
        assert app.controller.conducting.run.faulty
        person.writes("//$FOCUSED/##workers", "2")
        person.writes("//$FOCUSED/##budget", "1.50")
        person.clicks("//$FOCUSED/##unknown")
        person.clicks("//##Combo_00/**/###unknown keep")
        person.clicks("//$FOCUSED/Ask before each worker begins, with what it would be told")
        chosen.append(app.controller.conducting.run)
        person.clicks("//$FOCUSED/as usual")
        person.waits(2)

    chosen: list[RunChoices] = []
    use(app, scene)
    assert "a whole number from 1 to 256" in said[0]
    assert "dollars, tokens or both" in said[0]
    assert "nobody is asked." in said[0]
    assert chosen == [RunChoices(step=True, mode="all", workers="2", budget="1.50", unknown="keep")]
    assert app.controller.conducting.run == RunChoices()


def test_merged_tracks_stand_below_the_others(app: App):
    def scene(person: Person) -> None:
        tracks = some_tracks(9).tracks
        done = replace(tracks[0], id="k-0", title="Teapot is round", status="merged")
        app.controller.post("", TracksView((done, *tracks)))
        person.opens(PANEL)
        person.clicks(PAGE)
        person.clicks(f"{PAGE}/##track")
        listed.append(person.reads().partition("Teapot keeps its promises")[2])

    listed: list[str] = []
    use(app, scene)
    assert view_of(app).track == "k-1"
    assert "merged" in listed[0].partition("Teapot is round")[0]


def test_tiers_and_tickets_are_given_other_models(app: App):
    told = Conductor()
    app.controller.tracks = told

    def picks(person: Person, field: str) -> None:
        person.clicks(field)
        person.waits_until(lambda: app.state.fetched("comparable models").value)
        person.types("openai/ 4o")
        person.waits(2)
        person.presses("Enter")
        person.waits(2)

    def scene(person: Person) -> None:
        opens(app, person, 9)
        view_of(app).ticket = "t-7"
        person.waits(2)
        picks(person, f"{card(person)}/##ticket model")
        person.clicks(f"//{PANEL}/pages/Costs")
        person.waits_until(lambda: app.state.fetched("figures").value)
        picks(person, f"//{PANEL}/pages/Costs/costs by tier False/$$3/##tier 4")

    use(app, scene)
    first = next(
        model for model in app.state.fetched("comparable models").value if "openai/" in model and "4o" in model
    )
    assert told.told == [("use model", "k-1", "t-7", first), ("use tier model", "4", first)]


def test_a_ticket_is_chosen_in_the_graph_and_the_picture_can_be_moved(app: App):
    seen = []

    def scene(person: Person) -> None:
        view = view_of(app)
        view.shown = "graph"
        opens(app, person, 1)
        person.clicks(f"{PAGE}/canvas")
        person.waits(2)
        seen.append((view.ticket, view.zoom))
        person.ctx.mouse_move(f"{PAGE}/canvas")
        person.ctx.mouse_wheel_y(2)
        person.waits(2)
        seen.append((view.ticket, view.zoom))
        before = view.pan
        person.ctx.item_drag_with_delta(f"{PAGE}/canvas", (40, 10))
        person.waits(2)
        seen.append(("moved", view.pan != before))

    use(app, scene)
    assert seen[0] == ("t-1", 0.0)
    assert seen[1][1] > 1.0
    assert seen[2] == ("moved", True)


@pytest.mark.parametrize("theme", PALETTES)
def test_states_differ_by_their_sign_and_have_a_colour(theme):
    assert len({sign for sign, _, _ in SIGNS.values()}) == len(SIGNS)
    assert all(len(ticket_colour(PALETTES[theme], status)) == 6 for status in SIGNS)
