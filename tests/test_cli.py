"""The command line as a shell sees it: real processes, the rehearsal model, no key."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from manual_slop import __version__
from manual_slop.terminal.exit_codes import MEANINGS
from manual_slop.terminal.probes import red_picture

CANARY = "sk-canary-of-the-command-line"
_LONGEST = 60


@dataclass(frozen=True)
class Ended:
    """A process that has ended."""

    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "MANUAL_SLOP_HOME": str(tmp_path / "home"), "NO_COLOR": "1", "PYTHONWARNINGS": "error"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project to be asked about."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "README.md").write_text("# Walrus\n\nCounts walruses from satellite pictures.\n", "utf-8")
    (folder / "walrus.py").write_text("def count() -> int:\n    return 3\n", "utf-8")
    return folder


Run = Callable[..., Ended]


@pytest.fixture
def run(environment: dict[str, str], project: Path) -> Run:
    """Runs `manual-slop …` in the project."""

    def run(*arguments: str, stdin: str | bytes | None = None, **variables: str) -> Ended:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        done = subprocess.run(
            [sys.executable, "-m", "manual_slop", *arguments],
            check=False,
            input=data,
            stdin=subprocess.DEVNULL if data is None else None,
            capture_output=True,
            env={**environment, **variables},
            cwd=project,
            timeout=_LONGEST,
        )
        return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture
def start(environment: dict[str, str], project: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts `manual-slop …` and leaves it running."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str, **variables: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "manual_slop", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**environment, **variables},
            cwd=project,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def _settings(environment: dict[str, str], name: str, text: str) -> None:
    path = Path(environment["MANUAL_SLOP_HOME"]) / "config" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def test_asked_about_a_project_without_a_key_it_reads_files_and_ends_with_the_cost_and_its_basis(run: Run):
    done = run("send", "what does this project do?")
    assert done.code == 0
    assert "Walrus" in done.out
    assert "using rehearsal/demo: No key is set" in done.err
    assert re.search(r"^▸ list_directory \. · \d+ B · <?[\d.]+ m?s$", done.err, re.MULTILINE)
    assert "▸ read_file README.md" in done.err
    bill = done.err.splitlines()[-1]
    assert re.fullmatch(r"[\d,]+ in( \([\d,]+ cached\))? · [\d,]+ out · local, no charge · \d+ rounds · [\d.]+ s", bill)


def test_no_key_is_an_error_with_advice_and_no_traceback(run: Run):
    done = run("send", "-m", "openai/gpt-4o", "hi")
    assert done.code == 3
    assert done.out == ""
    assert "✗ auth · openai/gpt-4o" in done.err
    assert "OPENAI_API_KEY" in done.err
    assert 'api_key = "sk-..."' in done.err
    assert "Traceback" not in done.err


def test_a_key_goes_to_the_server_named_and_is_seen_nowhere_else(
    run: Run, environment: dict[str, str], project: Path, rehearsal_url: str
):
    variables = {"OPENAI_API_KEY": CANARY, "OPENAI_BASE_URL": rehearsal_url}
    done = run("send", "-m", "openai/demo", "--json", "what does this project do?", **variables)
    assert done.events[-1]["type"] == "turn_finished"
    refused = run("send", "-m", "openai/fault-401", "hi", **variables)
    assert refused.code == 3
    files = [file.read_text("utf-8", "replace") for file in project.parent.rglob("*") if file.is_file()]
    assert not [text for text in (done.out, done.err, refused.out, refused.err, *files) if CANARY in text]


def test_a_vendor_in_config_toml_only_sends_calls_tools_and_is_priced(
    run: Run, environment: dict[str, str], rehearsal_url: str
):
    config = f'default_model = "acme/demo"\n[providers.acme]\nlitellm = "openai"\napi_base = "{rehearsal_url}"\n'
    _settings(environment, "config.toml", config)
    prices = 'provider = "acme"\nas_of = 2026-11-22\n[models.demo]\ninput = 2.5\noutput = 10.0\n'
    _settings(environment, "pricing/acme.toml", prices)
    done = run("send", "what does this project do?")
    assert done.code == 0
    assert "▸ read_file README.md" in done.err
    assert re.search(r"\$0\.\d+ override \(your pricing/acme\.toml, 2026-11-22\)", done.err)
    assert "acme/demo" in run("models", "acme").out
    assert "2.50" in run("price", "acme/demo").out


def test_json_lines_are_all_there_is_on_stdout_and_the_last_one_is_the_end(run: Run):
    done = run("send", "--json", "-m", "rehearsal/thinker", "what does this project do?")
    assert done.code == 0
    assert done.err == ""
    types = [event["type"] for event in done.events]
    assert types[:2] == ["session_described", "turn_started"]
    assert types[-1] == "turn_finished"
    assert {"reasoning_delta", "tool_started", "tool_finished", "usage_recorded", "message_finished"} <= set(types)
    assert types.count("tool_started") == types.count("tool_finished")
    last = done.events[-1]
    assert "".join(e["text"] for e in done.events if e["type"] == "text_delta").endswith(last["text"])
    assert last["cost"] | {"usd": "0", "basis": "local"} == last["cost"]


@pytest.mark.parametrize(
    ("arguments", "code", "kind"),
    [
        (("-m", "rehearsal/fault-quota", "hi"), 4, "quota"),
        (("--bogus", "hi"), 2, "configuration"),
        (("  ",), 2, "configuration"),
        (("-m", "opnai/gpt-4o", "hi"), 7, "bad_request"),
        (("--dir", "nowhere", "hi"), 2, "configuration"),
        (("-m", "rehearsal/demo", "--image", "nope.png", "hi"), 2, "configuration"),
    ],
)
def test_each_failure_has_its_exit_code_and_its_last_line(run: Run, arguments: tuple[str, ...], code: int, kind: str):
    done = run("send", "--json", *arguments)
    assert done.code == code
    assert done.events[-1]["type"] == "turn_failed"
    assert done.events[-1]["error"]["kind"] == kind


def test_ctrl_c_keeps_what_had_arrived_and_tells_the_end(start: Callable[..., subprocess.Popen[bytes]]):
    process = start("send", "--json", "--no-tools", "-m", "rehearsal/slow-5", "tell me something long")
    assert process.stdout is not None
    while b"text_delta" not in process.stdout.readline():
        pass
    process.send_signal(signal.SIGINT)
    rest, err = process.communicate(timeout=_LONGEST)
    last = json.loads(rest.splitlines()[-1])
    assert process.returncode == 130
    assert err == b""
    assert last["error"]["kind"] == "cancelled"
    assert last["error"]["partial"]
    assert last["usage"]["estimated"] is True


def test_ctrl_c_while_litellm_is_still_loading_answers_at_once(start: Callable[..., subprocess.Popen[bytes]]):
    process = start("send", "--json", "--no-tools", "-m", "rehearsal/demo", "hi")
    assert process.stdout is not None
    while b"turn_started" not in process.stdout.readline():
        pass
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=_LONGEST)
    assert process.returncode == 130
    assert json.loads(rest.splitlines()[-1])["error"]["kind"] == "cancelled"


def test_a_reader_that_goes_away_is_no_error(start: Callable[..., subprocess.Popen[bytes]]):
    process = start("send", "--no-tools", "-m", "rehearsal/words-500", "go")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    assert process.wait(_LONGEST) == 0
    assert b"Traceback" not in process.stderr.read()
    process.stdout = None


def test_what_is_piped_in_follows_the_prompt_and_pictures_are_seen(run: Run, project: Path):
    (project / "red.png").write_bytes(red_picture().data)
    arguments = ("send", "--no-tools", "-m", "rehearsal/demo")
    done = run(*arguments, "--json", "--image", "red.png", "what is on", stdin="this picture?")
    assert "red" in done.events[-1]["text"]


def test_chat_reads_prompts_line_by_line_when_nobody_types(run: Run):
    done = run("chat", "-m", "rehearsal/demo", stdin="what is 6*7?\n/cost\n/quit\nwhat is 1+1?\n")
    assert done.code == 0
    assert "6*7 = 42" in done.out
    assert "1+1" not in done.out
    assert "rehearsal/demo      1" in done.out


def test_help_shows_examples_settings_and_exit_codes(run: Run):
    done = run("--help")
    assert done.code == 0
    assert all(f"{code:<4} {meaning}" in done.out for code, meaning in MEANINGS.items())
    assert 'manual-slop send "what does this project do?"' in done.out
    assert "credentials.toml" in done.out


def test_the_version_is_said(run: Run):
    assert run("--version") == Ended(0, f"manual-slop {__version__}\n", "")


def test_what_is_mistyped_is_one_line_and_where_to_look(run: Run):
    done = run("modles")
    assert done.code == 2
    assert "Did you mean 'models'?" in done.err
    assert "manual-slop --help" in done.err
    assert "put the prompt in quotes" in run("send", "two", "words").err


def test_other_commands_give_programs_json_also_when_they_fail(run: Run):
    assert json.loads(run("models", "--json").out)["providers"]
    assert json.loads(run("price", "openai/gpt-4o", "--json").out)["models"][0]["rates"]["input"] == "2.5"
    failed = run("price", "opnai/gpt-4o", "--json")
    assert failed.code == 7
    assert "openai/gpt-4o" in json.loads(failed.out)["error"]["advice"]


def test_the_doctor_reports_and_its_exit_code_says_whether_all_is_well(run: Run, environment: dict[str, str]):
    done = run("doctor", "--live", "rehearsal/demo")
    assert done.code == 0
    assert all(f"✓ {probe}" in done.out for probe in ("text", "stream", "tools", "vision", "usage"))
    refused = run("doctor", "--live", "openai/gpt-4o", "--json")
    assert refused.code == 3
    assert [probe["passed"] for probe in json.loads(refused.out)["live"]] == [False, None, None, None, None]
    _settings(environment, "config.toml", "colour = 3\n")
    assert run("doctor").code == 2


def test_the_rehearsal_server_serves_others_until_ctrl_c(start: Callable[..., subprocess.Popen[bytes]], run: Run):
    process = start("rehearsal")
    assert process.stdout is not None
    base = process.stdout.readline().decode().strip()
    assert "6*7 = 42" in run("send", "-m", "lm_studio/demo", "--api-base", base, "what is 6*7?").out
    process.send_signal(signal.SIGINT)
    assert process.wait(_LONGEST) == 130


def test_what_nobody_foresaw_is_one_line_and_a_report_without_secrets(
    run: Run, environment: dict[str, str], tmp_path: Path
):
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text(
        "import manual_slop.terminal.catalogue as catalogue\n"
        "from manual_slop.values.secrets import Secret\n"
        f"def fail(*_): local = '{CANARY}'; raise ZeroDivisionError(Secret(local).reveal())\n"
        "catalogue.show_prices = fail\n",
        "utf-8",
    )
    done = run("price", "openai/gpt-4o", PYTHONPATH=str(broken))
    assert done.code == 1
    assert done.err.startswith("✗ unexpected: ZeroDivisionError")
    assert len(done.err.splitlines()) == 1
    (report,) = (Path(environment["MANUAL_SLOP_HOME"]) / "data" / "crash").iterdir()
    text = report.read_text("utf-8")
    assert "Traceback" in text
    assert "manual-slop" in text
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert CANARY not in text + done.err


def test_a_stream_that_can_hardly_write_anything_is_given_utf_8(run: Run):
    done = run("doctor", PYTHONIOENCODING="", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", LC_ALL="C")
    assert "✓" in done.out
