"""Skill: fix a failing test, by trying small changes that are worked out first where that is possible."""

from manual_slop.rehearsal.skills.fixing.skill import fix_failing_tests

__all__ = ["fix_failing_tests"]
