"""What `manual-slop doctor` looks at, and what it finds there: read from files and this computer, nobody is called."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from manual_slop import __version__, ai_client
from manual_slop.app.offers import standings
from manual_slop.money.rates import retirement_note
from manual_slop.providers.access import Access
from manual_slop.providers.config import Config
from manual_slop.providers.credentials import read_credentials
from manual_slop.providers.local_servers import find_local_servers
from manual_slop.providers.model_map import model_map
from manual_slop.providers.places import place
from manual_slop.providers.price_settings import price_settings
from manual_slop.session.context_settings import context_settings
from manual_slop.session.settings import session_settings
from manual_slop.terminal.finding import Finding
from manual_slop.terminal.money_findings import money_findings
from manual_slop.terminal.screen import Screen
from manual_slop.terminal.work_findings import approval_findings, journal_findings, tool_findings
from manual_slop.values.errors import ConfigError, ProviderError
from manual_slop.values.paths import config_dir, data_dir


def findings(screen: Screen) -> Iterator[Finding]:
    """Everything, topic after topic. Never raises for what is wrong with the person's files: that is what it tells."""
    access, problems = _access()
    yield from _program()
    yield from problems
    yield from _files(access)
    yield from _guarded("keys", lambda: _keys(access))
    yield from _servers()
    yield from _guarded("default", lambda: _default(access))
    yield from _retirements(access)
    yield from money_findings(access, _meant(access.config))
    if not problems:
        yield from _guarded("approval", approval_findings)
    yield from tool_findings(access.config, _here())
    yield from journal_findings()
    yield from _terminal(screen)


def _here() -> Path:
    """The folder that commands would run in; the home folder where the present one is gone."""
    try:
        return Path.cwd().resolve()
    except OSError:
        return Path.home()


def _access() -> tuple[Access, list[Finding]]:
    try:
        return ai_client.new_access(), []
    except ConfigError as error:
        problem = Finding("files", "bad", str(error))
    return Access(Config(config_dir() / "config.toml")), [problem]


def _program() -> Iterator[Finding]:
    python = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    yield Finding("program", "good", f"manual-slop {__version__}, {python}")
    known = model_map()
    if known.problem:
        yield Finding("program", "bad", known.problem)
    else:
        yield Finding("program", "good", f"litellm {known.version}, whose map knows {len(known):,} models")


def _files(access: Access) -> Iterator[Finding]:
    for title, folder in (("settings", config_dir()), ("data", data_dir())):
        yield Finding("files", "note", f"{title} in {folder}{'' if folder.is_dir() else ' (not there yet)'}")
    config = access.config.path
    yield Finding("files", "note", f"config.toml {'read' if config.is_file() else 'not there: the defaults hold'}")
    prices = config_dir() / "pricing"
    own = sorted(path.name for path in prices.glob("*.toml")) if prices.is_dir() else []
    yield Finding("files", "note", f"your pricing/: {', '.join(own) or 'none'}")
    rooms = (
        *context_settings(access.config).issues,
        *session_settings(access.config).issues,
        *price_settings(access.config).issues,
    )
    for issue in (*access.config.issues, *rooms, *access.prices.issues):
        yield Finding("files", "bad", str(issue))


def _keys(access: Access) -> Iterator[Finding]:
    credentials = read_credentials()
    yield Finding("keys", "note", f"credentials.toml {'read' if credentials.found else 'not there'}")
    if credentials.note:
        yield Finding("keys", "warn", credentials.note)
    known = standings(access)
    for one in known:
        if one.key in ("found", "wrong"):
            yield Finding("keys", "good" if one.key == "found" else "bad", f"{one.provider}: {one.key_note}")
    if not any(one.key == "found" for one in known):
        yield Finding("keys", "note", "no key is set: rehearsal/demo and local servers need none")


def _servers() -> Iterator[Finding]:
    servers = find_local_servers()
    for server in servers:
        models = ", ".join(server.models) or "no chat model"
        yield Finding("servers", "good", f"{server.provider} at {server.base_url}: {models}")
    if not servers:
        yield Finding("servers", "note", "no local model server answers on its usual port")


def _default(access: Access) -> Iterator[Finding]:
    model, why = access.default_model()
    yield Finding("default", "good", f"{model}: {why}")
    access.route(model)


def _meant(config: Config) -> list[str]:
    """The models that `config.toml` names."""
    named = {config.default_model, *config.aliases.values()}
    named |= {f"{vendor.name}/{name}" for vendor in config.vendors.values() for name in vendor.models}
    return sorted(named - {""})


def _retirements(access: Access) -> Iterator[Finding]:
    today = datetime.now(UTC).date()
    for model in _meant(access.config):
        try:
            route = place(access, model)
        except ProviderError as error:
            yield Finding("models", "bad", f"config.toml names {model}: {error.message}")
            continue
        retires = access.prices.retires(route.provider.name, route.provider.litellm, route.name)
        soon = retirement_note(retires, today, route.model)
        if retires:
            yield Finding("models", "warn" if soon else "note", soon or f"{route.model} retires on {retires}")


def _terminal(screen: Screen) -> Iterator[Finding]:
    out = screen.out
    if out.file.isatty():
        colours = out.color_system or "no colours"
        yield Finding("terminal", "note", f"{out.width}×{out.height}, {out.encoding}, {colours}")
    else:
        yield Finding("terminal", "note", f"output goes into a file or pipe, {out.encoding}")
    reader = next(filter(shutil.which, ("wl-paste", "xclip")), None) if sys.platform == "linux" else "the system"
    if reader:
        yield Finding("terminal", "good", f"pictures on the clipboard are read by {reader}")
    else:
        yield Finding("terminal", "note", "pictures on the clipboard cannot be read: install wl-clipboard or xclip")


def _guarded(topic: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """What one look finds; what stands in its way is a finding too."""
    try:
        yield from look()
    except (ConfigError, ProviderError) as error:
        advice = f" {error.advice}" if isinstance(error, ProviderError) else ""
        yield Finding(topic, "bad", f"{error}{advice}")
