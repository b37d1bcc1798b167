"""The `[approval]` settings: what they mean, and that mistakes in them never open anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from manual_slop.providers.config import load_config
from manual_slop.safety.approval import Policy
from manual_slop.safety.approval_config import load_policy
from manual_slop.safety.approval_rules import Rule
from manual_slop.values.errors import ConfigError
from manual_slop.values.paths import config_dir
from tests.support.approvals import change, command, plain


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def load(config: Path, text: str) -> tuple[Policy, list[str]]:
    config.write_text(text, "utf-8")
    policy, issues = load_policy(config)
    return policy, [str(issue).removeprefix(f"{config}:") for issue in issues]


def test_no_file_means_asking(config: Path):
    assert load_policy(config) == (Policy(), ())


def test_settings_of_other_rooms_mean_asking(config: Path):
    assert load(config, 'default_model = "a/b"\n') == (Policy(), [])


def test_a_whole_table_is_understood(config: Path):
    text = """\
[approval]
mode = "edits"
run_tests = "allow"

[[approval.rules]]
decision = "deny"
path = "secrets/**"
[[approval.rules]]
decision = "ask"
tool = "run_*"
risk = "EXECUTE"
[[approval.rules]]
decision = "allow"
path = "docs/**"
"""
    policy, issues = load(config, text)
    assert not issues
    assert policy == Policy(
        "edits",
        (
            Rule("deny", path="secrets/**", where="config.toml:5"),
            Rule("ask", tool="run_*", risk="EXECUTE", where="config.toml:8"),
            Rule("allow", path="docs/**", where="config.toml:12"),
        ),
        tests_allowed=True,
    )
    assert load_config(config).issues == ()


@pytest.mark.parametrize(
    ("text", "issue"),
    [
        ('[approval]\nmode = "all"', "2: approval.mode cannot be “all”"),
        ('[approval]\nmode = "edit"', "2: approval.mode must be ask, edits or never: did you mean edits?"),
        ("[approval]\nmode = 3", "2: approval.mode must be"),
        ('[approval]\nmode = "al"', "2: approval.mode must be ask, edits or never"),
        (
            '[[approval.rules]]\ndecision = "allow"\nrisk = "NETWORK"',
            "3: approval.rules.0.risk cannot be allowed beforehand: NETWORK is asked about each time",
        ),
        ("[approval]\nmode = []", "2: approval.mode must be"),
        ('[approval]\nrun_tests = "yes"', "2: approval.run_tests must be ask or allow"),
        ("[approval]\nrun_tests = true", "2: approval.run_tests must be ask or allow"),
        (
            '[[approval.rules]]\ndecision = "allow"\nrisk = "EXECUTE"',
            "3: approval.rules.0.risk cannot be allowed beforehand",
        ),
        (
            '[[approval.rules]]\ndecision = "allow"\npth = "x"',
            "3: approval.rules.0.pth is not known here: did you mean",
        ),
    ],
)
def test_a_mistake_in_what_allows_allows_nothing(config: Path, text: str, issue: str):
    policy, issues = load(config, text)
    assert policy == Policy()
    assert len(issues) == 1
    assert issues[0].startswith(issue)


@pytest.mark.parametrize(
    ("text", "issue"),
    [
        ('approval = "never"', "1: approval must be a table"),
        ('[approval]\nrule = [{decision = "deny"}]', "2: approval.rule is not known here: did you mean rules?"),
        ('[approval.rules]\ndecision = "deny"', "1: approval.rules must be written as [[approval.rules]]"),
        ('[approval]\nrules = ["deny"]', "2: approval.rules.0 must be a table"),
        (
            '[[approval.rules]]\ndecison = "deny"',
            "2: approval.rules.0.decison is not known here: did you mean decision?",
        ),
        ('[[approval.rules]]\ndecision = "forbid"', "2: approval.rules.0.decision must have a decision"),
        ('[[approval.rules]]\npath = "x"', "1: approval.rules.0 must have a decision"),
        ('[[approval.rules]]\ndecision = "deny"\npath = 3', "3: approval.rules.0.path must be a text"),
        ('[[approval.rules]]\ndecision = "deny"\npath = ""', "3: approval.rules.0.path must be a text"),
        (
            '[[approval.rules]]\ndecision = "deny"\nrisk = "write"',
            "3: approval.rules.0.risk must be one of READ, WRITE, EXECUTE, NETWORK: did you mean WRITE?",
        ),
    ],
)
def test_a_limit_that_cannot_be_read_asks_about_everything(config: Path, text: str, issue: str):
    policy, issues = load(config, text)
    assert len(issues) == 1
    assert issues[0].startswith(issue)
    assert "everything is asked about" in issues[0]
    for action in (plain("read_file", "READ", path="x"), change("x"), command("ls")):
        verdict = policy.judge(action)
        assert verdict.decision == "ask"
        assert "config.toml" in verdict.why


def test_what_is_right_beside_a_mistake_holds(config: Path):
    policy, issues = load(config, '[approval]\nmode = "never"\nmod = 1\n[[approval.rules]]\ndecision = "deny"\n')
    assert len(issues) == 1
    assert policy.mode == "never"
    assert policy.judge(plain("read_file", "READ")).decision == "deny"


def test_a_file_that_is_no_toml_is_an_error_with_its_line(config: Path):
    with pytest.raises(ConfigError, match=r"config\.toml:2"):
        load(config, "[approval]\nmode = \n")


def test_without_a_place_it_is_the_config_folder_s(config: Path):
    config_dir().mkdir(parents=True)
    (config_dir() / "config.toml").write_text('[approval]\nmode = "edits"\n', "utf-8")
    assert load_policy() == (Policy("edits"), ())


def test_mistakes_are_told_from_the_first_line_down(config: Path):
    _, issues = load(config, '[approval]\nmode = "x"\n[[approval.rules]]\ndecision = "no"\n')
    assert [issue.partition(":")[0] for issue in issues] == ["2", "4"]


def test_no_mode_is_suggested_that_cannot_be_set(config: Path):
    _, (issue,) = load(config, '[approval]\nmode = "al"\n')
    assert "did you mean" not in issue


def test_a_rule_without_a_line_of_its_own_is_named_by_its_file(config: Path):
    policy, _ = load(config, 'approval = {rules = [{decision = "deny"}]}\n')
    assert policy.rules[0].where in ("config.toml", "config.toml:1")
