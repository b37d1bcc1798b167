"""A project's tracks on disk, `conductor/tracks/<id>/`: a spec, a plan and who made them, read with care."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from manual_slop.conductor.plan_json import PlanError, graph_problems, id_problem, read_tickets, tickets_json
from manual_slop.safety.path_rules import WorkspaceError
from manual_slop.safety.snapshot import Change, Plan, capture
from manual_slop.safety.workspace import Workspace
from manual_slop.safety.writing import carry_out, check
from manual_slop.values.errors import ConfigError
from manual_slop.values.ids import new_id
from manual_slop.values.strict_json import MAX_BYTES, StrictJSONError, parse_object
from manual_slop.values.tickets import Track

TRACKS = "conductor/tracks"
PLAN, SPEC, METADATA, REJECTED = "plan.json", "spec.md", "metadata.json", "rejected.txt"
_VERSION = 1
_MOST_TRACKS = 10_000
_README = f"""{TRACKS}/README.md"""
_ABOUT = f"""# Tracks

One folder a track: `{SPEC}` says what is wanted, `{PLAN}` holds its tickets, `{METADATA}` its title and goal. They may
be edited and committed; where a track stands is kept elsewhere. A change of spec or plan wants to be approved again.
"""


def open_project(project: str | Path) -> Workspace:
    """The project at a folder. Raises `ConfigError`."""
    reason = ""
    try:
        return Workspace(project)
    except WorkspaceError as error:
        reason = str(error)
    raise ConfigError(reason)


def set_up(workspace: Workspace) -> tuple[str, ...]:
    """Make the folder for tracks; the paths that were made, none where it is there already. Raises `ConfigError`."""
    if _kind(workspace, TRACKS) == "folder":
        return ()
    _write(workspace, {_README: _ABOUT})
    return (_README,)


def track_ids(workspace: Workspace) -> tuple[str, ...]:
    """The tracks that are there, by name; folders that cannot be tracks are passed over."""
    if _kind(workspace, TRACKS) != "folder":
        return ()
    entries = workspace.list_dir(TRACKS, limit=_MOST_TRACKS)
    return tuple(one.name for one in entries if one.kind == "folder" and not id_problem(one.name))


def read_track(workspace: Workspace, track_id: str) -> Track:
    """A track as its files have it now. Raises `PlanError` that lists all that is wrong."""
    if problem := id_problem(track_id):
        raise PlanError([problem])
    folder = f"{TRACKS}/{track_id}"
    if _kind(workspace, folder) != "folder":
        known = ", ".join(track_ids(workspace)[:20]) or "none: `manual-slop mma plan` makes some"
        raise PlanError([f"there is no track “{track_id}” here; there are {known}"])
    spec = _text(workspace, f"{folder}/{SPEC}")
    about = _object(workspace, f"{folder}/{METADATA}")
    plan = _object(workspace, f"{folder}/{PLAN}")
    tickets, problems = read_tickets(plan.get("tickets", []))
    problems = (*_newer(plan), *_newer(about), *problems, *graph_problems(tickets))
    if problems:
        raise PlanError(problems, f"{folder}/{PLAN}")
    title = _word(about, "title") or _heading(spec) or track_id
    return Track(track_id, title, _word(about, "goal"), spec, tickets, _word(about, "epic"))


def write_track(workspace: Workspace, *tracks: Track) -> None:
    """Put tracks into their files, all of them or none. Raises `PlanError` for what cannot be one, `ConfigError`."""
    for track in tracks:
        problems = tuple(filter(None, (id_problem(track.id), *graph_problems(track.tickets))))
        if problems:
            raise PlanError(problems, track.id)
    files = {f"{TRACKS}/{one.id}/{name}": text for one in tracks for name, text in track_texts(one).items()}
    _write(workspace, files)


def write_rejected(workspace: Workspace, track_id: str, text: str) -> None:
    """Keep an answer that could not be used beside a track's files. Raises `ConfigError`."""
    _write(workspace, {f"{TRACKS}/{track_id}/{REJECTED}": text if text.endswith("\n") else f"{text}\n"})


def track_texts(track: Track) -> Mapping[str, str]:
    """A track's files by name, as they are written."""
    about = {"version": _VERSION, "id": track.id, "title": track.title, "goal": track.goal, "epic": track.epic}
    return {
        SPEC: track.spec if track.spec.endswith("\n") or not track.spec else f"{track.spec}\n",
        PLAN: _json({"version": _VERSION, "tickets": tickets_json(track.tickets)}),
        METADATA: _json(about),
    }


def plan_from_text(text: str, before: Track) -> Track:
    """The track with the plan that a person wrote. Raises `PlanError`."""
    plan = _parsed(lambda: parse_object(text), PLAN)
    tickets, problems = read_tickets(plan.get("tickets", []))
    problems = (*_newer(plan), *problems, *graph_problems(tickets))
    if problems:
        raise PlanError(problems, PLAN)
    return Track(before.id, before.title, before.goal, before.spec, tickets, before.epic)


def plan_text(track: Track) -> str:
    """A track's `plan.json`."""
    return track_texts(track)[PLAN]


def _write(workspace: Workspace, files: Mapping[str, str]) -> None:
    reason = ""
    try:
        with workspace.alone():
            changes = [Change(path, capture(workspace, path), text.encode()) for path, text in files.items()]
            plan = Plan(tuple(one for one in changes if one.before is None or one.before.data != one.after))
            check(workspace, plan, protected=True)
            if plan.changes:
                carry_out(workspace, plan, new_id()[:12])
    except WorkspaceError as error:
        reason = str(error)
    if reason:
        raise ConfigError(reason)


def _kind(workspace: Workspace, path: str) -> str:
    """What stands at a path, a link being a link; empty where nothing does."""
    folder, _, name = path.rpartition("/")
    if folder and _kind(workspace, folder) != "folder":
        return ""
    try:
        return next((one.kind for one in workspace.list_dir(folder or ".") if one.name == name), "")
    except WorkspaceError:
        return ""


def _text(workspace: Workspace, path: str) -> str:
    """A file of ours; nothing where there is none. Links are not followed: what they lead to is not ours."""
    kind = _kind(workspace, path)
    if not kind:
        return ""
    if kind != "file":
        raise PlanError(["is no plain file, and is not read"], path)
    reason = ""
    try:
        return workspace.read_bytes(path, MAX_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError:
        reason = "is not UTF-8 text"
    except WorkspaceError as error:
        reason = str(error).removeprefix(f"{path}: ")
    raise PlanError([reason], path)


def _object(workspace: Workspace, path: str) -> Mapping[str, Any]:
    text = _text(workspace, path)
    return _parsed(lambda: parse_object(text), path) if text.strip() else {}


def _parsed(parse: Callable[[], Mapping[str, Any]], path: str) -> Mapping[str, Any]:
    reason = ""
    try:
        return parse()
    except StrictJSONError as error:
        reason = str(error)
    raise PlanError([reason], path)


def _newer(document: Mapping[str, Any]) -> tuple[str, ...]:
    version = document.get("version", _VERSION)
    if isinstance(version, int) and version <= _VERSION:
        return ()
    return (f"was written by a newer version ({str(version)[:20]}): update manual-slop",)


def _word(about: Mapping[str, Any], key: str) -> str:
    value = about.get(key, "")
    return value if isinstance(value, str) else ""


def _heading(spec: str) -> str:
    return next((line.lstrip("# ").strip() for line in spec.splitlines() if line.startswith("#")), "")


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
