"""Approving in the window: nothing happens that the person did not see and mean."""

from __future__ import annotations

import threading

from manual_slop.gui.approval_desk import desk_of
from manual_slop.gui.context import App
from manual_slop.values.approval import Action, Answer, canonical
from tests.support.approvals import command
from tests.support.gui import Person, draw, use
from tests.support.patience import HANGS

PANEL = "Approvals"


class Asking:
    """A thread that wants something and waits for the answer."""

    def __init__(self, app: App, action: Action) -> None:
        self.answer: Answer | None = None
        self._thread = threading.Thread(target=self._ask, args=(app, action), daemon=True)
        self._thread.start()

    def _ask(self, app: App, action: Action) -> None:
        self.answer = app.controller.inbox.ask(action, "the mode asks about commands")

    def answered(self) -> Answer:
        self._thread.join(HANGS)
        assert self.answer is not None
        return self.answer


def comes(app: App, person: Person, action: Action) -> Asking:
    before = len(app.state.waiting)
    asking = Asking(app, action)
    person.waits_until(lambda: len(app.state.waiting) > before)
    person.opens(PANEL)
    return asking


def can_be_approved(app: App) -> bool:
    desk = desk_of(app)
    review = desk.reviews.get(desk.chosen)
    return review is not None and review.ended and review.frames > 40


def test_a_letter_approves_what_was_in_view_long_enough_and_not_before(app: App):
    def scene(person: Person) -> None:
        asking = comes(app, person, command("ls"))
        person.presses("A")
        person.waits(3)
        assert asking.answer is None
        person.waits_until(lambda: can_be_approved(app))
        person.presses("A")
        assert asking.answered().kind == "approve"

    use(app, scene)


def test_enter_and_space_approve_nothing(app: App):
    def scene(person: Person) -> None:
        asking = comes(app, person, command("ls"))
        person.waits_until(lambda: can_be_approved(app))
        for keys in ("Enter", "Space", "Tab", "Enter", "Tab", "Tab", "Enter", "Ctrl+A", "Shift+A"):
            person.presses(keys)
            person.waits(2)
        assert asking.answer is None or asking.answer.kind == "refuse"
        app.controller.inbox.close()
        asking.answered()

    use(app, scene)


def test_what_is_typed_into_the_discussion_approves_nothing(app: App):
    def scene(person: Person) -> None:
        asking = comes(app, person, command("ls"))
        person.waits_until(lambda: can_be_approved(app))
        person.writes("//Discussion/**/##draft", "a sane answer")
        person.waits(5)
        assert asking.answer is None
        app.controller.inbox.close()
        asking.answered()

    use(app, scene)


def test_the_same_letter_again_does_not_approve_the_next_request(app: App):
    def scene(person: Person) -> None:
        first = comes(app, person, command("ls", call="c1"))
        person.waits_until(lambda: can_be_approved(app))
        second = comes(app, person, command("rm -rf build", call="c2"))
        person.waits_until(lambda: can_be_approved(app))
        person.presses("A")
        assert first.answered().kind == "approve"
        person.waits_until(lambda: len(app.state.waiting) == 1)
        person.presses("A")
        person.waits(3)
        assert second.answer is None
        app.controller.inbox.close()
        second.answered()

    use(app, scene)


def test_a_long_script_is_approved_only_after_its_end_was_on_the_screen(app: App):
    def scene(person: Person) -> None:
        script = "\n".join(f"echo {number}" for number in range(812))
        asking = comes(app, person, command(script))
        person.waits(60)
        person.presses("A")
        person.waits(3)
        assert asking.answer is None
        assert "scroll to the end to approve (line" in person.reads()
        person.ctx.scroll_to_bottom(scrolled(app))
        person.waits_until(lambda: can_be_approved(app))
        person.presses("A")
        assert asking.answered().kind == "approve"

    use(app, scene)


def scrolled(app: App) -> str:
    """The stretch that holds the text of what is in front."""
    from imgui_bundle import imgui

    wanted = f"what it does{desk_of(app).chosen}"
    return next(window.name for window in imgui.get_current_context().windows if wanted in window.name).replace(
        "/", "\\/"
    )


def test_what_was_edited_comes_back_to_be_judged_as_it_will_run(app: App):
    def scene(person: Person) -> None:
        asking = comes(app, person, command("ls"))
        person.waits(3)
        person.presses("E")
        person.waits_until(lambda: desk_of(app).draft)
        draft = desk_of(app).draft
        assert draft is not None
        assert not draft.changed
        draft.fields[0].text = "ls -l"
        person.waits(2)
        person.clicks("//Approvals/**/\uf06e  Show what it would do")
        answer = asking.answered()
        assert (answer.kind, answer.arguments) == ("edit", canonical({"command": "ls -l"}))

    use(app, scene)


def test_a_refusal_carries_the_reason_to_the_model(app: App):
    def scene(person: Person) -> None:
        asking = comes(app, person, command("rm -rf /"))
        person.waits(3)
        person.presses("R")
        person.waits(4)
        person.types("not on this machine")
        person.presses("Enter")
        answer = asking.answered()
        assert (answer.kind, answer.reason) == ("refuse", "not on this machine")

    use(app, scene)


def test_what_was_answered_stays_to_be_read(app: App):
    def scene(person: Person) -> None:
        asking = comes(app, person, command("ls"))
        person.waits_until(lambda: can_be_approved(app))
        person.presses("S")
        assert asking.answered().kind == "session"
        person.waits_until(lambda: app.state.answered)
        assert "Answered (1)" in person.reads()

    use(app, scene)


def test_what_would_run_is_shown_with_all_that_hides_spelled_out(app: App):
    asking = Asking(app, command("ls \u202e"))
    while not app.controller.inbox.pending():
        threading.Event().wait(0.01)
    draw(app, 10)
    assert desk_of(app).reviews
    sheet = next(iter(desk_of(app).reviews.values())).sheet
    assert sheet is None or "⟦U+202E⟧" in sheet.body.lines[0].text
    app.controller.inbox.close()
    asking.answered()
