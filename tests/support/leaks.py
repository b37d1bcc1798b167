"""Sessions with every provider in which everything goes wrong and a key is echoed, and what they leave behind."""

from __future__ import annotations

import base64
import gzip
import io
import json
import re
import shutil
import urllib.parse
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from manual_slop.providers.access import Access
from manual_slop.providers.config import Config, Vendor
from manual_slop.providers.retry import RetryPolicy
from manual_slop.safety.workspace import Workspace
from manual_slop.session.export.archive import as_archive
from manual_slop.session.export.html import as_html
from manual_slop.session.export.markdown import as_markdown
from manual_slop.session.keeping import keep
from manual_slop.session.session import Session
from manual_slop.session.story import story
from manual_slop.store import wire_json
from manual_slop.store.search_table import Hit
from manual_slop.store.shared import shared_store
from manual_slop.store.store import Store
from manual_slop.terminal.crash_report import write_report
from manual_slop.terminal.json_view import JsonView
from manual_slop.tools.declaration import ToolContext
from manual_slop.tools.registry import ToolBox, built_in_tools
from manual_slop.values.errors import ProviderError
from manual_slop.values.wire import WireCall
from tests.support.canaries import found_below
from tests.support.scripted_server import Scripted, ScriptedServer, calls, chunk, fails, whole

BASES = {"anthropic": "", "gemini": "/v1beta"}


PROVIDERS = {
    "openai": "openai/gpt-4o",
    "anthropic": "anthropic/claude-sonnet-4-5",
    "gemini": "gemini/gemini-2.5-flash",
    "deepseek": "deepseek/deepseek-chat",
    "openrouter": "openrouter/openai/gpt-4o",
    "acme": "acme/m1",
}


ACME = Config(Path("config.toml"), vendors={"acme": Vendor("acme", api_base="https://acme.example/v1")})


WORD = "zqcanary"


def spelled(key: str) -> str:
    """A key in every spelling that a server may echo it in, one after the other."""
    raw = key.encode()
    in_base64 = (base64.b64encode(b"u:"[:before] + raw + b"!").decode() for before in range(3))
    in_url = (urllib.parse.quote(key, safe=""), base64.urlsafe_b64encode(raw).decode())
    return " ".join((key, *in_url, json.dumps(key)[1:-1], raw.hex(), raw.hex().upper(), *in_base64))


def in_letters(text: str) -> list[bytes]:
    return [chunk({"content": text[at : at + 3]}) for at in range(0, len(text), 3)]


def echo_in_headers(key: str) -> Scripted:
    return whole(
        {"error": {"message": "no"}}, 401, x_request_id=key, www_authenticate=f"Bearer {key}", set_cookie=f"k={key}"
    )


def packed(key: str) -> Scripted:
    body = gzip.compress(json.dumps({"error": {"message": f"bad {spelled(key)}"}}).encode())
    return Scripted([body], 403, {"content-encoding": "gzip"}, "application/json")


FAULTS: Mapping[str, Callable[[str], list[Scripted]]] = {
    "an echo in the error": lambda key: [fails(401, f"no such key {spelled(key)}", key)],
    "an echo in the headers": lambda key: [echo_in_headers(key)],
    "a page": lambda key: [
        Scripted([f"<html><title>{key}</title>{spelled(key)}</html>".encode()], 502, kind="text/html")
    ],
    "an error that is tried again": lambda key: [fails(500, spelled(key)), fails(429, spelled(key), retry_after="0")],
    "broken JSON": lambda key: [Scripted([b"data: {" + spelled(key).encode() + b"\n\n"])],
    "a cut in the middle": lambda key: [
        Scripted(in_letters(f"it is {spelled(key)} and {key[: len(key) - 9]}"), cut=True)
    ],
    "an error in the middle": lambda key: [
        Scripted([*in_letters(spelled(key)), b'data: {"error": {"message": "' + spelled(key).encode() + b'"}}\n\n'])
    ],
    "a compressed error": lambda key: [packed(key)],
    "an answer and a tool call": lambda key: [
        calls(("read_file", {"path": f"{key}.txt"}), ("grep", {"pattern": spelled(key)})),
        Scripted(
            [*in_letters(spelled(key)), chunk({"reasoning_content": key}), chunk({}, "stop"), b"data: [DONE]\n\n"]
        ),
    ],
}


