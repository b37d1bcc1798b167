"""The tickets of a track as a graph: from left to right as they depend on each other; dragged, zoomed and clicked.

Drawn by hand: the node editor takes 1.6 ms a frame for 200 tickets, and a track may have a thousand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from imgui_bundle import ImVec2, imgui

from manual_slop.app.layers import Layers, layers
from manual_slop.app.track_view import TicketView, TrackView
from manual_slop.gui.context import App
from manual_slop.gui.dashboard.signs import SIGNS, ticket_colour
from manual_slop.gui.dashboard.view import View
from manual_slop.gui.legible import legible
from manual_slop.gui.theme import M, rgb
from manual_slop.gui.widgets import empty, put

_WIDE, _HIGH, _ACROSS, _DOWN = 190.0, 46.0, 58.0, 16.0
_LARGEST, _READABLE, _NAMED = 1.25, 0.5, 0.28
_MOST_LINKS = 250  # more at once are a tangle that tells nothing: then only those of one ticket are drawn
_TITLE = 22  # letters that fit into a box


@dataclass(slots=True)
class Picture:
    """What is drawn of `track`: boxes by id as x and y of their corner at a zoom of 1, and the size of it all."""

    track: TrackView
    shape: tuple[tuple[str, tuple[str, ...]], ...]
    laid: Layers
    boxes: dict[str, tuple[float, float]]
    size: tuple[float, float]
    tickets: dict[str, TicketView]
    titles: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Canvas:
    """Where it is drawn: the corner of the field, its size, and from the picture's pixels to the screen's."""

    low: ImVec2
    size: ImVec2
    left: float
    top: float
    zoom: float

    def at(self, x: float, y: float) -> ImVec2:
        """A place of the picture, on the screen."""
        return ImVec2(self.left + x * self.zoom, self.top + y * self.zoom)


def draw_graph(app: App, view: View, track: TrackView, height: float) -> None:
    """A field so high: drag to move it, wheel to zoom, click a ticket to choose it, click twice beside to see all."""
    if not track.tickets:
        empty(app, "No ticket yet", "The tech lead has not cut this track into tickets.")
        return
    picture = _picture(app, track)
    foot = imgui.get_text_line_height_with_spacing()
    size = ImVec2(imgui.get_content_region_avail().x, max(80.0, height - foot))
    low = imgui.get_cursor_screen_pos()
    imgui.invisible_button("canvas", size)
    canvas = _moved(app, view, picture, low, size)
    draw = imgui.get_window_draw_list()
    high = ImVec2(low.x + size.x, low.y + size.y)
    draw.add_rect_filled(low, high, imgui.get_color_u32(rgb(app.palette.base)), 5)
    draw.push_clip_rect(low, high, True)
    under = _under(picture, canvas) if imgui.is_item_hovered() else ""
    hidden = _links(app, view, picture, canvas, under)
    _boxes(app, view, picture, canvas, under)
    draw.pop_clip_rect()
    _answer(app, view, picture, under)
    note = "links of the ticket you point at" if hidden else "drag to move, wheel to zoom, double click to see all"
    put(app, f"tickets {len(track.tickets):,}   links {len(picture.laid.links):,}   {note}", app.palette.faint)


def _picture(app: App, track: TrackView) -> Picture:
    """Laid out again only when tickets or what they depend on are others."""
    known: Picture | None = app.memo.get("ticket graph")
    if known is not None and known.track is track:
        return known
    shape = tuple((ticket.id, ticket.depends_on) for ticket in track.tickets)
    tickets = {ticket.id: ticket for ticket in track.tickets}
    if known is not None and known.shape == shape:
        made = Picture(track, shape, known.laid, known.boxes, known.size, tickets)
    else:
        laid = layers(dict(shape))
        boxes = {name: (x * (_WIDE + _ACROSS), y * (_HIGH + _DOWN)) for name, (x, y) in laid.places.items()}
        across = max(x for x, _ in boxes.values()) + _WIDE
        down = max(y for _, y in boxes.values()) + _HIGH
        made = Picture(track, shape, laid, boxes, (across, down), tickets)
    app.memo["ticket graph"] = made
    return made


def _moved(app: App, view: View, picture: Picture, low: ImVec2, size: ImVec2) -> Canvas:
    """What the person does with the field it was drawn on."""
    io, room = imgui.get_io(), 2 * M * app.scale
    if view.zoom <= 0.0:
        fits = min((size.x - room) / picture.size[0], (size.y - room) / picture.size[1], app.scale)
        zoom = max(fits, 0.01)
        view.pan = ((size.x - picture.size[0] * zoom) / 2, (size.y - picture.size[1] * zoom) / 2)
    else:
        zoom = view.zoom
    if imgui.is_item_active() and imgui.is_mouse_dragging(imgui.MouseButton_.left, 3):
        view.zoom, view.pan = zoom, (view.pan[0] + io.mouse_delta.x, view.pan[1] + io.mouse_delta.y)
    if imgui.is_item_hovered():
        imgui.set_item_key_owner(imgui.Key.mouse_wheel_y)
        if io.mouse_wheel:
            closer = min(_LARGEST * app.scale, max(0.01, zoom * 1.15**io.mouse_wheel))
            here = io.mouse_pos.x - low.x, io.mouse_pos.y - low.y
            share = closer / zoom
            view.pan = (here[0] - (here[0] - view.pan[0]) * share, here[1] - (here[1] - view.pan[1]) * share)
            view.zoom = zoom = closer
    return Canvas(low, size, low.x + view.pan[0], low.y + view.pan[1], zoom)


def _under(picture: Picture, canvas: Canvas) -> str:
    """The ticket that the pointer is on."""
    mouse = imgui.get_mouse_pos()
    x, y = (mouse.x - canvas.left) / canvas.zoom, (mouse.y - canvas.top) / canvas.zoom
    found = (name for name, (left, top) in picture.boxes.items() if 0 <= x - left < _WIDE and 0 <= y - top < _HIGH)
    return next(found, "")


def _links(app: App, view: View, picture: Picture, canvas: Canvas, under: str) -> bool:
    """Lines from what is waited for to who waits; whether there were too many for all of them."""
    boxes, zoom, draw = picture.boxes, canvas.zoom, imgui.get_window_draw_list()
    hidden = len(picture.laid.links) > _MOST_LINKS
    near = {name for name in (under, view.ticket) if name}
    links: Iterable[tuple[str, str]] = picture.laid.links
    if hidden:
        links = (link for link in picture.laid.links if near.intersection(link)) if near else ()
    plain = imgui.get_color_u32(rgb(app.palette.faint, 0.55))
    marked = imgui.get_color_u32(rgb(app.palette.accent))
    for before, after in links:
        (x, y), (to_x, to_y) = boxes[before], boxes[after]
        one, two = canvas.at(x + _WIDE, y + _HIGH / 2), canvas.at(to_x, to_y + _HIGH / 2)
        colour = marked if before in near or after in near else plain
        bend = max(20.0 * zoom, (two.x - one.x) / 2)
        draw.add_bezier_cubic(
            one, ImVec2(one.x + bend, one.y), ImVec2(two.x - bend, two.y), two, colour, max(1.0, 1.6 * zoom)
        )
    return hidden


def _boxes(app: App, view: View, picture: Picture, canvas: Canvas, under: str) -> None:
    """Those in view; from afar names or colours. Spelt out: it is done for each of a thousand boxes."""
    colours = {status: imgui.get_color_u32(rgb(ticket_colour(app.palette, status))) for status in SIGNS}
    draw, zoom, left, top = imgui.get_window_draw_list(), canvas.zoom, canvas.left, canvas.top
    readable, named = zoom >= _READABLE * app.scale, zoom >= _NAMED * app.scale
    wide, high, tickets = _WIDE * zoom, _HIGH * zoom, picture.tickets
    first_x, first_y = canvas.low.x - wide, canvas.low.y - high
    last_x, last_y = canvas.low.x + canvas.size.x, canvas.low.y + canvas.size.y
    for name, (x, y) in picture.boxes.items():
        low_x, low_y = left + x * zoom, top + y * zoom
        if not (first_x < low_x < last_x and first_y < low_y < last_y):
            continue
        low, corner, ticket = ImVec2(low_x, low_y), ImVec2(low_x + wide, low_y + high), tickets[name]
        if readable:
            _box(app, picture, ticket, low, corner, zoom, colours[ticket.status])
        elif named:
            _small_box(app, ticket, low, corner, colours[ticket.status])
        else:
            draw.add_rect_filled(low, corner, colours[ticket.status])
    for name, colour in ((under, app.palette.soft), (view.ticket, app.palette.accent)):
        if name in picture.boxes:
            low = canvas.at(*picture.boxes[name])
            corner = ImVec2(low.x + wide, low.y + high)
            draw.add_rect(low, corner, imgui.get_color_u32(rgb(colour)), 5 * zoom, max(1.0, 1.6 * zoom))


def _small_box(app: App, ticket: TicketView, low: ImVec2, corner: ImVec2, colour: int) -> None:
    """Only the sign and the name, in letters that can still be read."""
    draw, size = imgui.get_window_draw_list(), 12 * app.scale
    draw.add_rect_filled(low, corner, imgui.get_color_u32(rgb(app.palette.raised)), 3)
    draw.add_rect_filled(low, ImVec2(low.x + 3, corner.y), colour)
    at = ImVec2(low.x + 7, (low.y + corner.y - size) / 2)
    draw.push_clip_rect(low, corner, True)
    draw.add_text(app.fonts.text, size, at, colour, SIGNS[ticket.status][0])
    words_at = ImVec2(at.x + 1.5 * size, at.y)
    draw.add_text(app.fonts.mono, size, words_at, imgui.get_color_u32(rgb(app.palette.text)), ticket.id)
    draw.pop_clip_rect()


def _box(app: App, picture: Picture, ticket: TicketView, low: ImVec2, corner: ImVec2, zoom: float, colour: int) -> None:
    """A ticket's sign and title, who does it, and its state as a coloured edge."""
    palette, fonts, draw = app.palette, app.fonts, imgui.get_window_draw_list()
    draw.add_rect_filled(low, corner, imgui.get_color_u32(rgb(palette.raised)), 5 * zoom)
    draw.add_rect_filled(low, ImVec2(low.x + 4 * zoom, corner.y), colour, 2 * zoom)
    big, small = 14 * zoom, 12 * zoom
    first = ImVec2(low.x + 12 * zoom, low.y + 6 * zoom)
    draw.add_text(fonts.text, big, first, colour, SIGNS[ticket.status][0])
    title = picture.titles.get(ticket.id)
    if title is None:
        words = " ".join(legible(ticket.title).split())
        title = picture.titles[ticket.id] = words if len(words) <= _TITLE else f"{words[: _TITLE - 1]}…"
    words_at = ImVec2(low.x + 32 * zoom, low.y + 5 * zoom)
    draw.add_text(fonts.text, big, words_at, imgui.get_color_u32(rgb(palette.text)), title)
    model = ticket.model.rpartition("/")[2]
    below = f"{ticket.id[:12]}  {model[:14]}" if model else ticket.id[:26]
    below_at = ImVec2(low.x + 32 * zoom, low.y + 25 * zoom)
    draw.add_text(fonts.mono, small, below_at, imgui.get_color_u32(rgb(palette.faint)), below)


def _answer(app: App, view: View, picture: Picture, under: str) -> None:
    """To a pointer that rests, and to a click."""
    if under:
        ticket = picture.tickets[under]
        reason = f"\n{legible(ticket.reason)}" if ticket.reason else ""
        imgui.set_item_tooltip(
            f"{ticket.id}  {legible(ticket.title)}\n{ticket.status}: {SIGNS[ticket.status][2]}{reason}"
        )
    if imgui.is_item_hovered() and imgui.is_mouse_double_clicked(imgui.MouseButton_.left) and not under:
        view.zoom = 0.0
    elif imgui.is_item_deactivated() and not imgui.is_mouse_dragging(imgui.MouseButton_.left, 3):
        moved = imgui.get_mouse_drag_delta(imgui.MouseButton_.left, 0)
        if abs(moved.x) + abs(moved.y) < 4:
            view.ticket = under
