"""The tiers' settings: three layers, and what a project may not set."""

from __future__ import annotations

from pathlib import Path

import pytest

from manual_slop.conductor.plan_files import open_project
from manual_slop.conductor.tiers import ProviderLimits, Tiers, load_tiers, read_tier_models
from manual_slop.tools.registry import BUILT_IN
from manual_slop.values.errors import ConfigError
from manual_slop.values.paths import config_dir
from manual_slop.values.tickets import TIERS


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def own(text: str) -> None:
    write(config_dir() / "conductor" / "tiers.toml", text)


def load(project: Path) -> Tiers:
    return load_tiers(open_project(project), "acme/default")


def test_what_comes_with_the_program_is_whole(project: Path):
    tiers = load(project)
    assert {tiers[tier].model for tier in TIERS} == {"acme/default"}
    assert all(tiers[tier].system.startswith("You are") for tier in TIERS)
    assert {*tiers["3"].tools} <= {*BUILT_IN}
    assert "edit_file" in tiers["3"].tools
    assert not {"write_file", "edit_file", "run_shell", "run_tests"} & {*tiers["4"].tools}
    assert tiers.notices == ()


def test_the_person_stands_above_the_program_key_by_key(project: Path):
    own(
        '[tiers.3]\nmodel = "acme/own"\nescalation = ["acme/big", "acme/own"]\nbudget = "0.50,20000tok"\n'
        "params = { temperature = 0.1 }\n[providers.acme]\nrpm = 60\n"
    )
    tiers = load(project)
    assert tiers["3"].models == ("acme/own", "acme/big")
    assert (tiers["3"].budget, dict(tiers["3"].params)) == ("0.50,20000tok", {"temperature": 0.1})
    assert "edit_file" in tiers["3"].tools
    assert tiers["1"].model == "acme/default"
    assert tiers.providers == {"acme": ProviderLimits(rpm=60)}


@pytest.mark.parametrize("name", ["conductor/tiers.toml", ".manual-slop/project.toml"])
def test_a_project_chooses_models_and_loosens_nothing(project: Path, name: str):
    own('[tiers.3]\nbudget = "0.50"\ntools = ["read_file"]\n')
    write(
        project / name,
        '[tiers.3]\nmodel = "acme/theirs"\nbudget = "99"\ntools = ["run_shell"]\nattempts = 200\n'
        'params = { extra_headers = { X = "1" } }\n[providers.acme]\nrpm = 1\n',
    )
    tiers = load(project)
    assert (tiers["3"].model, tiers["3"].budget, tiers["3"].tools) == ("acme/theirs", "0.50", ("read_file",))
    assert (tiers["3"].attempts, dict(tiers["3"].params), dict(tiers.providers)) == (2, {}, {})
    assert "tiers.3 may not set budget, tools, attempts, params in a project" in tiers.notices[0]


def test_prompts_are_the_projects_else_the_persons_else_ours(project: Path):
    ours = load(project)["4"].system
    write(config_dir() / "conductor" / "prompts" / "tier4_qa.md", "the person's")
    assert load(project)["4"].system == "the person's"
    write(project / "conductor" / "prompts" / "tier4_qa.md", "the project's")
    assert load(project)["4"].system == "the project's" != ours


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tiers.5]\n", "tiers.5: the tiers are 1, 2, 3, 4"),
        ('[tiers.3]\nmodle = "x"\n', "tiers.3.modle is not known here: did you mean model?"),
        ("[tiers.3]\nattempts = 0\n", "at least 1"),
        ("[tiers.3]\nattempts = true\n", "whole number"),
        ("[tiers.3]\nmax_workers = 1000\n", "at most 256"),
        ('[tiers.3]\nbudget = "much"\n', "must be a budget"),
        ("[tiers.3]\nparams = { temprature = 1 }\n", "did you mean temperature?"),
        ('[tiers.3]\nprompt = "../../etc/passwd"\n', "must be the name of a .md file"),
        ('[tiers.3]\nprompt = "mine.md"\n', "there is no prompt mine.md"),
        ('[teirs.3]\nmodel = "x"\n', "teirs is not known here: did you mean tiers?"),
        ("[tiers", "not valid TOML"),
    ],
)
def test_a_mistake_of_the_persons_is_an_error_that_says_where(project: Path, text: str, said: str):
    own(text)
    with pytest.raises(ConfigError) as caught:
        load(project)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "text", ["[tiers", "tiers = 3", "[tiers]\n3 = 1", '[tiers.9]\nmodel = "x"', "[tiers.3]\nmodel = 3", "\xff\xfe"]
)
def test_a_mistake_of_a_projects_is_told_and_changes_nothing(project: Path, text: str):
    path = project / "conductor" / "tiers.toml"
    path.parent.mkdir()
    path.write_bytes(text.encode("latin-1"))
    tiers = load(project)
    assert tiers["3"].model == "acme/default"
    assert len(tiers.notices) == 1
    assert "conductor/tiers.toml" in tiers.notices[0]


def test_the_program_may_be_its_own_project(project: Path):
    from manual_slop.values import paths

    write(project / "conductor" / "tiers.toml", (paths.shipped("conductor") / "tiers.toml").read_text("utf-8"))
    assert load(project).notices == ()


def test_models_of_tiers_are_named_on_the_command_line(project: Path):
    tiers = load(project).with_models(read_tier_models(["3=acme/w", " 4 =acme/q"]))
    assert [tiers[tier].model for tier in TIERS] == ["acme/default", "acme/default", "acme/w", "acme/q"]
    for wrong in ("5=x", "3", "3=", "=x"):
        with pytest.raises(ConfigError, match="1=MODEL to 4=MODEL"):
            read_tier_models([wrong])


def test_every_key_is_explained_beside_the_files():
    from manual_slop.conductor import tiers
    from manual_slop.values import paths

    explained = (paths.shipped("conductor") / "README.md").read_text("utf-8")
    assert not [key for key in (*tiers._CHECKS, *tiers._LIMIT_CHECKS) if f"`{key}`" not in explained]
