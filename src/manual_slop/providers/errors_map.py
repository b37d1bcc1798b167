"""Turns what a call raised into one `ProviderError`: true HTTP status and body first, text last, class never alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from manual_slop.providers import error_body
from manual_slop.providers.error_rules import CLASS_KINDS, classify
from manual_slop.providers.exchange import Exchange
from manual_slop.providers.sse import BrokenStream, NotAStream
from manual_slop.providers.wire_watch import StreamFailed
from manual_slop.values.errors import ErrorKind, ProviderError

_NETWORK_CLASSES = frozenset(
    {"ConnectError", "ReadError", "WriteError", "CloseError", "RemoteProtocolError", "LocalProtocolError"}
    | {"ProxyError", "UnsupportedProtocol", "NetworkError", "gaierror", "DecodingError"}
)
_TIMEOUT_CLASSES = frozenset({"ConnectTimeout", "ReadTimeout", "WriteTimeout", "PoolTimeout", "Timeout"})


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a failure: the true HTTP status, the body, the response's headers, the exceptions' texts."""

    status: int | None
    body: Any
    headers: Mapping[str, str]
    text: str


def provider_error(failure: BaseException, exchange: Exchange, provider: str, model: str) -> ProviderError:
    """The one error a failed call becomes. Holds no reference to `failure`; raise it outside the `except` block."""
    if exchange.cancel.requested:
        return ProviderError("cancelled", provider, model, "cancelled")
    chain = list(_chain(failure))
    failure = next((error for error in chain if isinstance(error, StreamFailed | BrokenStream | NotAStream)), failure)
    evidence = _gather(failure, exchange)
    verdict = _judge(failure, chain, exchange, evidence)
    return ProviderError(
        verdict.kind,
        provider,
        model,
        error_body.clean(verdict.message) or _wordless(provider, evidence.status),
        status=evidence.status,
        retry_after=error_body.retry_after(evidence.headers, evidence.body),
        request_id=error_body.request_id(evidence.headers),
        advice=verdict.advice,
    )


@dataclass(frozen=True, slots=True)
class _Verdict:
    """Kind and message, and advice where the usual one does not fit."""

    kind: ErrorKind
    message: str
    advice: str = ""


def _judge(failure: BaseException, chain: list[BaseException], exchange: Exchange, evidence: Evidence) -> _Verdict:
    page = _web_page(evidence)
    if page is not None and (evidence.status or 200) < 400:
        advice = "Check api_base and the network: a web page (a sign-in page, a wrong address) answered, not a model."
        return _Verdict("bad_request", f"a web page answered instead of a model{page}", advice)
    unanswered = evidence.status is None and not isinstance(failure, StreamFailed)
    by_cause = _by_cause(failure, chain, exchange) if unanswered else None
    if by_cause is not None:
        return by_cause
    message = error_body.message(evidence.body) if page is None else f"an error page came back{page}"
    if isinstance(failure, NotAStream) and not message:
        return _Verdict("bad_request", str(failure), "Ask without streaming: `--no-stream`, or stream=False.")
    kind = classify(evidence.status, error_body.words(evidence.body), message or evidence.text) or _by_class(chain)
    if kind == "unknown" and exchange.response is not None:
        return _Verdict("server", f"the answer could not be read ({type(failure).__name__}: {failure})")
    return _Verdict(kind, message or evidence.text)


def _wordless(provider: str, status: int | None) -> str:
    return (
        f"{provider} failed without saying why"
        if status is None
        else f"{provider} answered HTTP {status} without a message"
    )


def _by_cause(failure: BaseException, chain: list[BaseException], exchange: Exchange) -> _Verdict | None:
    """What the exceptions themselves tell, where no server answered with a status."""
    names = {kind.__name__ for error in chain for kind in type(error).__mro__}
    if names & _TIMEOUT_CLASSES:
        return _Verdict("timeout", f"no sign of {exchange.timed_out or 'an answer'} in time")
    if "SSLError" in names:
        return _Verdict("network", f"no secure connection: {_innermost(chain)}")
    if isinstance(failure, BrokenStream) or names & _NETWORK_CLASSES:
        return _Verdict("network", _innermost(chain))
    return None


def _by_class(chain: list[BaseException]) -> ErrorKind:
    for error in chain:
        for kind in type(error).__mro__:
            if kind.__name__ in CLASS_KINDS:
                return CLASS_KINDS[kind.__name__]
    return "unknown"


def _gather(failure: BaseException, exchange: Exchange) -> Evidence:
    response = exchange.response
    headers = {name.lower(): value for name, value in response.headers.items()} if response is not None else {}
    if isinstance(failure, StreamFailed):
        return Evidence(error_body.status(failure.body), failure.body, headers, str(failure))
    if response is None:
        return Evidence(
            getattr(failure, "status_code", None) if _is_status_error(failure) else None, None, {}, str(failure)
        )
    body = _body_of(response)
    if response.status_code >= 300:  # the server's own words or none: litellm's are about itself
        return Evidence(response.status_code, body, headers, error_body.without_message(body))
    if isinstance(body, Mapping) and body.get("error"):
        return Evidence(error_body.status(body), body, headers, str(failure))
    page = body if isinstance(body, str) and _looks_like_html(headers, body) else None
    return Evidence(None, page, headers, str(failure))


def _is_status_error(failure: BaseException) -> bool:
    """Whether litellm's `status_code` is worth something: 500 it says of all that it could not place, 408 of waits."""
    return getattr(failure, "status_code", 500) not in (408, 500, None)


def _body_of(response: Any) -> Any:
    try:
        raw = response.read()
    except Exception:  # noqa: BLE001  # the connection is already in trouble; what is missing is missing
        return None
    return error_body.parse(raw[: 1 << 20])


def _looks_like_html(headers: Mapping[str, str], body: str) -> bool:
    return "html" in headers.get("content-type", "") or body.lstrip()[:15].lower().startswith(("<!doctype", "<html"))


def _web_page(evidence: Evidence) -> str | None:
    """How a web page names itself (`: “Sign in”`, or nothing), or `None` where the body is no web page."""
    if not isinstance(evidence.body, str) or not _looks_like_html(evidence.headers, evidence.body):
        return None
    title = error_body.html_title(evidence.body)
    return f": “{title}”" if title else ""


def _innermost(chain: list[BaseException]) -> str:
    texts = [str(error) for error in chain if str(error)]
    return texts[-1] if texts else type(chain[-1]).__name__


def _chain(failure: BaseException) -> Iterator[BaseException]:
    """The failure and all that led to it, outermost first."""
    seen: set[int] = set()
    todo: list[Any] = [failure]
    while todo and len(seen) < 16:
        error = todo.pop(0)
        if isinstance(error, BaseException) and id(error) not in seen:
            seen.add(id(error))
            yield error
            todo += [getattr(error, "original_exception", None), error.__cause__, error.__context__]
