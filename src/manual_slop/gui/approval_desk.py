"""What the person does at the approvals: which request is in front, what of it they saw, what they are writing."""

from __future__ import annotations

from dataclasses import dataclass, field

from manual_slop.app.argument_draft import ArgumentDraft
from manual_slop.app.consent_columns import Pair
from manual_slop.app.review import Review
from manual_slop.gui.context import App
from manual_slop.safety.consent import Row
from manual_slop.safety.consent_sheet import Sheet, sheet
from manual_slop.values.approval import Answer, Request

BY = "you"
_SHEET = "sheet"


@dataclass(slots=True)
class Desk:
    """`chosen` is the request in front; a refusal being written has `reason`, an edit has `draft`.

    `side_by_side` and `arguments` say how the text is shown; `opened` is the line of the history that is unfolded.
    `rows` and `pairs` are the text as it was laid out last, for `laid_out_for`.
    """

    chosen: str = ""
    reviews: dict[str, Review] = field(default_factory=dict)
    reason: str | None = None
    just_opened: bool = False
    draft: ArgumentDraft | None = None
    side_by_side: bool = False
    arguments: bool = False
    opened: str = ""
    laid_out_for: tuple[int, int, bool] = (0, 0, False)
    rows: tuple[Row, ...] = ()
    pairs: tuple[Pair, ...] = ()

    def put_away(self) -> None:
        """Nothing is being written any more."""
        self.reason, self.draft, self.arguments = None, None, False


def desk_of(app: App) -> Desk:
    """The one desk of the window."""
    desk: Desk = app.memo.setdefault("approvals", Desk())
    return desk


def in_front(app: App, desk: Desk) -> Review | None:
    """The request that the person looks at: the one they chose, else the oldest that waits."""
    waiting = app.state.waiting
    for gone in desk.reviews.keys() - waiting.keys():
        del desk.reviews[gone]
        app.state.loaded.get(_SHEET, {}).pop(gone, None)
    if not waiting:
        desk.chosen = ""
        desk.put_away()
        return None
    if desk.chosen not in waiting:
        choose(desk, next(iter(waiting)))
    request = waiting[desk.chosen]
    review = desk.reviews.setdefault(desk.chosen, Review(request))
    review.sheet = review.sheet or _prepared(app, request)
    return review


def choose(desk: Desk, request_id: str) -> None:
    """Bring a request to the front."""
    if request_id != desk.chosen:
        desk.chosen = request_id
        desk.put_away()


def decide(app: App, desk: Desk, review: Review, answer: Answer) -> None:
    """Answer what is in front; said when it was answered elsewhere meanwhile."""
    if not app.controller.answer(review.request, answer):
        app.controller.say("that request does not wait any more: nothing was done", "warn")
    desk.put_away()


def _prepared(app: App, request: Request) -> Sheet | None:
    """What to show of it, made in the background: it may be long."""
    fetched = app.state.fetched(_SHEET, request.id)
    if fetched.value is None and not fetched.error:
        app.controller.load(_SHEET, request.id, lambda: sheet(request))
    return fetched.value if isinstance(fetched.value, Sheet) else None
