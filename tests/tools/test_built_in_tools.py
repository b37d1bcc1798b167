"""A tool is one file and one line: a half-done one is noticed here."""

from __future__ import annotations

import importlib
import json
import pkgutil

import pytest

import manual_slop.tools
from manual_slop.tools import Tool, ToolBox, ToolContext, built_in_tools
from manual_slop.tools.registry import BUILT_IN
from manual_slop.values.messages import ToolCall
from manual_slop.values.tools import RISKS


def test_every_file_that_declares_a_tool_is_listed_and_every_listed_one_declares_it():
    declared = set()
    for module in pkgutil.iter_modules(manual_slop.tools.__path__):
        members = vars(importlib.import_module(f"manual_slop.tools.{module.name}")).values()
        names = {member.name for member in members if isinstance(member, Tool)}
        assert names <= {module.name}, "a tool lives in the file of its name"
        declared |= names
    assert declared == set(BUILT_IN)
    assert tuple(tool.name for tool in built_in_tools()) == BUILT_IN


@pytest.mark.parametrize("tool", built_in_tools(), ids=BUILT_IN)
def test_what_a_model_is_told_is_complete_and_goes_over_any_wire(tool: Tool):
    assert tool.risk in RISKS
    assert 40 < len(tool.description) < 1024
    assert tool.name.isidentifier()
    assert all(len(schema["description"]) > 15 for schema in tool.parameters["properties"].values())
    assert json.loads(json.dumps(tool.parameters)) == tool.parameters


def test_each_built_in_tool_has_tests_of_its_own(request: pytest.FixtureRequest):
    tests = {path.stem for path in request.path.parent.glob("test_*.py")}
    assert {f"test_{name}" for name in BUILT_IN} <= tests


def test_every_tool_that_does_more_than_read_says_beforehand_what_it_would_do():
    assert all(tool.preview for tool in built_in_tools() if tool.risk != "READ")


def test_where_nothing_may_be_changed_only_readers_are_offered(context: ToolContext):
    box = ToolBox(built_in_tools(), context)
    assert {box.risk(spec.name) for spec in box.specs()} == {"READ"}
    assert box.run(ToolCall("1", "delete_file", '{"path": "x"}')).is_error
