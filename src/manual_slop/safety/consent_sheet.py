"""All that a person is told with one request: who asks for what and why, and the exact text of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from manual_slop.safety.consent import Consent, render
from manual_slop.safety.consent_escape import escape
from manual_slop.safety.consent_oddities import oddities
from manual_slop.values.approval import Action, Request


@dataclass(frozen=True, slots=True)
class Sheet:
    """`facts` are labels with one-line texts, escaped; `body` is what would happen; `warnings` are about both.

    `arguments` are the call's own, as the model wrote them.
    """

    facts: tuple[tuple[str, str], ...]
    body: Consent
    arguments: Consent
    warnings: tuple[str, ...]


def sheet(request: Request) -> Sheet:
    """What to show for `request`, made from nothing but the action that its answer is bound to, and why it is asked."""
    action = request.action
    facts = (("asked because", request.why), *_facts(action))
    arguments = render(action.arguments)
    body = render(action.preview.text, action.preview.kind) if action.preview.text else arguments
    odd_facts = (f"“{label}” {warning}" for label, value in facts for warning in oddities(value.split("\n")))
    shown = tuple((label, escape(value)) for label, value in facts)
    return Sheet(shown, body, arguments, (*_dangers(action), *body.oddities, *odd_facts))


def _facts(action: Action) -> Iterator[tuple[str, str]]:
    preview = action.preview
    yield "tool", action.tool
    yield "risk", action.risk or "unknown"
    if action.origin:
        yield "asked by", action.origin
    for target in preview.targets:
        yield "touches", target
    if preview.cwd:
        yield "in folder", preview.cwd
    if preview.environment:
        yield "environment", ", ".join(preview.environment)
    if preview.confinement or action.risk == "EXECUTE":
        yield "confinement", preview.confinement or "none: it can touch whatever you can"


def _dangers(action: Action) -> Iterator[str]:
    if action.preview.kind == "file":
        yield "may hold passwords or keys, which would leave this machine unless the model runs on it"
    elif action.preview.protected:
        yield "touches a protected name"
    if action.risk is None:
        yield "nobody knows how far this tool reaches"
    if action.risk == "EXECUTE" and action.preview.confinement.partition(":")[0] in {"", "none"}:
        yield "runs without confinement"
