"""Where prices come from: price files shipped and the person's own, prices in `config.toml`, then litellm's map."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from manual_slop.money.price_file import Prices, Slip, read_models, read_prices
from manual_slop.money.rates import Rates, undated
from manual_slop.providers.config import Config
from manual_slop.providers.model_map import ModelMap, model_map
from manual_slop.providers.toml_lines import key_lines, parse_toml
from manual_slop.values.errors import ConfigError
from manual_slop.values.paths import config_dir, shipped

_LARGEST_FILE = 1 << 20

InlinePrices = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class PriceIssue:
    """Something wrong in a price file, on a line where one is known. Prices beside it still work."""

    path: Path
    line: int | None
    message: str

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else str(self.path)
        return f"{where}: {self.message}"


@dataclass(frozen=True, slots=True)
class PriceFile:
    """A price file as far as it could be read."""

    path: Path
    prices: Prices
    issues: tuple[PriceIssue, ...] = ()


@dataclass(frozen=True, slots=True)
class PriceFolder:
    """A folder of price files, and how bills name what lies in it (`pricing/` → `pricing/openai.toml`)."""

    path: Path
    label: str


class PriceBook:
    """Rates of every model we have a price for. Reads its files on the first question, once; never raises for them.

    Of two prices for a model the later folder's wins, within a folder the later file's (by name, and it is an
    issue), and prices in `config.toml` win over both. Files are read again only when they changed.
    """

    def __init__(
        self,
        folders: Sequence[PriceFolder],
        inline: InlinePrices | None = None,
        *,
        config: Path | None = None,
        listed: ModelMap | None = None,
    ) -> None:
        self._folders = folders
        self._inline = inline or {}
        self._config = config or Path("config.toml")
        self._listed = listed

    def rates(self, provider: str, prefix: str, name: str, *, answered: str = "") -> Rates | None:
        """The rates of a provider's model, or `None`: unpriced.

        `prefix` is the name litellm calls the provider by. The map is asked only if that is the provider's own: a
        vendor that merely speaks another's protocol does not have its prices. The model asked for decides;
        `answered`, which the provider says it used, counts where nobody knows a price of the one asked for.
        """
        found = self._rates(provider, prefix, name)
        if found is not None or answered in ("", name):
            return found
        found = self._rates(provider, prefix, answered)
        return found and _noted(found, f"priced as {answered}, which answered")

    def retires(self, provider: str, prefix: str, name: str) -> date | None:
        """The day the provider takes this model away, where a price file or the map says so."""
        own = self._override(provider, name)
        return (own and own.retires) or self._map_of(provider, prefix).capabilities(prefix, name).retires

    def models(self, provider: str) -> list[str]:
        """The names of the provider's models that a price file prices, sorted."""
        return sorted(name for vendor, name in self._loaded[0] if vendor == provider)

    @property
    def issues(self) -> tuple[PriceIssue, ...]:
        """What is wrong in the price files and with the prices in `config.toml`, in reading order."""
        return self._loaded[1]

    def _rates(self, provider: str, prefix: str, name: str) -> Rates | None:
        base = undated(name)
        listed = self._map_of(provider, prefix)
        exact = self._override(provider, name) or listed.rates(prefix, name)
        if exact is None and base:
            exact = self._override(provider, base) or listed.rates(prefix, base)
            exact = exact and _noted(exact, f"priced as {base}: {name} has no price of its own")
        return exact and replace(exact, retires=exact.retires or listed.capabilities(prefix, name).retires)

    def _override(self, provider: str, name: str) -> Rates | None:
        return self._loaded[0].get((provider, name))

    def _map_of(self, provider: str, prefix: str) -> ModelMap:
        if prefix != provider and not prefix.startswith(f"{provider}_"):
            return ModelMap({})
        return model_map() if self._listed is None else self._listed

    @functools.cached_property
    def _loaded(self) -> tuple[dict[tuple[str, str], Rates], tuple[PriceIssue, ...]]:
        overrides: dict[tuple[str, str], Rates] = {}
        issues: list[PriceIssue] = []
        for folder in self._folders:
            files = list(_price_files(folder, issues))
            issues += [issue for file in files for issue in file.issues]
            issues += _repeated(files)
            for file in files:
                overrides |= {(file.prices.provider, name): rates for name, rates in file.prices.models.items()}
        slips: list[Slip] = []
        shared = Rates(basis="override", source=self._config.name)
        for vendor, models in self._inline.items():
            rates = read_models(models, shared, ("providers", vendor, "prices"), slips.append)
            overrides |= {(vendor, name): rate for name, rate in rates.items()}
        return overrides, (*issues, *_config_issues(self._config, slips))


