"""What is kept in cassettes: no keys, little text, nothing that no test plays."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
import vcr

from manual_slop.values.secrets import redactor
from tests.support.cassettes import CANARY, FOLDER, Readable, all_cassettes, assert_played_to_the_end
from tests.support.shared import ROOT


def test_there_are_cassettes():
    assert len(all_cassettes()) > 50


@pytest.mark.parametrize("path", all_cassettes(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_cassette_holds_a_key(path: Path):
    text = path.read_text("utf-8")
    redactor.register(CANARY)
    assert redactor.redact(text) == text
    looks_like_a_key = (
        r"\b(sk|pk|rk|gsk|xai|hf|pplx|AIza|ya29|AKIA|ghp)[-_]?[A-Za-z0-9_-]{16,}|Bearer |[?&](api[-_]?)?key="
        r"|(?im:^\s*(authorization|proxy-authorization|(x-|x-goog-)?api-key|cookie|set-cookie):)"
    )
    assert not re.search(looks_like_a_key, text)


def test_all_cassettes_are_small():
    assert sum(path.stat().st_size for path in all_cassettes()) < 400_000


def test_every_cassette_is_played_by_some_test():
    tests = set(re.findall(r"^def test_(\w+)", (ROOT / "tests/providers/test_cassettes.py").read_text("utf-8"), re.M))
    assert {path.relative_to(FOLDER).parts[0].removesuffix(".yaml") for path in all_cassettes()} <= tests


def test_a_cassette_that_is_played_in_part_fails(tmp_path: Path):
    kind = {"content-type": ["text/plain"]}
    answer = {"status": {"code": 200, "message": "OK"}, "headers": kind, "body": {"string": "yes"}}
    asked = [{"method": "GET", "uri": f"https://x.invalid/{n}", "body": None, "headers": {}} for n in (1, 2)]
    written = Readable.serialize({"interactions": [{"request": one, "response": answer} for one in asked]})
    (tmp_path / "two.yaml").write_text(written)
    player = vcr.VCR(cassette_library_dir=str(tmp_path), record_mode="none")
    player.register_serializer("yaml", Readable)
    with player.use_cassette("two.yaml") as cassette:
        assert httpx.get("https://x.invalid/1").text == "yes"
        with pytest.raises(AssertionError, match="invalid/2"):
            assert_played_to_the_end(cassette)
        assert httpx.get("https://x.invalid/2").text == "yes"
        assert_played_to_the_end(cassette)
