"""What the tests of the registry share: an environment without keys, and registries made from two texts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from manual_slop.providers.config import load_config
from manual_slop.providers.registry import Registry
from manual_slop.providers.rows import builtin_providers, other_prefixes


@pytest.fixture
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No keys, no base URLs, and a home of its own."""
    for row in (*builtin_providers().values(), *other_prefixes().values()):
        for name in (*row.key_env, *row.base_env, *row.secret_env):
            monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MANUAL_SLOP_HOME", str(tmp_path))


@pytest.fixture
def registry(clean_environment: None, tmp_path: Path) -> Callable[..., Registry]:
    """Makes a registry from the texts of config.toml and credentials.toml."""

    def make(config: str = "", credentials: str = "", **given: Callable[[], str]) -> Registry:
        folder = tmp_path / "config"
        folder.mkdir(exist_ok=True)
        (folder / "config.toml").write_text(config, "utf-8")
        (folder / "credentials.toml").write_text(credentials, "utf-8")
        (folder / "credentials.toml").chmod(0o600)
        return Registry(load_config(), **given)

    return make
