"""Working out a sum that stands in a sentence, exactly, by a parser that knows nothing but numbers and signs."""

from __future__ import annotations

import re
from fractions import Fraction

_WORDS = (
    (r"(?i)\bplus\b", "+"),
    (r"(?i)\bminus\b", "-"),
    (r"(?i)\b(?:times|multiplied by)\b|[×·✕]", "*"),
    (r"(?i)\bdivided by\b|÷", "/"),
    (r"(?i)\bto the power of\b|\*\*", "^"),
)
_EXPRESSION = re.compile(r"[(\d.+-][\d\s.,()+*/%^-]*[\d)]")
_SIGN = re.compile(r"[\d)]\s*[+*/%^-]")
_TOKEN = re.compile(r"\s*(\d+(?:\.\d+)?|[()+*/%^-])")
_LONGEST = 200
_LARGEST_POWER = 256
_MOST_BITS = 4096


class NoSum(ValueError):
    """It cannot be worked out; the message says why."""


def find_sum(text: str) -> str | None:
    """The expression in a sentence with the spoken signs written as signs, or `None` when there is none."""
    for words, sign in _WORDS:
        text = re.sub(words, sign, text)
    found = [match.strip() for match in _EXPRESSION.findall(re.sub(r"(?<=\d),(?=\d{3}\b)", "", text[:2000]))]
    return max((each for each in found if _SIGN.search(each)), key=len, default=None)


def work_out(expression: str) -> Fraction:
    """The value of an expression of numbers, `+ - * / % ^` and parentheses. Raises: NoSum."""
    if len(expression) > _LONGEST:
        raise NoSum("that is longer than I work out")
    tokens = _TOKEN.findall(expression)
    if "".join(tokens) != re.sub(r"\s", "", expression):
        raise NoSum("I do not know all the signs in it")
    parser = _Parser(tokens)
    value = parser.terms()
    if parser.tokens:
        raise NoSum("something is left over")
    return value


def written(value: Fraction) -> str:
    """A value for people: a whole number, a decimal, or ≈ ten digits of one that does not end."""
    if value.denominator == 1:
        return str(value.numerator)
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    try:
        decimal = f"{float(value):.10g}"
    except OverflowError:
        return str(value)
    return decimal if rest == 1 and Fraction(decimal) == value else f"≈ {decimal}"


class _Parser:
    """Recursive descent: terms of factors of powers."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens[::-1]

    def terms(self) -> Fraction:
        value = self._factors()
        while self._next() in ("+", "-"):
            value = value + self._factors() if self.tokens.pop() == "+" else value - self._factors()
        return _bounded(value)

    def _factors(self) -> Fraction:
        value = self._power()
        while self._next() in ("*", "/", "%"):
            value = _combined(self.tokens.pop(), value, self._power())
        return value

    def _power(self) -> Fraction:
        if self._next() in ("-", "+"):
            return -self._power() if self.tokens.pop() == "-" else self._power()
        base = self._single()
        if self._next() != "^":
            return base
        self.tokens.pop()
        return _raised(base, self._power())

    def _single(self) -> Fraction:
        if not self.tokens:
            raise NoSum("it ends too early")
        first = self.tokens.pop()
        if first == "(":
            value = self.terms()
            if self._next() != ")":
                raise NoSum("a parenthesis is missing")
            self.tokens.pop()
            return value
        if not first[0].isdigit():
            raise NoSum(f"a number is missing before {first}")
        return Fraction(first)

    def _next(self) -> str:
        return self.tokens[-1] if self.tokens else ""


def _combined(sign: str, left: Fraction, right: Fraction) -> Fraction:
    if sign == "*":
        return _bounded(left * right)
    if right == 0:
        raise NoSum("nothing can be divided by zero")
    return _bounded(left / right) if sign == "/" else left % right


def _raised(base: Fraction, power: Fraction) -> Fraction:
    if power.denominator != 1 or abs(power) > _LARGEST_POWER:
        raise NoSum("I only know whole powers up to 256")
    if base == 0 and power < 0:
        raise NoSum("nothing can be divided by zero")
    return _bounded(base ** int(power))


def _bounded(value: Fraction) -> Fraction:
    """Sums that would fill the memory are refused while they are still small."""
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > _MOST_BITS:
        raise NoSum("the numbers become too large")
    return value
