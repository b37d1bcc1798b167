"""Names that other programs act on are protected however they are spelled, and ordinary ones are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from manual_slop.safety.path_rules import WorkspaceError
from manual_slop.safety.protected import protection
from manual_slop.safety.snapshot import Change, Plan, capture
from manual_slop.store.effects import Effect
from manual_slop.values.approval import Action
from tests.support.editing import Editor, editor, tree

NAMES = """
    .git/config .git/hooks/pre-commit .git/HEAD .git sub/.git/config .gitconfig .gitmodules .githooks/x
    .husky/pre-push tools/hooks/pre-commit bare/HEAD .env .env.local .envrc sub/.env credentials.toml
    Credentials.json .npmrc .netrc .pypirc .ssh/config deploy.key server.pem id_ed25519 .aws/credentials
    .manual-slop/project.toml AGENTS.md CLAUDE.md docs/AGENTS.md GEMINI.md .mcp.json .cursorrules
    .cursor/mcp.json .claude/settings.json .codex/config.toml .github/copilot-instructions.md
    .github/workflows/ci.yml .github/actions/x/action.yml .gitlab-ci.yml .vscode/settings.json
    .vscode/tasks.json .idea/workspace.xml x.code-workspace .devcontainer/devcontainer.json .bashrc
    .bash_profile .profile .zshrc .zshenv config.fish Microsoft.PowerShell_profile.ps1
    .pre-commit-config.yaml .ripgreprc .gdbinit sitecustomize.py evil.pth .vimrc
    conductor/tracks/t1/plan.json conductor/tiers.toml conductor/prompts/worker.md sub/conductor/tracks
"""

SPELLINGS = [
    *(
        ".GIT/config",
        ".Git/config",
        ".gIt/CONFIG",
        "GIT~1/config",
        "CONFIG~1.FIS",
        "MCP~1.JSO",
        "git~1/config",
        "GIT~2/config",
        ".git./config",
    ),
    *(".git /config", ".git. ./config", ".git..../config", ".git::$INDEX_ALLOCATION/config", ".git:stream/config"),
    *(".g\u200cit/config", ".\u200bgit/config", ".git\u200d/config", "\ufeff.git/config", ".g\u2060it/config"),
    *(".ｇｉｔ/config", "．git/config", ".𝐠𝐢𝐭/config", ".g\u00adit/config"),
    *(".git\u202e/config", ".ℊit/config", ".gⁱt/config", ".ⓖⓘⓣ/config", "sub/.GIT/config", "a/b/c/.Git/x"),
    *("agents.md", "AGENTS.MD", "Agents.md.", "AGENTS.md ", "CLAUDE~1.MD", "agents~1.md", "agents\u200b.md"),
    *(".ENV", ".Env.Local", "ENV~1", ".env ", "CREDENTIALS.TOML", "creden~1.tom", "Credentials.toml::$DATA"),
    *(".MANUAL-SLOP/x", "MANUAL~1/x", ".VSCODE/x", "VSCODE~1/x", ".BashRC", "BASHRC~1"),
]

ORDINARY = """
    src/app.py README.md src/hooks/useThing.ts docs/environment.md src/git/config.py config.toml
    .gitignore .gitattributes .editorconfig package.json Makefile conftest.py tests/test_agents.py
    agents.md.bak .github/CODEOWNERS hooks/README.md src/profile.py key.py monkey pem.md githooks.md
    env.py head.html my~1.txt a~1 header~1.md .env.example credentials.toml.example id_rsa.pub
    conductor/README.md conductor/notes.md tracks/a.md prompts/a.md src/tiers.toml
