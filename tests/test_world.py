"""The ground the other tests stand on: nobody's keys, an empty home, and no network but loopback."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from manual_slop.values import paths
from tests.support.environment import take_personal
from tests.support.network_guard import NetworkBlockedError, NetworkGuard


@pytest.fixture
def guard(request: pytest.FixtureRequest):
    """The guard in force; what it refuses within the test is expected."""
    guards = [value for value in request.config.stash._storage.values() if isinstance(value, NetworkGuard)]
    yield guards[0]
    guards[0].take_refused()


def test_each_test_begins_in_an_empty_home_of_its_own(tmp_path: Path):
    assert paths.config_dir().is_relative_to(tmp_path)
    assert not paths.config_dir().exists()


def test_no_key_base_url_or_proxy_of_a_person_is_left():
    assert not [name for name in os.environ if name.upper().endswith(("_API_KEY", "_BASE_URL", "_PROXY"))]


def test_keys_proxies_and_colours_are_taken_out_and_the_rest_is_kept():
    environment = {
        "OPENAI_API_KEY": "a",
        "https_proxy": "b",
        "HF_TOKEN": "c",
        "NO_COLOR": "1",
        "GITHUB_ACTIONS": "true",
        "PATH": "/bin",
    }
    assert set(take_personal(environment)) == {
        "OPENAI_API_KEY",
        "https_proxy",
        "HF_TOKEN",
        "NO_COLOR",
        "GITHUB_ACTIONS",
    }
    assert environment == {"PATH": "/bin"}


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1", "api.example.com"])
def test_connecting_elsewhere_is_refused_and_remembered(guard: NetworkGuard, address: str):
    with pytest.raises(NetworkBlockedError, match=address):
        socket.create_connection((address, 443), timeout=1)
    assert guard.take_refused() == [address]


def test_a_datagram_elsewhere_is_refused(guard: NetworkGuard):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one, pytest.raises(NetworkBlockedError):
        one.sendto(b"hello", ("192.0.2.1", 53))


def test_a_name_that_exists_nowhere_fails_as_it_would_on_the_network():
    with pytest.raises(socket.gaierror):
        socket.create_connection(("no.such.host.invalid", 443))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_is_open(host: str):
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection((host, server.getsockname()[1]), timeout=5).close()
