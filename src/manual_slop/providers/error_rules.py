"""The rules by which a failure gets its kind: status, code words and sentences of all providers, in one table each."""

from __future__ import annotations

import re
from collections.abc import Mapping

from manual_slop.values.errors import ErrorKind

Statuses = frozenset[int | None]

CLASS_KINDS: Mapping[str, ErrorKind] = {
    "AuthenticationError": "auth",
    "PermissionDeniedError": "auth",
    "NotFoundError": "not_found",
    "RateLimitError": "rate_limit",
    "PaymentRequiredError": "balance",
    "ContextWindowExceededError": "context_length",
    "ContentPolicyViolationError": "content_policy",
    "GuardrailRaisedException": "content_policy",
    "BlockedPiiEntityError": "content_policy",
    "SensitiveDataRouteException": "content_policy",
    "ModifyResponseException": "content_policy",
    "Timeout": "timeout",
    "APITimeoutError": "timeout",
    "MidStreamFallbackError": "network",
    "APIConnectionError": "network",
    "ServiceUnavailableError": "server",
    "BadGatewayError": "server",
    "InternalServerError": "server",
    "APIResponseValidationError": "server",
    "JSONSchemaValidationError": "server",
    "MockException": "server",
    "ImageFetchError": "bad_request",
    "VectorStoreSearchError": "bad_request",
    "UnsupportedParamsError": "bad_request",
    "RejectedRequestError": "bad_request",
    "LiteLLMUnknownProvider": "bad_request",
    "InvalidRequestError": "bad_request",
    "UnprocessableEntityError": "bad_request",
    "BadRequestError": "bad_request",
    "ModelNotMappedError": "bad_request",
    "BudgetExceededError": "quota",
    "APIError": "server",
    "APIStatusError": "server",
    "OpenAIError": "server",
}
"""A row for every exception class litellm can raise; looked at only when neither a status nor a body tells more."""

_BY_STATUS: Mapping[int, ErrorKind] = {
    401: "auth",
    402: "balance",
    403: "auth",
    404: "not_found",
    408: "timeout",
    413: "context_length",
    499: "server",
    504: "timeout",
}

_WORD_RULES: tuple[tuple[ErrorKind, frozenset[str], frozenset[int | None] | None], ...] = (
    ("context_length", frozenset({"context_length_exceeded", "request_too_large", "string_above_max_length"}), None),
    ("quota", frozenset({"insufficient_quota", "billing_hard_limit_reached"}), None),
    (
        "content_policy",
        frozenset({"content_policy_violation", "content_filter", "responsibleaipolicyviolation"}),
        None,
    ),
    ("auth", frozenset({"invalid_api_key", "api_key_invalid", "authentication_error"}), None),
    ("not_found", frozenset({"model_not_found"}), frozenset({None, 400, 404})),
    ("server", frozenset({"overloaded_error", "server_error"}), frozenset({None, 200, 500, 503, 529})),
)
"""Kind, code words of a body that tell it, and the statuses they tell it with (`None`: any)."""

_RATE_WORDS = frozenset({"rate_limit_error", "rate_limit_exceeded", "resource_exhausted"})

_REFUSED = frozenset({None, 200, 400, 403, 422})
_TEXT_RULES: tuple[tuple[ErrorKind, str, Statuses], ...] = (
    (
        "balance",
        (
            r"insufficient (balance|funds|credits)|credit balance is too low|requires more credits|can only afford"
            r"|payment required|out of credits|no credits?\b"
        ),
        _REFUSED | {402, 429},
    ),
    ("quota", r"exceeded your current quota|billing.hard.limit|monthly (spend|usage) limit", frozenset({429})),
    (
        "context_length",
        (
            r"max(imum)? context|context window|prompt is too long|input token count.{0,60}exceeds"
            r"|too many (input )?tokens|maximum number of tokens allowed|total length of all messages"
        ),
        _REFUSED - {403},
    ),
    (
        "content_policy",
        r"content management policy|safety system|responsible ?ai|prohibited[_ ]content|usage policies",
        _REFUSED,
    ),
    (
        "auth",
        (
            r"api[ _]key not valid|(invalid|incorrect)[ _]api[ _]key|missing \w* ?api key|missing credentials"
            r"|invalid x-api-key|api_key client option must be set"
        ),
        frozenset({None, 400}),
    ),
    ("not_found", r"model.{0,80}(does not exist|not found|is not found)|no such model", frozenset({None, 400})),
    (
        "server",
        r"empty or invalid response|expecting value|invalid response object|no .?choices",
        frozenset({None, 200}),
    ),
)
"""Kind, what its messages say (any case), and the statuses such a message counts with."""


def classify(status: int | None, words: frozenset[str], text: str) -> ErrorKind | None:
    """The kind by status, code words of the body and text, most telling first; `None` when they tell nothing."""
    special = _by_words(status, words) or _by_text(status, text)
    if special:
        return special
    if status is None:
        return None
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status == 429:
        return "rate_limit"
    if status >= 500:
        return "server"
    return "network" if status < 400 else "bad_request"


def _by_words(status: int | None, words: frozenset[str]) -> ErrorKind | None:
    for kind, telling, statuses in _WORD_RULES:
        if words & telling and (statuses is None or status in statuses):
            return kind
    if words & _RATE_WORDS:
        return "quota" if any("perday" in word for word in words) else "rate_limit"
    return None


def _by_text(status: int | None, text: str) -> ErrorKind | None:
    for kind, pattern, statuses in _TEXT_RULES:
        if status in statuses and re.search(pattern, text, re.IGNORECASE):
            return kind
    return None
