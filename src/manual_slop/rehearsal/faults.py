"""Faults on request: what can be made to go wrong, by model name (`fault-…`) or by header.

`fault-<status>` always answers with that HTTP status, `fault-<status>-<n>` n times per conversation and then answers
like `demo`; `fault-cut`, `fault-stall`, `fault-malformed` happen after five events, or after n with `-<n>`.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from manual_slop.rehearsal.wire.errors import RequestError

Kind = Literal["status", "cut", "stall", "first-stall", "malformed", "html", "json", "nofinish"]

_DEFAULT_AFTER = 5
_ALIASES: Mapping[str, str] = {"rate-limit": "429-2", "quota": "quota", "auth": "401", "balance": "402"}
_NAME = re.compile(r"(?P<what>\d{3}|quota|first-stall|cut|stall|malformed|html|json|nofinish)(?:-(?P<count>\d{1,6}))?")
_RETRY_AFTER: Mapping[str, str] = {"Retry-After": "1"}

_REFUSALS: Mapping[str, tuple[int, str, str, str | None]] = {
    "400": (400, "The scripted fault you asked for: a bad request.", "invalid_request_error", "scripted_fault"),
    "401": (401, "Incorrect API key provided (scripted fault).", "invalid_request_error", "invalid_api_key"),
    "402": (402, "Insufficient Balance (scripted fault).", "insufficient_balance", "insufficient_balance"),
    "403": (403, "You may not use this model (scripted fault).", "invalid_request_error", "model_not_allowed"),
    "404": (404, "The model does not exist (scripted fault).", "invalid_request_error", "model_not_found"),
    "408": (408, "Request timed out (scripted fault).", "timeout", None),
    "413": (413, "Request too large (scripted fault).", "invalid_request_error", "request_too_large"),
    "429": (429, "Rate limit reached. Please try again in 1s (scripted fault).", "requests", "rate_limit_exceeded"),
    "quota": (
        429,
        "You exceeded your current quota, please check your plan and billing details (scripted fault).",
        "insufficient_quota",
        "insufficient_quota",
    ),
    "500": (500, "The server had an error while processing your request (scripted fault).", "server_error", None),
    "502": (502, "Bad gateway (scripted fault).", "server_error", None),
    "503": (503, "The server is overloaded, please try again later (scripted fault).", "server_error", None),
    "504": (504, "Gateway timeout (scripted fault).", "server_error", None),
    "529": (529, "Overloaded (scripted fault).", "overloaded_error", None),
}
_WAIT_AND_RETRY = frozenset({"429", "503", "529"})


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong: `times` often and then no more (`None`: always), or `after` so many events."""

    kind: Kind
    refusal: str = ""
    times: int | None = None
    after: int = _DEFAULT_AFTER

    def error(self) -> RequestError:
        """The refusal of a `status` fault."""
        status, message, type_, code = _REFUSALS[self.refusal]
        headers = _RETRY_AFTER if self.refusal in _WAIT_AND_RETRY else {}
        return RequestError(message, None, code, status=status, type=type_, headers=headers)


def fault_named(name: str) -> Fault | None:
    """The fault called `name` (without `fault-`), or `None` when there is no such one."""
    match = _NAME.fullmatch(_ALIASES.get(name, name))
    if match is None:
        return None
    what, count = match["what"], match["count"]
    if what in _REFUSALS:
        return Fault("status", what, None if count is None else int(count))
    if what.isdigit() or (count is not None and what not in ("cut", "stall", "malformed")):
        return None
    return Fault(cast(Kind, what), after=_DEFAULT_AFTER if count is None else int(count))


class FaultLog:
    """How often each conversation was refused, so that a fault can end; knows the latest `size` conversations."""

    def __init__(self, size: int = 1024) -> None:
        self._size = size
        self._refused: OrderedDict[bytes, int] = OrderedDict()
        self._lock = threading.Lock()

    def is_due(self, fault: Fault, conversation: bytes) -> bool:
        """Whether this request is to be refused. After the last refusal the count begins anew."""
        if fault.times is None:
            return True
        with self._lock:
            refused = self._refused.pop(conversation, 0)
            if refused >= fault.times:
                return False
            self._refused[conversation] = refused + 1
            while len(self._refused) > self._size:
                self._refused.popitem(last=False)
            return True