def key_of(provider: str, fault: str) -> str:
    """A key of its own for each, with what every encoding changes: found again, it says where it comes from."""
    place = list(PROVIDERS).index(provider) * len(FAULTS) + list(FAULTS).index(fault)
    return f"sk-{provider[:3]}-{WORD}/{place:02d}+Qx=~{zlib.crc32(fault.encode()):08x}/{'tail' * 3}"


KEYS = {(provider, fault): key_of(provider, fault) for provider in PROVIDERS for fault in FAULTS}


class Told:
    """One session with a provider that does one thing wrong, and what it told."""

    def __init__(self, store: Store, provider: str, fault: str, project: Path, view: JsonView) -> None:
        self.key = KEYS[provider, fault]
        self.error: ProviderError | None = None
        toolbox = ToolBox(built_in_tools(), ToolContext(Workspace(project)))
        session = Session(Access(ACME), PROVIDERS[provider], toolbox=toolbox, retries=RetryPolicy(2, 0.0))
        keep(session, store)
        self.id = session.id
        with ScriptedServer(FAULTS[fault](self.key)) as server:
            base = server.url + BASES.get(provider, "/v1")
            try:
                session.send(f"is {self.key} right?", api_key=self.key, api_base=base, on_event=view.show)
            except ProviderError as error:
                self.error = error

    def hand_out(self, store: Store, folder: Path) -> None:
        """All exports, the error as people and programs see it, and the report of a crash over it."""
        steps, cost = list(story(store.envelopes(self.id))), store.summary(self.id).cost
        title = store.summary(self.id).title
        for name, written in (
            (f"{self.id}.md", as_markdown(title, steps, cost)),
            (f"{self.id}.html", as_html(title, steps, cost)),
            (f"{self.id}.json", as_archive(store, self.id)),
            (f"{self.id}.error", f"{self.error!r} {self.error} {self.error and self.error.advice}"),
        ):
            (folder / name).write_text(written, "utf-8")
        try:
            raise RuntimeError(f"something with {self.key} in it: {spelled(self.key)}") from self.error
        except RuntimeError as crash:
            report = write_report(crash, "send")
        assert report is not None
        report.rename(folder / f"{self.id}.crash")


@dataclass(frozen=True)
class Home:
    """What 54 sessions left on the disk, and on the way there on stdout and stderr."""

    folder: Path
    printed: str
    words: list[Hit]


def put_together(call: WireCall) -> str:
    """What whoever joins the pieces of a streamed answer reads."""
    body = call.response.body.decode("utf-8", "replace") if call.response else ""
    return "".join(re.findall(r'"content": ?"((?:[^"\\]|\\.)*)"', body))


def left_behind(folder: Path, project: Path, places: Sequence[tuple[str, str]] = tuple(KEYS)) -> Home:
    """What those sessions leave in `folder`, a home, with everything that can be handed out of it."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setenv("MANUAL_SLOP_HOME", str(folder))
        store = shared_store()
        with (folder / "events.jsonl").open("w", encoding="utf-8") as stream:
            told = [Told(store, *place, project, JsonView(stream)) for place in places]
        for one in told:
            one.hand_out(store, folder)
        words = store.search(WORD)
        calls_kept = [call for one in told for call in store.wire.calls(one.id)]
        wire = [json.dumps(wire_json.encode(call)) for call in calls_kept]
        (folder / "wire.jsonl").write_text("\n".join(wire), "utf-8")
        (folder / "wire.answers").write_text("\n".join(map(put_together, calls_kept)), "utf-8")
        for copied in [path for path in folder.rglob("sessions.db*") if path.suffix != ".db"]:
            shutil.copy(copied, folder / f"before-the-end-{copied.name}")
        store.close()
    return Home(folder, out.getvalue() + err.getvalue(), words)


def keys_below(folder: Path) -> list[str]:
    """Every place below a folder where any of the keys stands: what holds no common part holds none of them."""
    return [*found_below(folder, f"      -{WORD}/      "), *found_below(folder, "      tailtailtail      ")]
