"""Searching the web: only through the service that the person set, and its key goes nowhere else."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from manual_slop.providers.config import load_config
from manual_slop.safety.workspace import Workspace
from manual_slop.tools import ToolBox
from manual_slop.tools.workbench import open_toolbox
from manual_slop.values.approval import Action
from manual_slop.values.messages import ToolCall, ToolResult


class Service(BaseHTTPRequestHandler):
    """Answers by the query: in the way of SearXNG, of another service, or badly."""

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)["q"][0]
        hits = [
            {"title": f"About\n{query}", "url": f"https://hit.example/{at}", "content": "words"} for at in range(15)
        ]
        answers = {"brave": {"web": {"results": [{"title": "T", "url": "https://b.example", "description": "d"}]}}}
        body = b"<html>" if query == "bad" else json.dumps(answers.get(query, {"results": hits})).encode()
        if query == "none":
            body = b'{"results": []}'
        if query == "key":
            body = json.dumps([{"url": str(self.headers["X-Token"])}]).encode()
        self.send_response(302 if query == "away" else 200)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/search?q={{query}}&format=json"
    server.shutdown()
    server.server_close()
    thread.join()


def tools(project: Path, tmp_path: Path, settings: str) -> ToolBox:
    path = tmp_path / "config.toml"
    path.write_text(settings, "utf-8")
    return open_toolbox(Workspace(project), load_config(path))


def call(query: str) -> ToolCall:
    return ToolCall("1", "web_search", json.dumps({"query": query}))


def offered(box: ToolBox) -> bool:
    return "web_search" in {spec.name for spec in box.specs()}


@pytest.fixture
def box(project: Path, tmp_path: Path, url: str) -> ToolBox:
    return tools(project, tmp_path, f'[web_search]\nurl = "{url}"\nkey_env = "MY_SEARCH"\nkey_header = "X-Token"\n')


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_SEARCH", "search-canary-1")


def test_without_a_service_it_is_not_offered(project: Path, tmp_path: Path):
    assert not offered(tools(project, tmp_path, ""))


def test_hits_are_listed_ten_at_most(box: ToolBox):
    lines = box.run(call("pears & plums")).content.split("\n")
    assert lines[1:4] == ["1. About pears & plums", "   https://hit.example/0", "   words"]
    assert lines[-3].startswith("10. ")


def test_another_service_is_understood_too(box: ToolBox):
    assert box.run(call("brave")).content.split("\n")[1:] == ["1. T", "   https://b.example", "   d"]


@pytest.mark.parametrize(("query", "why"), [("bad", "not answer in JSON"), ("away", "leads on more than 0 times")])
def test_what_goes_wrong_is_an_error_in_words(box: ToolBox, query: str, why: str):
    result = box.run(call(query))
    assert result.is_error
    assert why in result.content


def test_nothing_found_is_said(box: ToolBox):
    assert box.run(call("none")).content == "[nothing]"


def test_the_key_is_sent_where_it_belongs_and_shown_to_nobody(box: ToolBox):
    result = box.run(call("key"))
    assert not result.is_error
    assert "1. ‹redacted›" in result.content
    action = box.action(call("key"), "session")
    assert isinstance(action, Action)
    assert "canary" not in repr(action)


def test_without_its_key_nothing_is_sent(box: ToolBox, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("MY_SEARCH")
    assert "MY_SEARCH holds no key" in box.run(call("pears")).content


def test_a_person_sees_the_whole_query_beforehand(box: ToolBox):
    action = box.action(call("a&b=c #d"), "session")
    assert not isinstance(action, ToolResult)
    assert (action.risk, action.preview.targets) == ("NETWORK", ("127.0.0.1",))
    assert "?q=a%26b%3Dc%20%23d&format=json" in action.preview.text


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ('url = "https://a.example/?q="', "must hold {query} once"),
        ('url = "ftp://a.example/{query}"', "only http"),
        ('url = "https://{query}.example/"', "behind the host"),
        ('key_env = "X"', "needs url"),
        ('url = "https://a.example/{query}"\nkey = "sk-1"', "is not known here"),
        ('url = "https://a.example/{query}"\nkey_header = "a b"', "header name"),
    ],
)
def test_wrong_settings_are_told_with_their_line_and_nothing_is_offered(
    project: Path, tmp_path: Path, settings: str, told: str
):
    box = tools(project, tmp_path, f"[web_search]\n{settings}\n")
    assert not offered(box)
    assert told in box.notices[0]
    assert "config.toml:" in box.notices[0]
