"""From tokens to dollars, exactly; what nobody knows stays unknown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, replace
from decimal import Decimal, InvalidOperation

from manual_slop.money.rates import Bucket, Rates, plain
from manual_slop.values.usage import Basis, Cost, RateLine, Usage, format_usd, total

_NAMES: Mapping[Bucket, str] = {
    "input": "input",
    "output": "output",
    "cached_input": "cache read",
    "cache_write": "cache write",
    "reasoning": "reasoning",
    "audio_input": "audio input",
    "audio_output": "audio output",
}
_STAND_INS: Mapping[Bucket, tuple[Bucket, str]] = {
    "cached_input": ("input", "cache reads at the full input rate: upper bound"),
    "cache_write": ("input", "cache writes at the input rate"),
    "reasoning": ("output", ""),
}
_MISFIT = "the provider's token counts do not add up"
# The least certain basis of its parts is the basis of a sum.
_DOUBT: tuple[Basis, ...] = ("unpriced", "estimated", "list price", "override", "billed", "local")


def price(usage: Usage, rates: Rates | None, *, local: bool = False) -> Cost:
    """What `usage` costs at `rates`, one line a kind of token; never raises.

    `local` models cost nothing. Without a rate that is needed the cost is unpriced. Cached tokens without a rate of
    their own are priced as fresh input, and the note says so; reasoning is output unless it has its own rate.
    """
    if local:
        return Cost(Decimal(0), "local", note="no charge")
    if rates is None:
        return Cost(None, "unpriced", note="no price is known for this model")
    if any(count < 0 for count in astuple(usage)):
        return _unpriced(rates, "a token count is negative")
    at = rates.for_call(usage.input_tokens)
    notes = [rates.note]
    lines: list[RateLine] = []
    for bucket, tokens in _buckets(usage):
        line = _line(at, bucket, tokens, notes)
        if line is None:
            return _unpriced(rates, f"no rate for {_NAMES[bucket]} tokens")
        lines.append(line)
    fits = min(_rest(usage)) >= 0
    return Cost(
        plain(sum((line.usd for line in lines), Decimal(0))),
        rates.basis if fits and not usage.estimated else "estimated",
        rates.origin,
        _as_of(rates),
        tuple(lines),
        note=_joined([*notes, "" if fits else _MISFIT]),
    )


def billed(usd: Decimal | float | str, computed: Cost) -> Cost:
    """What the provider itself says it charged, with our own sum kept beside it.

    An amount that is no price (negative, not a finite number) is not believed: then `computed` stands, with a note.
    """
    amount = _amount(usd)
    if amount is None:
        return replace(computed, note=_joined([computed.note, "the provider's own amount is no price"]))
    ours = computed.usd
    note = "" if ours is None or ours == amount else f"{computed.basis} comes to {format_usd(ours)}"
    return Cost(amount, "billed", "the provider's own bill", "", computed.lines, ours, note)


def combine(costs: Iterable[Cost]) -> Cost:
    """One cost for a turn of several calls: unpriced when any of them is, its note saying what is known.

    The basis is the least certain of the parts, `lines` are theirs (equal rates joined), and `computed` is our own
    sum wherever a provider billed.
    """
    parts = list(costs)
    if len(parts) == 1:
        return parts[0]
    known = total(parts)
    bases = sorted({part.basis for part in parts}, key=_DOUBT.index)
    ours = [part.computed if part.basis == "billed" else part.usd for part in parts]
    computed = None if "billed" not in bases else _sum_known(ours)
    return Cost(
        None if known.unpriced else known.usd,
        bases[0] if bases else "list price",
        _joined(part.source for part in parts),
        _joined(part.as_of for part in parts),
        _merged(line for part in parts for line in part.lines),
        computed,
        _joined([str(known) if known.unpriced else "", *(part.note for part in parts)]) if parts else "no calls",
    )


def _rest(usage: Usage) -> tuple[int, int]:
    """Input and output tokens that are of no special kind; below 0 where the special kinds exceed the whole."""
    return (
        usage.input_tokens - usage.cache_read_tokens - usage.cache_write_tokens - usage.audio_input_tokens,
        usage.output_tokens - usage.reasoning_tokens - usage.audio_output_tokens,
    )


def _buckets(usage: Usage) -> Iterator[tuple[Bucket, int]]:
    """The tokens of each kind, none counted twice, kinds without any left out."""
    fresh_input, text_output = _rest(usage)
    counts: tuple[tuple[Bucket, int], ...] = (
        ("input", max(0, fresh_input)),
        ("cached_input", usage.cache_read_tokens),
        ("cache_write", usage.cache_write_tokens),
        ("audio_input", usage.audio_input_tokens),
        ("output", max(0, text_output)),
        ("reasoning", usage.reasoning_tokens),
        ("audio_output", usage.audio_output_tokens),
    )
    return ((bucket, tokens) for bucket, tokens in counts if tokens)


def _line(rates: Rates, bucket: Bucket, tokens: int, notes: list[str]) -> RateLine | None:
    rate = rates.of(bucket)
    if rate is not None:
        return RateLine(rates.key(bucket), tokens, rate)
    if bucket not in _STAND_INS:
        return None
    stand_in, note = _STAND_INS[bucket]
    rate = rates.of(stand_in)
    if rate is None:
        return None
    notes.append(note)
    return RateLine(f"{rates.key(stand_in)} ({_NAMES[bucket]})", tokens, rate)


def _unpriced(rates: Rates, why: str) -> Cost:
    return Cost(None, "unpriced", rates.origin, _as_of(rates), note=_joined([why, rates.note]))


def _as_of(rates: Rates) -> str:
    return rates.as_of.isoformat() if rates.as_of else ""


def _amount(usd: Decimal | float | str) -> Decimal | None:
    try:
        amount = Decimal(str(usd))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None


def _sum_known(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = list(amounts)
    present = [amount for amount in known if amount is not None]
    return sum(present, Decimal(0)) if len(present) == len(known) else None


def _merged(lines: Iterable[RateLine]) -> tuple[RateLine, ...]:
    tokens: dict[tuple[str, Decimal], int] = {}
    for line in lines:
        kind = (line.key, line.usd_per_million)
        tokens[kind] = tokens.get(kind, 0) + line.tokens
    return tuple(RateLine(key, count, rate) for (key, rate), count in tokens.items())


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(text for text in texts if text))
