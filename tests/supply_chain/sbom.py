"""The bill of materials: CycloneDX 1.6 of all that the lock may install, as JSON."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import Distribution, version
from typing import Any

from tests.supply_chain.installed import PROGRAM, graph, needed
from tests.supply_chain.licences import licence_of
from tests.supply_chain.lock import Locked, read_lock


def bill_of_materials() -> dict[str, Any]:
    """The document: what is installed here with its licence, what is for other systems without, and who needs what."""
    locked, here = read_lock(), needed()
    program = {"type": "application", "bom-ref": PROGRAM, "name": PROGRAM, "version": version(PROGRAM)}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": uuid.uuid4().urn,
        "version": 1,
        "metadata": {
            "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
            "component": program | {"licenses": [{"expression": "MIT"}]},
        },
        "components": [_component(one, here.get(one.name) if one.is_for_here() else None) for one in locked],
        "dependencies": _dependencies({one.name: one.url for one in locked if one.is_for_here()}),
    }


def _component(one: Locked, installed: Distribution | None) -> dict[str, Any]:
    hashes = [{"alg": "SHA-256", "content": digest} for digest in one.hashes]
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": one.url,
        "name": one.name,
        "version": one.version,
        "purl": one.url,
        "scope": "required" if installed else "optional",
        "externalReferences": [
            {"type": "distribution", "url": one.url, "comment": "any one of these files", "hashes": hashes}
        ],
    }
    if one.marker:
        component["properties"] = [{"name": "python:marker", "value": one.marker}]
    if installed is not None:
        component["licenses"] = _licences(licence_of(installed))
    return component


def _licences(expression: str) -> list[dict[str, Any]]:
    if not expression:
        return [{"license": {"name": "not understood"}}]
    if expression.startswith("LicenseRef-"):
        return [{"license": {"name": expression.removeprefix("LicenseRef-")}}]
    return [{"expression": expression}]


def _dependencies(refs: Mapping[str, str]) -> list[dict[str, Any]]:
    known = {PROGRAM: PROGRAM, **refs}
    return [{"ref": known[name], "dependsOn": sorted(known[one] for one in needs)} for name, needs in graph().items()]
