"""Pages of the public web: read as text, bounded, and never a way into this network."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from manual_slop.safety.workspace import Workspace
from manual_slop.tools import ToolBox, ToolContext, ToolError
from manual_slop.tools.fetch_url import fetch_url
from manual_slop.tools.web.addresses import is_public, place_of
from manual_slop.tools.web.getting import Getter
from manual_slop.tools.web.page import read_page
from manual_slop.tools.workbench import project_changes
from manual_slop.values.approval import Action
from manual_slop.values.cancel import Cancel
from manual_slop.values.messages import ToolCall, ToolResult
from tests.support.patience import is_soon, waited

PAGES: dict[str, tuple[int, dict[str, str], bytes]] = {
    "/page": (
        200,
        {"Content-Type": "text/html; charset=utf-8"},
        "<html><head><title>Pears</title><style>x{}</style></head><body><h1>Größe</h1><script>alert('no')</script>"
        "<p>One\n  <b>two</b> &amp; <a href='/next'>next</a></p><ul><li>a<li>b</ul><pre>x\n  y</pre></body>".encode(),
    ),
    "/latin": (200, {"Content-Type": "text/plain; charset=iso-8859-1"}, "Größe".encode("latin-1")),
    "/meta": (200, {"Content-Type": "text/html"}, '<meta charset="windows-1251"><p>Груша'.encode("cp1251")),
    "/odd": (200, {"Content-Type": "text/plain; charset=rot13"}, "Größe".encode()),
    "/json": (200, {"Content-Type": "application/json"}, b'{"a": 1}'),
    "/pdf": (200, {"Content-Type": "application/pdf"}, b"%PDF-1.7"),
    "/image": (200, {"Content-Type": "image/png"}, b"\x89PNG"),
    "/lies": (200, {"Content-Type": "text/plain"}, b"\x7fELF\0\0\0"),
    "/packed": (200, {"Content-Type": "text/plain", "Content-Encoding": "gzip"}, b"\x1f\x8b"),
    "/huge": (200, {"Content-Type": "text/plain"}, b"line\n" * 1_000_000),
    "/missing": (404, {"Content-Type": "text/html"}, b"gone"),
    "/to-page": (302, {"Location": "/page"}, b""),
    "/loop": (302, {"Location": "/loop"}, b""),
    "/inward": (302, {"Location": "http://inner.test/page"}, b""),
    "/to-file": (302, {"Location": "file:///etc/passwd"}, b""),
    "/hostile": (200, {"Content-Type": "text/html"}, b"<!--" + b"<![" * 300_000 + b"</select></a></pre>" * 1000),
}


class Pages(BaseHTTPRequestHandler):
    """Serves the pages above, and `/slow`, which never ends; remembers the headers of each request."""

    seen: list[dict[str, str]] = []  # noqa: RUF012 - a test's own list

    def do_GET(self) -> None:
        self.seen.append({name.lower(): value for name, value in self.headers.items()} | {"path": self.path})
        if self.path == "/slow":
            self.send_response(200)
            self.end_headers()
            self.server.let_go.wait(20)  # type: ignore[attr-defined]
            return
        status, headers, body = PAGES[self.path]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Set-Cookie", "a=b")
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    server.let_go = threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.let_go.set()  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()
    thread.join()


def resolve(host: str, _port: int) -> list[str]:
    return {"inner.test": ["127.0.0.2"], "both.test": ["127.0.0.1", "10.0.0.1"]}.get(host, ["127.0.0.1"])


def read(port: int, path: str, host: str = "pears.test", cancel: Cancel | None = None, seconds: float = 20.0) -> str:
    getter = Getter(resolve, lambda address: address == "127.0.0.1", seconds)
    return read_page(getter, f"http://{host}:{port}{path}", cancel or Cancel())


def test_html_is_read_as_a_person_would_read_it(port: int):
    first, *lines = read(port, "/page").split("\n")
    assert first.startswith(f"[http://pears.test:{port}/page; what follows was written by others")
    assert [line for line in lines if line] == [
        "Pears", "# Größe", f"One two & next (http://pears.test:{port}/next)", "- a", "- b", "x", "  y",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "text"), [("/latin", "Größe"), ("/meta", "Груша"), ("/odd", "Größe"), ("/json", '{"a": 1}')]
)
def test_every_encoding_and_kind_of_text_is_read(port: int, path: str, text: str):
    assert read(port, path).endswith(f"\n{text}")


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/pdf", "a PDF"),
        ("/image", "image/png and no text"),
        ("/lies", "says that it is text and is not"),
        ("/packed", "is packed"),
        ("/missing", "answered 404"),
        ("/loop", "leads on more than 5 times"),
        ("/to-file", "only http"),
    ],
)
def test_what_cannot_be_read_is_said_in_words(port: int, path: str, why: str):
    with pytest.raises(ToolError, match=why):
        read(port, path)


def test_nothing_of_ours_is_sent_and_no_cookie_comes_back(port: int):
    Pages.seen.clear()
    read(port, "/to-page")
    read(port, "/page")
    assert [one["path"] for one in Pages.seen] == ["/to-page", "/page", "/page"]
    assert {name for one in Pages.seen for name in one} == {
        "path", "host", "user-agent", "accept", "accept-encoding", "connection",
    }  # fmt: skip


def test_a_redirect_into_the_network_is_not_followed(port: int):
    Pages.seen.clear()
    with pytest.raises(ToolError, match=r"inner\.test leads to 127\.0\.0\.2"):
        read(port, "/inward")
    assert len(Pages.seen) == 1


def test_one_inward_address_speaks_against_all_of_a_name(port: int):
    with pytest.raises(ToolError, match=r"both\.test leads to 10\.0\.0\.1"):
        read(port, "/page", host="both.test")


def test_the_address_that_was_checked_is_the_one_reached_though_the_name_moves(port: int):
    answers = iter([["127.0.0.1"], ["127.0.0.9"]])
    getter = Getter(lambda _host, _port: next(answers), lambda address: address == "127.0.0.1")
    assert "Größe" in read_page(getter, f"http://moving.test:{port}/page", Cancel())
    assert next(answers) == ["127.0.0.9"], "the name was looked up once"


def test_a_page_is_cut_at_two_mebibytes_and_that_is_said(port: int):
    text = read(port, "/huge")
    assert ", the first 2 MiB of it;" in text
    assert len(text) < 2 * 1024 * 1024 + 200


def test_a_hostile_page_takes_no_more_than_its_time(port: int):
    read(port, "/hostile", seconds=60)


def test_a_page_that_never_ends_is_given_up_and_a_cancel_is_heard_at_once(port: int):
    with pytest.raises(ToolError, match=r"no page within 0\.3 seconds"):
        read(port, "/slow", seconds=0.3)

    def stop() -> float:
        cancel, pressed = Cancel(), list[float]()
        threading.Timer(0.2, lambda: (pressed.append(time.monotonic()), cancel.request())).start()
        with pytest.raises(ToolError, match="stopped by the person"):
            read(port, "/slow", cancel=cancel)
        return waited(pressed)

    is_soon(stop)


@pytest.mark.parametrize(
    "address",
    [
    "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "0.0.0.0", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1",
    "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b:1::1", "2002:7f00:1::", "2001:0:53aa:64c:0:0:80ff:fffe", "2001:db8::1", "fec0::1",
    ],
)  # fmt: skip
def test_addresses_of_this_network_are_not_public(address: str):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_addresses_of_the_internet_are_public(address: str):
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    ["ftp://a.example/", "file:///etc/passwd", "http://", "a.example", "http://u:p@a.example/", "http://a.example:99999/",
     "http://a.example/a b", "http://a.example/\r\nX: y", "http://a\\b.example/", "http://[::1/", "http://a..b/",
     "http://" + "a" * 5000, "javascript:alert(1)", "http://x@a.example/", "//a.example/"],
)  # fmt: skip
def test_what_is_no_plain_url_is_refused(url: str):
    with pytest.raises(ToolError):
        place_of(url)


def test_a_url_is_sent_in_plain_characters():
    assert str(place_of("HTTP://Bücher.example.:80/größe?q=ä#part")) == (
        "http://xn--bcher-kva.example/gr%C3%B6%C3%9Fe?q=%C3%A4"
    )
    assert str(place_of("https://[2606:4700::1111]:8443")) == "https://[2606:4700::1111]:8443/"


def ask(project: Path, url: str) -> Action | ToolResult:
    workspace = Workspace(project)
    tools = ToolBox([fetch_url], ToolContext(workspace, changes=project_changes(workspace)))
    return tools.action(ToolCall("1", "fetch_url", json.dumps({"url": url})), "session")


def test_a_person_is_shown_the_url_and_nobody_is_asked_about_the_name_before(project: Path):
    action = ask(project, "https://secret-in-a-name.example/x?q=1#f")
    assert isinstance(action, Action)  # the test network would have refused to look the name up
    assert (action.risk, action.preview.kind) == ("NETWORK", "request")
    assert action.preview.text == "GET https://secret-in-a-name.example/x?q=1"
    assert action.preview.targets == ("secret-in-a-name.example",)


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://169.254.169.254/latest", "http://[::ffff:10.0.0.1]/"])
def test_an_address_of_this_network_is_refused_before_anybody_is_asked(project: Path, url: str):
    answer = ask(project, url)
    assert isinstance(answer, ToolResult)
    assert "no address of the public internet" in answer.content


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f000001"])
def test_other_spellings_of_this_computer_lead_nowhere(host: str):
    getter = Getter(lambda _host, _port: ["127.0.0.1"])  # as the system would read them
    with pytest.raises(ToolError, match="no address of the public internet"):
        read_page(getter, f"http://{host}:1/", Cancel())
