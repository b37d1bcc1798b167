"""A session whole, as JSON: each event, the contents that belong to them, and the calls as they went over the wire."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from manual_slop.store import wire_json
from manual_slop.store.blobs import BlobError, digest_of
from manual_slop.store.codec import encode
from manual_slop.store.export_file import ExportError
from manual_slop.values.envelope import Envelope
from manual_slop.values.secrets import redactor

if TYPE_CHECKING:
    from manual_slop.store.store import Store
    from manual_slop.values.wire import WireCall

FORMAT = "manual-slop session"
VERSION = 1


def as_archive(store: Store, session_id: str) -> str:
    """The session as one JSON document. Raises `ExportError` where a key was found in it, and says where."""
    contents = _Contents(store)
    events = [_event(envelope, contents) for envelope in store.envelopes(session_id)]
    drafts = [
        {"turn_id": draft.turn_id, "text": draft.text, "reasoning": draft.reasoning}
        for draft in store.drafts(session_id)
    ]
    wire = [_call(call, contents) for call in store.wire.calls(session_id)]
    whole = {
        "format": FORMAT,
        "version": VERSION,
        "id": session_id,
        "events": events,
        "drafts": drafts,
        "wire": wire,
        "contents": dict(sorted(contents.held.items())),
    }
    _refuse_keys(whole)
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _event(envelope: Envelope, contents: _Contents) -> dict[str, Any]:
    event = json.loads(encode(envelope.event, contents.keep))
    return {"number": envelope.number, "at": envelope.at.isoformat(), "event": event}


def _call(call: WireCall, contents: _Contents) -> dict[str, Any]:
    requests = [call.request, *(request for request, _ in call.earlier)]
    for request in requests:
        for _, digest in request.pictures if request is not None else ():
            contents.fetch(digest)
    return wire_json.encode(call)


class _Contents:
    """What stands beside the events, by digest, in base64."""

    def __init__(self, store: Store) -> None:
        self.held: dict[str, str] = {}
        self._store = store

    def keep(self, data: bytes) -> str:
        digest = digest_of(data)
        self.held[digest] = base64.b64encode(data).decode()
        return digest

    def fetch(self, digest: str) -> None:
        """Take a content of the store along; one that is gone is missed by nobody but a replay."""
        if digest not in self.held:
            try:
                self.keep(self._store.blobs.get(digest))
            except BlobError:
                return


def _refuse_keys(whole: dict[str, Any]) -> None:
    """Texts were redacted one by one; what is left could only be in pictures, answers as they came, or keys of JSON."""
    named = [(f"event {one['number']}", one) for one in whole["events"]]
    named += [(f"call {at} of the wire log", one) for at, one in enumerate(whole["wire"], 1)]
    named += [(f"the content {digest[:12]}…", data) for digest, data in whole["contents"].items()]
    named += [("a draft", one) for one in whole["drafts"]]
    found = [where for where, one in named if _has_key(one)]
    if found:
        places = ", ".join(found[:5]) + (" …" if len(found) > 5 else "")
        raise ExportError(f"nothing was written, because there is a key in {places}")


def _has_key(record: Any) -> bool:
    text = record if isinstance(record, str) else json.dumps(record, ensure_ascii=False)
    if redactor.spans(text):
        return True
    try:
        raw = base64.b64decode(text, validate=True) if isinstance(record, str) else b""
    except ValueError:
        return False
    return bool(redactor.spans(raw.decode("latin-1")))
