"""The policy: deny above ask above allow, and nothing that runs or reaches out goes through by a pattern."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from manual_slop.safety.approval import MODES, Mode, Policy
from manual_slop.safety.approval_grants import Grants
from manual_slop.safety.approval_rules import Rule
from manual_slop.values.approval import Action
from tests.support.approvals import change, command, plain

READ = plain("read_file", "READ", path="src/app.py")
WRITE = change("src/app.py")
FETCH = plain("fetch_url", "NETWORK", url="https://example.org/")
UNKNOWN = plain("whatever", None)
TESTS = plain("run_tests", "EXECUTE")


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("ask", "allow ask ask ask ask"),
        ("edits", "allow allow ask ask ask"),
        ("never", "allow deny deny deny deny"),
        ("all", "allow allow allow allow ask"),
    ],
)
def test_each_mode_lets_through_what_it_says(mode: Mode, expected: str):
    actions = (READ, WRITE, command("ls"), FETCH, UNKNOWN)
    assert " ".join(Policy(mode).judge(action).decision for action in actions) == expected


def test_why_a_change_goes_through_is_said():
    assert Policy("edits").judge(WRITE).why == "a change inside the project, which mode “edits” lets through"


def test_asking_is_the_default():
    assert Policy().mode == "ask"


@pytest.mark.parametrize("mode", ["ask", "edits", "all"])
@pytest.mark.parametrize("action", [READ, WRITE, command("ls"), FETCH], ids=lambda action: str(action.tool))
def test_a_protected_name_is_asked_about_in_every_mode(mode: Mode, action: Action):
    protected = replace(action, preview=replace(action.preview, protected=True))
    verdict = Policy(mode, (Rule("allow"),)).judge(protected)
    assert verdict.decision == "ask"
    assert "protected" in verdict.why


def test_nobody_is_asked_about_a_protected_name_in_mode_never():
    assert Policy("never").judge(replace(READ, preview=replace(READ.preview, protected=True))).decision == "deny"


@pytest.mark.parametrize(
    "target",
    ["/etc/passwd", "~/x", "../x", "src/../../x", "C:x", "c:/x", "src\\..\\x", "\\\\host\\x", "file://x", "", "a/.."],
)
def test_a_change_that_may_lie_outside_the_project_is_asked_about(target: str):
    assert Policy("edits").judge(change("src/app.py", target)).decision == "ask"


def test_a_change_of_nobody_knows_what_is_asked_about():
    assert Policy("edits").judge(change()).decision == "ask"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("action", [READ, WRITE, command("ls"), FETCH, UNKNOWN, TESTS], ids=lambda one: str(one.tool))
def test_a_denial_stands_above_everything(mode: Mode, action: Action):
    rules = (Rule("allow"), Rule("ask"), Rule("deny", where="config.toml:7"))
    verdict = Policy(mode, rules, tests_allowed=True).judge(action)
    assert verdict.decision == "deny"
    assert "config.toml:7" in verdict.why


@pytest.mark.parametrize("mode", ["ask", "edits", "all"])
@pytest.mark.parametrize("action", [READ, WRITE, command("ls"), FETCH, TESTS], ids=lambda one: str(one.tool))
def test_a_rule_that_asks_stands_above_what_allows(mode: Mode, action: Action):
    policy = Policy(mode, (Rule("allow"), Rule("ask", tool=action.tool, where="config.toml:3")), tests_allowed=True)
    verdict = policy.judge(action)
    assert verdict.decision == "ask"
    assert "config.toml:3" in verdict.why


def test_a_rule_lets_a_change_through():
    verdict = Policy("ask", (Rule("allow", path="src/**", where="config.toml:3"),)).judge(WRITE)
    assert verdict.decision == "allow"
    assert "src/**" in verdict.why
    assert "config.toml:3" in verdict.why


@pytest.mark.parametrize("action", [command("ls"), FETCH, TESTS, UNKNOWN], ids=lambda action: str(action.tool))
@pytest.mark.parametrize("mode", ["ask", "edits"])
def test_no_rule_allows_what_runs_or_reaches_out(action: Action, mode: Mode):
    rules = (Rule("allow"), Rule("allow", tool=action.tool), Rule("allow", risk=action.risk))
    assert Policy(mode, rules).judge(action).decision == "ask"


def test_why_says_that_the_rule_is_not_enough():
    why = Policy(rules=(Rule("allow", tool="run_*", where="config.toml:9"),)).judge(command("ls")).why
    assert "config.toml:9" in why
    assert "not enough" in why


@pytest.mark.parametrize("mode", ["ask", "edits"])
def test_the_persons_own_test_command_goes_through_when_they_said_so(mode: Mode):
    assert Policy(mode).judge(TESTS).decision == "ask"
    for arguments in (TESTS.arguments, "", "{}"):
        verdict = Policy(mode, tests_allowed=True).judge(replace(TESTS, arguments=arguments))
        assert verdict.decision == "allow"


@pytest.mark.parametrize(
    "action",
    [
        plain("run_tests", "EXECUTE", extra="; rm -rf ."),
        plain("run_tests", "NETWORK"),
        plain("run_tests", None),
        plain("mcp__run_tests", "EXECUTE"),
        plain("run_shell", "EXECUTE"),
    ],
    ids=str,
)
def test_allowed_tests_let_nothing_else_through(action: Action):
    assert Policy("edits", tests_allowed=True).judge(action).decision == "ask"


def test_every_verdict_says_why():
    actions = (READ, WRITE, command("ls"), FETCH, UNKNOWN, TESTS, change(".env", protected=True))
    rules = ((), (Rule("allow"),), (Rule("ask"),), (Rule("deny"),))
    for mode, rule, action in product(MODES, rules, actions):
        assert len(Policy(mode, rule).judge(action).why) > 10


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("secrets/**", "secrets/key.pem"),
        ("secrets/**", "secrets"),
        ("secrets/**", "SECRETS/a/b"),
        ("secrets/**", "./secrets//a"),
        ("secrets", "lib/secrets/a"),
        ("secrets/", "secrets/a"),
        ("secrets/", "lib/secrets/a"),
        ("/secrets", "secrets/a"),
        ("*.pem", "a/b/KEY.PEM"),
        ("a/*/c", "a/b/c/d"),
        ("a/b/**", "a/b"),
        ("a/b/**", "a/b/c"),
        ("a/b/c/**", "a/b/c/d/e"),
        ("**/x", "x"),
        ("**/x", "a/b/x/y"),
        ("**", "."),
        ("caf\u00e9/**", "cafe\u0301/x"),
        ("secrets/**", "/home/me/project/secrets/a"),
        ("secrets/**", "C:\\project\\secrets\\a"),
        ("secrets/**", "\\project\\secrets\\a"),
        ("./secrets/**", "secrets/a"),
        ("a/b", "a//b"),
        ("a/**/b", "a/x/y/b"),
    ],
)
def test_a_limit_reaches_what_a_path_pattern_means(pattern: str, path: str):
    assert Policy(rules=(Rule("deny", path=pattern),)).judge(change("ok.txt", path)).decision == "deny"
    assert Policy(rules=(Rule("deny", path=pattern),)).judge(plain("read_file", "READ", path=path)).decision == "deny"


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("secrets/**", "secretsx/a"),
        ("secrets/**", "lib/secrets/a"),
        ("/secrets", "lib/secrets"),
        ("*.pem", "key.pem.txt"),
        ("a/*/c", "a/b/d/c"),
        ("a/?", "a/bc"),
    ],
)
def test_a_limit_reaches_no_further(pattern: str, path: str):
    assert Policy("edits", rules=(Rule("deny", path=pattern),)).judge(change(path)).decision == "allow"


@pytest.mark.parametrize(
    ("pattern", "paths", "fits"),
    [
        ("src/**", ("src/a/b.py",), True),
        ("src/**", ("src/a.py", "docs/b.md"), False),
        ("src/**", ("SRC/a.py",), False),
        ("src/**", ("src/../x",), False),
        ("src/**", ("src",), False),
        ("src/**", (), False),
        ("src", ("src/a.py",), False),
        ("a/b/**", ("a/b/c.py",), True),
        ("a/b/**", ("a/b",), False),
        ("a/**/b", ("a/b",), True),
        ("a/**/b", ("a/x/y/b",), True),
        ("./a/*", ("a/b",), True),
        ("**/a.py", ("./a.py",), False),
        ("a/X", ("b/a/X",), False),
        ("**/a.py", ("x/../a.py",), False),
        ("**/a.py", ("x//a.py",), False),
        ("a/**/b", ("a/b/c",), False),
        ("*.md", ("docs/a.md",), True),
        ("**", ("/etc/passwd",), False),
    ],
)
def test_an_allowance_must_fit_every_target_to_the_letter(pattern: str, paths: tuple[str, ...], fits: bool):
    decision = Policy(rules=(Rule("allow", path=pattern),)).judge(change(*paths)).decision
    assert decision == ("allow" if fits else "ask")


def test_an_allowance_for_a_path_is_not_for_what_names_none():
    assert Policy(rules=(Rule("allow", path="**"),)).judge(plain("mcp__save", "WRITE")).decision == "ask"


def test_a_long_path_is_matched_soon():
    rule = Rule("deny", path="**/a/**/a/**/a/**/b")
    assert Policy("all", (rule,)).judge(change("/" + "a/" * 2000)).decision == "allow"


@pytest.mark.parametrize("arguments", ["", "[]", "{", '{"path":3}', "[" * 5000])
def test_arguments_that_name_no_path_are_survived(arguments: str):
    action = replace(READ, arguments=arguments)
    assert Policy(rules=(Rule("deny", path="src"),)).judge(action).decision == "allow"


def test_a_grant_is_for_the_very_same_action():
    grants = Grants()
    granted = command("git status")
    assert grants.add(granted)
    assert grants.covers(replace(granted, call_id="another"))
    assert not grants.covers(command("git status", session="s2"))
    assert not grants.covers(command("git status", cwd="sub"))
    assert not grants.covers(command("git status "))
    assert not grants.covers(replace(granted, tool="run_powershell"))
    for name, other in (("environment", ("PATH", "HOME")), ("confinement", "none"), ("state", "x")):
        assert not grants.covers(replace(granted, preview=replace(granted.preview, **{name: other})))
    grants.clear()
    assert not grants.covers(granted)


def test_a_protected_name_is_never_granted_for_a_session():
    grants = Grants()
    assert not grants.add(command("x", protected=True))
    assert not grants.covers(command("x", protected=True))
    assert len(grants) == 0


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Rule("deny"), "the rule “deny everything”"),
        (Rule("ask", where="config.toml:4"), "the rule “ask everything” (config.toml:4)"),
        (Rule("allow", "write_*", "docs/**", "WRITE"), "the rule “allow tool write_*, path docs/**, risk WRITE”"),
    ],
)
def test_a_rule_is_named_by_what_it_says_and_where_it_stands(rule: Rule, words: str):
    assert str(rule) == words


def test_a_rule_is_about_its_risk_and_its_tool_only():
    assert Rule("deny", risk="WRITE").fits(WRITE)
    assert not Rule("deny", risk="WRITE").fits(READ)
    assert Rule("deny", tool="read_*").fits(READ)
    assert not Rule("deny", tool="read_*").fits(WRITE)
    assert Rule("deny").fits(UNKNOWN)
