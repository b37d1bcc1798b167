"""What may hold keys goes to no model unasked: single files are asked about, searches pass over them and say so."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from manual_slop.safety.approval import Policy
from manual_slop.safety.approval_grants import Grants
from manual_slop.safety.approval_rules import Rule
from manual_slop.safety.confinement import WalkConfinement
from manual_slop.safety.gate import Gate
from manual_slop.safety.inbox import Inbox
from manual_slop.safety.protected import may_hold_keys, protection
from manual_slop.safety.workspace import Workspace
from manual_slop.session.permission import Allowed, Permission, Place, nobody
from manual_slop.tools import ToolBox, ToolContext, built_in_tools
from manual_slop.values.approval import Action, Answer, Request
from manual_slop.values.cancel import Cancel
from manual_slop.values.messages import ToolCall, ToolResult
from tests.support.editing import Editor, editor

KEY = "canary-4711"
READERS = ("read_file", "file_summary", "code_outline", "code_skeleton")
SECRETIVE = """
    .env .env.local .envrc sub/.ENV .Env. .ｅｎｖ .e\u200bnv ENV~1 credentials.toml Credentials.json .npmrc .netrc
    .ssh/config deploy.key server.pem id_ed25519 .aws/config secrets.yaml CREDEN~1.TOM
"""
ORDINARY = """
    .env.example sub/.env.template .env.sample .ENV.EXAMPLE credentials.toml.example id_ed25519.pub deploy.pub
    src/app.py env.py monkey AGENTS.md .git/config .vscode/settings.json README.md
