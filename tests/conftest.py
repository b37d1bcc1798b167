"""The world each test starts in: an empty home, no keys, no network but loopback; and the servers tests share."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from manual_slop.values.secrets import redactor
from tests.support.cassettes import Readable
from tests.support.environment import take_personal
from tests.support.network_guard import NetworkGuard
from tests.support.replay import Replay, serve_recordings
from tests.support.shared import MISSING, SHARED, in_ci, shared_path

_GUARD = pytest.StashKey[NetworkGuard]()
PERSONAL = pytest.StashKey[dict[str, str]]()
"""What the person who runs the tests has in their environment; only for recording from real providers."""


def pytest_configure(config: pytest.Config) -> None:
    """Close the world before any test module is imported."""
    config.stash[PERSONAL] = take_personal()
    config.stash[_GUARD] = guard = NetworkGuard()
    guard.closed = config.getoption("--record-mode") in (None, "none")
    guard.install()
    # Time limits fail on a busy machine, and a gate tries the same examples each time.
    hypothesis.settings.register_profile(
        "suite",
        deadline=None,
        derandomize=in_ci(),
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
    )
    hypothesis.settings.load_profile("suite")
    _hear_signals()


def _hear_signals() -> None:
    """What a shell starts in the background ignores Ctrl-C, and so would every program that a test starts."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)


def pytest_recording_configure(vcr: Any) -> None:
    """Cassettes are written so that people can read them."""
    vcr.register_serializer("yaml", Readable)


def pytest_sessionstart() -> None:
    """A gate that skips what it cannot see is no gate."""
    if in_ci() and not SHARED.is_dir():
        pytest.exit(f"CI is set, so nothing may be skipped, but it {MISSING}.", returncode=4)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test is a person who has never used the program, and whose store is closed when they leave."""
    monkeypatch.setenv("MANUAL_SLOP_HOME", str(tmp_path / "home"))
    yield
    if "manual_slop.store.shared" in sys.modules:
        sys.modules["manual_slop.store.shared"].close_shared_stores()


@pytest.fixture(autouse=True)
def _no_keys_of_others() -> Iterator[None]:
    """What one test made known as a key means nothing to the next: text that ends like its beginning is held back."""
    known = dict(vars(redactor))
    yield
    vars(redactor).update(known)


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that reached for the network, also when the code under test survived the refusal."""
    yield
    refused = request.config.stash[_GUARD].take_refused()
    assert not refused, f"reached for the network: {', '.join(refused)}"


@pytest.fixture
def shared() -> Callable[..., Path]:
    """Paths below the shared folder, by their parts; skips with a reason when it is absent, fails in CI."""
    return shared_path


@pytest.fixture(scope="session")
def rehearsal_url() -> Iterator[str]:
    """The base URL of one rehearsal server for the whole run."""
    from manual_slop.rehearsal.server import start

    with start() as server:
        yield server.base_url


@pytest.fixture(scope="session")
def replay_server() -> Iterator[Replay]:
    """Recorded traffic of real providers on loopback, for the whole run."""
    with serve_recordings() as replay:
        yield replay
