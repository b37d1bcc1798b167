"""What a shell is told."""

from __future__ import annotations

from manual_slop.terminal.exit_codes import MEANINGS, exit_code
from manual_slop.values.errors import ERROR_KINDS, ConfigError, ProviderError


def test_every_kind_of_error_has_a_code_that_the_help_explains():
    codes = {kind: exit_code(ProviderError(kind, "p", "p/m", "x")) for kind in ERROR_KINDS}
    assert set(codes.values()) <= set(MEANINGS)
    assert (codes["auth"], codes["quota"], codes["rate_limit"], codes["network"]) == (3, 4, 5, 6)
    assert (codes["not_found"], codes["cancelled"]) == (7, 130)


def test_only_success_is_zero():
    assert all(exit_code(ProviderError(kind, "p", "p/m", "x")) for kind in ERROR_KINDS)
    assert exit_code(ConfigError("x")) == 2
