"""Asks a provider's endpoint for its models: with its own key, nowhere else, and not without end."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from manual_slop.providers import error_body
from manual_slop.providers.base_urls import is_loopback
from manual_slop.providers.error_rules import classify
from manual_slop.providers.model_lists import model_names, next_page
from manual_slop.providers.rows import Provider
from manual_slop.values.errors import ErrorKind, ProviderError
from manual_slop.values.secrets import Secret

if TYPE_CHECKING:
    import httpx

_SECONDS = 10.0
_LARGEST = 16 * 1024 * 1024
_MOST_PAGES = 20
_MEND_BASE = "Check api_base: it must be the address of the interface, most often ending in /v1."
_FIRST_PAGE: Mapping[str, Mapping[str, str]] = {"anthropic": {"limit": "1000"}, "gemini": {"pageSize": "1000"}}


def fetch_names(
    row: Provider,
    base_url: str,
    key: Secret | None,
    headers: Mapping[str, str],
    transport: httpx.BaseTransport | None = None,
) -> list[str]:
    """The names of the chat models at `base_url`, sorted. Raises `ProviderError`, which holds no key and no request."""
    import httpx

    kind: ErrorKind = "network"
    try:
        with _client(row, base_url, key, headers, transport) as client:
            return _all_pages(row, client, models_url(row, base_url))
    except httpx.TimeoutException:
        kind, reason = "timeout", f"did not answer within {_SECONDS:.0f} seconds"
    except httpx.HTTPError as error:
        reason = f"could not be reached ({type(error).__name__}: {error_body.clean(str(error))})"
    except (ValueError, ImportError) as error:  # httpx, of a proxy in the environment
        reason = f"could not be asked ({error_body.clean(str(error))})"
    raise _failure(row, kind, reason)


def models_url(row: Provider, base_url: str) -> str:
    """Where a provider of this kind lists its models."""
    if row.discovery == "ollama":
        return f"{base_url}/api/tags"
    if row.discovery == "anthropic":
        return f"{base_url}/v1/models"
    if row.discovery == "gemini" and not urlsplit(base_url).path:
        return f"{base_url}/v1beta/models"
    return f"{base_url}/models"


def _client(
    row: Provider,
    base_url: str,
    key: Secret | None,
    headers: Mapping[str, str],
    transport: httpx.BaseTransport | None,
) -> httpx.Client:
    import httpx

    return httpx.Client(
        headers={**_signed(row, key), **headers},
        timeout=_SECONDS,
        follow_redirects=False,  # a redirect would carry the key to wherever it points
        trust_env=not is_loopback(base_url),
        transport=transport,
    )


def _signed(row: Provider, key: Secret | None) -> dict[str, str]:
    accept = {"accept": "application/json"}
    if row.discovery == "anthropic":
        accept["anthropic-version"] = "2023-06-01"
    if key is None:
        return accept
    if row.discovery == "anthropic":
        return {**accept, "x-api-key": key.reveal()}
    if row.discovery == "gemini":
        return {**accept, "x-goog-api-key": key.reveal()}
    return {**accept, "authorization": f"Bearer {key.reveal()}"}


def _all_pages(row: Provider, client: httpx.Client, url: str) -> list[str]:
    names: set[str] = set()
    deadline = time.monotonic() + _SECONDS
    query: Mapping[str, str] = _FIRST_PAGE.get(row.discovery, {})
    for _ in range(_MOST_PAGES):
        found, more = _names_and_next(row, _page(row, client, url, query, deadline))
        names.update(found)
        if not more:
            break
        query = {**_FIRST_PAGE.get(row.discovery, {}), **more}
    return sorted(names)


def _page(row: Provider, client: httpx.Client, url: str, query: Mapping[str, str], deadline: float) -> Any:
    with client.stream("GET", url, params=dict(query)) as response:
        answer, refusal = _read(row, response, deadline)
    # Raised from here, where no variable holds a body in which the key may be repeated.
    if refusal is not None:
        raise refusal
    return answer


def _read(row: Provider, response: httpx.Response, deadline: float) -> tuple[Any, ProviderError | None]:
    """The JSON of an answer, or the error it amounts to."""
    body = error_body.parse(_bounded(row, response.iter_bytes(), deadline))
    if response.is_redirect:
        place = urlsplit(response.headers.get("location", "")).hostname or "another place"
        return None, _failure(row, "bad_request", f"sends the request on to {error_body.clean(place)}", _MEND_BASE)
    if response.status_code == 200:
        return body, None
    said = error_body.clean(error_body.message(body)) if not isinstance(body, str) else ""
    return None, ProviderError(
        classify(response.status_code, error_body.words(body), said) or "unknown",
        row.name,
        "",
        f"{row.title} answered {response.status_code} when asked for its models{f': {said}' if said else ''}.",
        status=response.status_code,
        retry_after=error_body.retry_after(response.headers, body),
        request_id=error_body.request_id(response.headers),
    )


def _bounded(row: Provider, pieces: Iterable[bytes], deadline: float) -> bytes:
    gathered = bytearray()
    for piece in pieces:
        gathered += piece
        if len(gathered) > _LARGEST:
            raise _failure(row, "bad_request", f"sent more than {_LARGEST >> 20} MiB", _MEND_BASE)
        if time.monotonic() > deadline:
            raise _failure(row, "timeout", f"was not done within {_SECONDS:.0f} seconds")
    return bytes(gathered)


def _names_and_next(row: Provider, answer: Any) -> tuple[list[str], dict[str, str]]:
    try:
        return model_names(answer), next_page(row.discovery, answer)
    except ValueError:
        title = error_body.html_title(answer) if isinstance(answer, str) else ""
    del answer  # it may repeat the key
    page = f" but a web page (“{title}”)" if title else ""
    raise _failure(row, "bad_request", f"answered with no list of models{page}", _MEND_BASE)


def _failure(row: Provider, kind: ErrorKind, reason: str, advice: str = "") -> ProviderError:
    return ProviderError(kind, row.name, "", f"{row.title} {reason} when asked for its models.", advice=advice)
