"""Remembers what providers' endpoints answered, one small JSON file a provider."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from manual_slop.providers.model_lists import is_name
from manual_slop.values.paths import make_private

_LARGEST = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Remembered:
    """The names an endpoint gave, and when (UTC)."""

    names: tuple[str, ...]
    fetched_at: datetime


class ModelListCache:
    """The files in one folder. A file that cannot be read, or not be written, is as if there were none."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, provider: str, base_url: str) -> Remembered | None:
        """What the provider at this very URL answered last, if that is remembered whole."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
            with self._file(provider).open("rb") as file:
                saved = json.loads(file.read(_LARGEST))
            fetched_at, names = datetime.fromisoformat(saved["fetched_at"]), saved["models"]
            right = saved["base_url"] == base_url and isinstance(names, list) and fetched_at.tzinfo is not None
            if right and all(isinstance(name, str) and is_name(name) for name in names):
                return Remembered(tuple(names), fetched_at.astimezone(UTC))
        return None

    def write(self, provider: str, base_url: str, names: Sequence[str], fetched_at: datetime) -> None:
        """Remember an answer. Readers see the old file or the new one, never a part."""
        saved = {"base_url": base_url, "fetched_at": fetched_at.isoformat(), "models": list(names)}
        with contextlib.suppress(OSError):
            make_private(self._folder)
            descriptor, temporary = tempfile.mkstemp(dir=self._folder, suffix=".part")
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                    json.dump(saved, file)
                Path(temporary).replace(self._file(provider))
            except OSError:
                Path(temporary).unlink(missing_ok=True)

    def _file(self, provider: str) -> Path:
        return self._folder / f"{provider}.json"