"""


@pytest.mark.parametrize("name", [*NAMES.split(), *SPELLINGS])
def test_what_other_programs_act_on_is_protected_with_a_reason(name: str):
    assert protection(name.split("/"))


@pytest.mark.parametrize("name", ORDINARY.split())
def test_ordinary_names_are_not(name: str):
    assert not protection(name.split("/"))


@pytest.mark.parametrize("name", [".env.example/.env", ".ssh/id_rsa.pub", "id_rsa.pub/AGENTS.md", ".env.dist/.git"])
def test_an_example_hides_nothing_beside_it(name: str):
    assert protection(name.split("/"))


def test_there_are_enough_spellings():
    assert len(set(SPELLINGS)) >= 40


@pytest.fixture
def ed(tmp_path: Path) -> Editor:
    return editor(tmp_path)


PLAIN = [name for name in NAMES.split() if name not in {".git"}]


@pytest.mark.parametrize("present", [True, False], ids=["present", "absent"])
@pytest.mark.parametrize("name", PLAIN)
def test_making_changing_removing_and_renaming_over_each_is_told_beforehand(ed: Editor, name: str, present: bool):
    ed.write("mine.txt", "x\n")
    calls: list[tuple[str, dict[str, object]]] = []
    if present:
        ed.write(name, "old\n")
        ed.run("read_file", path=name)
        calls = [
            ("write_file", {"path": name, "content": "new"}),
            ("edit_file", {"path": name, "edits": [{"old": "old", "new": "new"}]}),
            ("delete_file", {"path": name}),
            ("move_file", {"path": name, "to": "elsewhere.txt"}),
            ("apply_patch", {"patch": f"--- a/{name}\n+++ b/{name}\n@@ -1 +1 @@\n-old\n+new\n"}),
        ]
    else:
        calls = [
            ("write_file", {"path": name, "content": "new"}),
            ("move_file", {"path": "mine.txt", "to": name}),
            ("apply_patch", {"patch": f"--- /dev/null\n+++ b/{name}\n@@ -0,0 +1 @@\n+new\n"}),
        ]
    for tool, arguments in calls:
        action = ed.action(tool, **arguments)
        assert isinstance(action, Action), action.content
        assert action.preview.protected, tool


@pytest.mark.parametrize("name", PLAIN)
def test_without_its_own_permission_the_workspace_refuses(ed: Editor, name: str):
    before = tree(ed.project)
    plan = Plan((Change(name, None, b"x"),))
    with pytest.raises(WorkspaceError, match="needs a permission of its own"):
        ed.changes.carry_out(plan, Effect("write_file"))
    assert tree(ed.project) == before
    assert ed.changes.journal.entries() == ()
    ed.changes.carry_out(plan, Effect("write_file"), protected=True)
    assert ed.read(name) == b"x"


@pytest.mark.parametrize("folder", [".git", ".vscode", ".manual-slop", ".github/workflows"])
def test_a_whole_folder_is_moved_neither_away_nor_to_a_protected_name(ed: Editor, folder: str):
    ed.write(f"{folder}/config", "x")
    ed.write("prepared/config", "evil")
    before = tree(ed.project)
    for path, to in ((folder, "gone"), ("prepared", folder), ("prepared", f"{folder}-new"), ("prepared", ".idea")):
        assert ed.run("move_file", path=path, to=to).is_error
    assert tree(ed.project) == before


def test_a_link_is_no_way_around_a_protected_name(ed: Editor):
    ed.write(".git/config", "x\n")
    (ed.project / "innocent").symlink_to(".git")
    (ed.project / "settings").symlink_to(".git/config")
    for path in ("innocent/config", "settings", "innocent/new"):
        assert ed.run("write_file", path=path, content="evil").is_error
        assert ed.run("edit_file", path=path, edits=[{"old": "x", "new": "evil"}]).is_error
    assert ed.read(".git/config") == b"x\n"
    assert not (ed.project / ".git/new").exists()


def test_a_second_name_of_a_protected_file_is_not_written(ed: Editor):
    (ed.project / "innocent").hardlink_to(ed.write(".env", "KEY=1\n"))
    with pytest.raises(WorkspaceError, match="second name"):
        capture(ed.workspace, "innocent")
