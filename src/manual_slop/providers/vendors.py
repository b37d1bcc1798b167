"""How a `[providers.<name>]` table of `config.toml` becomes a provider like any other."""

from __future__ import annotations

import dataclasses

from manual_slop.providers.config import Vendor
from manual_slop.providers.rows import Provider, builtin_providers, key_variable, other_prefixes

# The protocol "openai" on a server that is not OpenAI's goes by litellm's prefix `custom_openai`. Tried on litellm
# 1.106.2 against a server of our own, whole and streamed, with the names m1, org/sub/m1, gpt-4o, gpt-5.4, o3-mini,
# o3-pro and gpt-5.3-codex: it alone keeps slashes, always asks for /chat/completions, alters no parameter by a name's
# sound and streams through the OpenAI SDK, which fails on a broken chunk. `openai` takes o3-pro, codex, and gpt-5.4
# with tools and an effort to /v1/responses, and refuses parameters by name; `litellm_proxy` reroutes o3-pro and codex;
# `hosted_vllm` drops "strict" and skips broken chunks. What `custom_openai` does not take on its own is
# `reasoning_effort`: it passes with allowed_openai_params=["reasoning_effort"].
CUSTOM_OPENAI = "custom_openai"


def vendor_row(vendor: Vendor) -> Provider:
    """A vendor of the person's own as a provider; what it can do is what the protocol it speaks can."""
    base = _protocol_row(vendor)
    default_model = vendor.default_model or next(iter(vendor.models), "")
    return dataclasses.replace(
        base,
        name=vendor.name,
        title=vendor.name,
        also=(),
        key_env=(vendor.api_key_env or key_variable(vendor.name),),
        base_env=(),
        base_url=vendor.api_base or base.base_url,
        otel=vendor.name,
        default_model=default_model,
        example=f"{vendor.name}/{default_model or 'model'}",
        key_url="",
        port=None,
        local=vendor.local or (base.local and not vendor.prices),
    )


def overridden_row(row: Provider, vendor: Vendor) -> Provider:
    """A built-in provider with the key variable that `config.toml` gives it."""
    return dataclasses.replace(row, key_env=(vendor.api_key_env,)) if vendor.api_key_env else row


def _protocol_row(vendor: Vendor) -> Provider:
    if vendor.litellm in ("", "openai", CUSTOM_OPENAI):
        return Provider(vendor.name, vendor.name, CUSTOM_OPENAI, discovery="openai", stream_usage=True)
    like = (row for row in builtin_providers().values() if row.litellm == vendor.litellm)
    return next(like, None) or other_prefixes()[vendor.litellm]