"""


@pytest.mark.parametrize("name", SECRETIVE.split())
def test_usual_places_of_keys_are_known_however_they_are_spelled(name: str):
    assert may_hold_keys(name.split("/"))
    assert protection(name.split("/"))


@pytest.mark.parametrize("name", ORDINARY.split())
def test_examples_public_keys_and_other_files_are_none(name: str):
    assert not may_hold_keys(name.split("/"))


def test_an_example_in_a_folder_of_keys_may_still_not_be_written_unasked():
    assert protection((".ssh", "config.example"))
    assert not protection((".env.example",))


@pytest.fixture
def ed(tmp_path: Path) -> Editor:
    ed = editor(tmp_path)
    ed.write(".env", f"KEY={KEY}\n")
    ed.write("secrets.py", f"def leak():\n    return '{KEY}'\n")
    ed.write("app.py", "from secrets import leak\n\nleak()\n")
    ed.write(".env.example", "KEY=put yours here\n")
    return ed


@pytest.mark.parametrize("tool", READERS)
@pytest.mark.parametrize("name", [".env", "secrets.py"])
def test_a_person_is_asked_before_it_is_shown(ed: Editor, tool: str, name: str):
    preview = ed.preview(tool, path=name)
    assert (preview.kind, preview.protected, preview.targets) == ("file", True, (name,))
    assert "would be sent to the model's provider" in preview.text


@pytest.mark.parametrize("tool", READERS)
def test_without_a_yes_nothing_of_it_is_told(ed: Editor, tool: str):
    for name in (".env", "secrets.py"):
        result = ed.box.run(ToolCall("call", tool, json.dumps({"path": name})))
        assert result.is_error
        assert f"{name} may hold passwords or keys" in result.content
        assert KEY not in result.content


def test_with_a_yes_it_is_read(ed: Editor):
    assert KEY in ed.run("read_file", path=".env").content


@pytest.mark.parametrize("name", ["app.py", ".env.example"])
def test_ordinary_files_are_read_as_ever(ed: Editor, name: str):
    assert not ed.preview("read_file", path=name).protected
    assert not ed.box.run(ToolCall("call", "read_file", json.dumps({"path": name}))).is_error


def test_a_link_is_no_way_around(ed: Editor):
    ed.write(".ssh/config", f"Host {KEY}\n")
    (ed.project / "notes.txt").symlink_to(".env")
    (ed.project / "keys.example").symlink_to(".env")
    (ed.project / "docs").symlink_to(".ssh")
    for path, true in (("notes.txt", ".env"), ("keys.example", ".env"), ("docs/config", ".ssh/config")):
        assert ed.preview("read_file", path=path).targets == (path, true)
        assert KEY not in ed.box.run(ToolCall("call", "read_file", json.dumps({"path": path}))).content
        assert KEY not in ed.run("grep", pattern="canary", path=path).content
    assert KEY not in ed.run("grep", pattern="canary", path="docs").content


def test_a_link_that_begins_to_lead_to_keys_after_the_yes_is_not_followed(ed: Editor):
    link = ed.project / "notes.txt"
    link.symlink_to("app.py")
    action = ed.action("read_file", path="notes.txt")
    assert isinstance(action, Action)
    link.unlink()
    link.symlink_to(".env")
    result = ed.run_approved(action)
    assert result.is_error
    assert KEY not in result.content


def test_where_no_link_is_followed_the_name_alone_counts(tmp_path: Path):
    project = tmp_path / "project"
    project.mkdir()
    (project / ".env").write_text(KEY)
    ed = editor(tmp_path, Workspace(project, WalkConfinement))
    assert ed.preview("read_file", path=".env").protected


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("grep", {"pattern": "canary"}),
        ("grep", {"pattern": "canary", "path": ".env"}),
        ("grep", {"pattern": "KEY", "glob": ".env"}),
        ("code_definition", {"name": "leak"}),
        ("code_usages", {"name": "leak"}),
    ],
)
def test_searches_pass_over_them_and_say_so(ed: Editor, tool: str, arguments: dict[str, str]):
    content = ed.box.run(ToolCall("call", tool, json.dumps(arguments))).content
    assert KEY not in content
    assert "not looked into: " in content
    assert "read_file asks the person" in content


def test_a_search_counts_what_it_passed_over(ed: Editor):
    assert ed.run("grep", pattern="canary").content.splitlines() == [
        "No match in 2 text files.",
        "[not looked into: 2 files that may hold passwords or keys; read_file asks the person for such a file]",
    ]
    assert "not looked into" not in ed.run("grep", pattern="leak", path="app.py").content


def test_a_diff_leaves_them_out(ed: Editor):
    subprocess.run(["git", "init", "-q"], cwd=ed.project, check=True)
    subprocess.run(["git", "add", "-f", "."], cwd=ed.project, check=True)
    ed.write(".env", f"KEY={KEY}-new\n")
    ed.write("app.py", "changed = 1\n")
    for arguments in ({}, {"staged": True}):
        content = ed.run("git_diff", **arguments).content
        assert KEY not in content
        assert "app.py" in content
        assert "not looked into: " in content


def test_an_edit_that_does_not_fit_quotes_nothing_of_a_file_that_was_not_read(ed: Editor):
    patch = "--- a/.env\n+++ b/.env\n@@ -1 +1 @@\n-KEY=canary\n+KEY=x\n"
    wrong = [
        ("edit_file", {"path": ".env", "edits": [{"old": "KEY=canary-4", "new": "x"}]}),
        ("edit_file", {"path": ".env", "edits": [{"old": "key=CANARY-4711", "new": "x"}]}),
        ("apply_patch", {"patch": patch}),
    ]
    for tool, arguments in wrong:
        result = ed.run(tool, **arguments)
        assert result.is_error
        assert KEY not in result.content
        assert "read it first" in result.content
    ed.run("read_file", path=".env")
    assert not ed.run("edit_file", path=".env", edits=[{"old": KEY, "new": "x"}]).is_error


Ask = Callable[..., "Allowed | ToolResult"]


def asking(project: Path, policy: Policy, approve: Callable[[Request], Answer] = nobody) -> Ask:
    inbox = Inbox()
    permission = Permission(Gate(policy, Grants(), inbox), inbox, approve)
    box = ToolBox(built_in_tools(), ToolContext(Workspace(project)))

    def ask(number: int, **arguments: str) -> Allowed | ToolResult:
        call = ToolCall(f"call-{number}", "read_file", json.dumps(arguments))
        return permission.ask(box, call, Place("s", "t", number), lambda _event: None, Cancel())

    return ask


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        (Policy(), "it may hold keys, and what is read goes to the model's provider, which is asked about"),
        (Policy("edits"), "nobody can be asked here"),
        (Policy("all"), "nobody can be asked here"),
        (Policy("never"), "mode “never” asks nobody"),
        (Policy(rules=(Rule("deny", path=".env"),)), "denied by the rule"),
        (Policy("all", (Rule("allow", path="**"), Rule("allow", risk="READ"))), "nobody can be asked here"),
        (Policy("all", (Rule("allow", path="other/.env*"),)), "nobody can be asked here"),
    ],
    ids=repr,
)
def test_where_nobody_agrees_it_is_refused_with_a_reason(ed: Editor, policy: Policy, told: str):
    answer = asking(ed.project, policy)(1, path=".env")
    assert isinstance(answer, ToolResult)
    assert answer.is_error
    assert told in answer.content
    assert isinstance(asking(ed.project, policy)(1, path="app.py"), Allowed)


@pytest.mark.parametrize("mode", ["ask", "never"])
def test_a_rule_that_names_such_files_allows_them(ed: Editor, mode: str):
    policy = Policy(mode, (Rule("allow", tool="read_file", path=".env*"),))  # type: ignore[arg-type]
    assert isinstance(asking(ed.project, policy)(1, path=".env"), Allowed)
    assert isinstance(asking(ed.project, policy)(1, path="secrets.py"), ToolResult)


def test_a_link_to_keys_is_denied_by_a_rule_about_them_and_allowed_by_none_about_itself(ed: Editor):
    (ed.project / "notes.txt").symlink_to(".env")
    for rule in (Rule("deny", path=".env"), Rule("allow", path="notes.txt"), Rule("allow", path=".env")):
        assert isinstance(asking(ed.project, Policy(rules=(rule,)))(1, path="notes.txt"), ToolResult)


def test_a_yes_for_the_session_is_asked_for_once(ed: Editor):
    asked: list[Request] = []

    def approve(request: Request) -> Answer:
        asked.append(request)
        return Answer("session", by="the test")

    ask = asking(ed.project, Policy(), approve)
    assert isinstance(ask(1, path=".env"), Allowed)
    assert isinstance(ask(2, path=".env"), Allowed)
    assert len(asked) == 1
    assert isinstance(ask(3, path="secrets.py"), Allowed)
    assert len(asked) == 2