def price_book(inline: InlinePrices | None = None, *, config: Path | None = None) -> PriceBook:
    """The prices in force: shipped files, the person's own `pricing/*.toml`, `inline` ones, litellm's map.

    `inline` is vendor → model → table of rates, as under `[providers.acme.prices."m1"]` in `config.toml`; `config` is
    that file, for the lines of what is wrong in it. Cheap: a file is parsed again only when its size or time changed.
    """
    folders = (
        PriceFolder(shipped("pricing"), "pricing/"),
        PriceFolder(config_dir() / "pricing", "your pricing/"),
    )
    return PriceBook(folders, inline, config=config or config_dir() / "config.toml")


def prices_in_force(config: Config) -> PriceBook:
    """The price book of a `config.toml`: the prices of its vendors, the person's price files, ours, litellm's map."""
    inline = {name: vendor.prices for name, vendor in config.vendors.items() if vendor.prices}
    return price_book(inline, config=config.path)


def read_price_file(path: Path, source: str = "") -> PriceFile:
    """One price file and what is wrong in it. Never raises, whatever it is."""
    try:
        text = _text(path)
        document = parse_toml(text, path)
    except ConfigError as error:
        return _unreadable(path, error.line, str(error).removeprefix(f"{path}:{error.line}: "))
    except UnicodeDecodeError as error:
        return _unreadable(path, error.object.count(b"\n", 0, error.start) + 1, "not valid TOML: not UTF-8")
    except (OSError, ValueError) as error:
        return _unreadable(path, None, f"cannot be read: {error}")
    prices = read_prices(document, source or path.name)
    lines = key_lines(text) if prices.slips else {}
    return PriceFile(path, prices, tuple(PriceIssue(path, lines.get(s.keys), s.message) for s in prices.slips))


def _unreadable(path: Path, line: int | None, message: str) -> PriceFile:
    return PriceFile(path, Prices(), (PriceIssue(path, line, message),))


def _text(path: Path) -> str:
    if not path.is_file():
        raise ValueError("it is not a regular file")
    with path.open("rb") as file:
        content = file.read(_LARGEST_FILE + 1)
    if len(content) > _LARGEST_FILE:
        raise ValueError(f"it is larger than {_LARGEST_FILE} bytes")
    return content.decode("utf-8")


@functools.lru_cache(maxsize=256)
def _read_once(path: Path, source: str, _changed: tuple[int, int]) -> PriceFile:
    return read_price_file(path, source)


def _price_files(folder: PriceFolder, issues: list[PriceIssue]) -> Iterator[PriceFile]:
    try:
        paths = sorted(path for path in folder.path.iterdir() if path.suffix == ".toml" and path.name[0] != ".")
    except FileNotFoundError:
        return
    except OSError as error:
        issues.append(PriceIssue(folder.path, None, f"cannot be read: {error.strerror}"))
        return
    for path in paths:
        try:
            state = path.stat()
        except OSError:
            yield read_price_file(path, folder.label + path.name)
        else:
            yield _read_once(path, folder.label + path.name, (state.st_mtime_ns, state.st_size))


def _config_issues(path: Path, slips: Sequence[Slip]) -> list[PriceIssue]:
    """What is wrong with prices in `config.toml`, with its lines as far as it can be read once more."""
    lines: Mapping[tuple[str, ...], int] = {}
    if slips:
        with contextlib.suppress(OSError, ValueError):
            lines = key_lines(_text(path))
    return [PriceIssue(path, lines.get(slip.keys), slip.message) for slip in slips]


def _repeated(files: Sequence[PriceFile]) -> Iterator[PriceIssue]:
    """An issue for each model that two files of one folder price."""
    first: dict[tuple[str, str], Path] = {}
    for file in files:
        for name in file.prices.models:
            earlier = first.setdefault((file.prices.provider, name), file.path)
            if earlier != file.path:
                message = f"{file.prices.provider}/{name} is also priced in {earlier.name}: this file wins"
                yield PriceIssue(file.path, None, message)


def _noted(rates: Rates, note: str) -> Rates:
    return replace(rates, note=f"{note}; {rates.note}" if rates.note else note)
