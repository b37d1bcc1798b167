"""How cassettes are written and read: bodies that people can read, and nothing that belongs to anybody."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from vcr.cassette import Cassette
from vcr.request import Request

from manual_slop.values.secrets import redactor
from tests.support.shared import ROOT

FOLDER = ROOT / "tests" / "cassettes"

CANARY = "sk-canary-5b8e0f3a91c7d264"
"""The key that is sent while recording, and looked for afterwards."""

_KEPT_OF_REQUESTS = frozenset({"content-type", "anthropic-version"})
_KEPT_OF_RESPONSES = frozenset({"content-type", "retry-after", "retry-after-ms"})
_ACCOUNTS = re.compile(r"\b(org|proj|user)-[A-Za-z0-9]{8,}")
_KEYS_IN_QUERY = ["key", "api_key", "api-key", "access_token"]


class Readable:
    """A serializer for vcrpy: JSON bodies as YAML, streams as blocks of text."""

    @staticmethod
    def serialize(cassette: Mapping[str, Any]) -> str:
        """The text of a cassette, without any key that this process ever loaded."""
        shown = [_shown(one) for one in cassette["interactions"]]
        text = yaml.dump({"interactions": shown}, Dumper=_Blocks, sort_keys=False, allow_unicode=True, width=1000)
        return _ACCOUNTS.sub(r"\1-REDACTED", redactor.redact(text))

    @staticmethod
    def deserialize(text: str) -> dict[str, Any]:
        """What vcrpy wants to know of a cassette."""
        return {"version": 1, "interactions": [_meant(one) for one in yaml.safe_load(text)["interactions"]]}


class _Blocks(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _block(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Blocks.add_representer(str, _block)


def _shown(one: Mapping[str, Any]) -> dict[str, Any]:
    request, response = one["request"], one["response"]
    return {
        "request": {
            "method": request["method"],
            "uri": request["uri"],
            "headers": {name: values[0] for name, values in request["headers"].items()},
            **_shown_body(request["body"]),
        },
        "response": {
            "status": response["status"]["code"],
            "headers": {name: values[0] for name, values in response["headers"].items()},
            **_shown_body(response["body"]["string"]),
        },
    }


def _meant(one: Mapping[str, Any]) -> dict[str, Any]:
    request, response = one["request"], one["response"]
    return {
        "request": {
            "method": request["method"],
            "uri": request["uri"],
            "headers": {name: [value] for name, value in request["headers"].items()},
            "body": _meant_body(request),
        },
        "response": {
            "status": {"code": response["status"], "message": ""},
            "headers": {name: [value] for name, value in response["headers"].items()},
            "body": {"string": _meant_body(response)},
        },
    }


def _shown_body(body: str | bytes | None) -> dict[str, Any]:
    text = body.decode("utf-8") if isinstance(body, bytes) else body or ""
    try:
        return {"json": json.loads(text)}
    except ValueError:
        return {"text": text}


def _meant_body(side: Mapping[str, Any]) -> str:
    return json.dumps(side["json"], ensure_ascii=False) if "json" in side else side["text"]


def vcr_options(served_at: Mapping[str, str]) -> dict[str, Any]:
    """How vcrpy records and plays: matched by method, place and body; only headers that matter are kept.

    `served_at` says under which name a server on loopback goes into a cassette: its root, and the name's.
    """

    def without_what_is_private(request: Request) -> Request:
        for here, name in served_at.items():
            request.uri = request.uri.replace(here, name, 1)
        request.headers = {k: v for k, v in request.headers.items() if k.lower() in _KEPT_OF_REQUESTS}
        return request

    def without_what_changes(response: dict[str, Any]) -> dict[str, Any]:
        kept = {k.lower(): v for k, v in response["headers"].items() if k.lower() in _KEPT_OF_RESPONSES}
        return {**response, "headers": kept}

    return {
        "match_on": ["method", "scheme", "host", "port", "path", "query", "body"],
        "filter_query_parameters": _KEYS_IN_QUERY,
        "before_record_request": without_what_is_private,
        "before_record_response": without_what_changes,
        "decode_compressed_response": True,
    }


def assert_played_to_the_end(cassette: Cassette) -> None:
    """A cassette that is only partly played hides that something is no longer asked for."""
    unplayed = [cassette.requests[at] for at in range(len(cassette)) if not cassette.play_counts[at]]
    assert not unplayed, f"recorded but not asked for: {', '.join(str(request) for request in unplayed)}"


def all_cassettes() -> list[Path]:
    """Every cassette there is."""
    return sorted(FOLDER.rglob("*.yaml"))
