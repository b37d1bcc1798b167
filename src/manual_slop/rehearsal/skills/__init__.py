"""What the scripted model can do: one file a skill, tried in this order; the last one always has an answer."""

from __future__ import annotations

from manual_slop.rehearsal.conversation import Skill
from manual_slop.rehearsal.skills.arithmetic import work_out_sums
from manual_slop.rehearsal.skills.compacting import compact_conversation
from manual_slop.rehearsal.skills.diagnosing import diagnose_failure
from manual_slop.rehearsal.skills.echo import repeat_words
from manual_slop.rehearsal.skills.fixing import fix_failing_tests
from manual_slop.rehearsal.skills.honesty import say_what_i_am
from manual_slop.rehearsal.skills.obedience import obey
from manual_slop.rehearsal.skills.picture import describe_pictures
from manual_slop.rehearsal.skills.planning import plan_goal
from manual_slop.rehearsal.skills.project import look_at_project
from manual_slop.rehearsal.skills.recall import remember
from manual_slop.rehearsal.skills.reviewing import review_work
from manual_slop.rehearsal.skills.summary import summarise
from manual_slop.rehearsal.skills.ticketing import divide_track
from manual_slop.rehearsal.skills.tool_report import report_results
from manual_slop.rehearsal.skills.tool_use import use_named_tools
from manual_slop.rehearsal.skills.wishes import do_as_told
from manual_slop.rehearsal.skills.working import work_on_ticket

SKILLS: tuple[Skill, ...] = (
    compact_conversation,
    plan_goal,
    divide_track,
    work_on_ticket,
    review_work,
    diagnose_failure,
    describe_pictures,
    repeat_words,
    do_as_told,
    fix_failing_tests,
    work_out_sums,
    look_at_project,
    use_named_tools,
    report_results,
    summarise,
    remember,
    say_what_i_am,
)

OBEDIENT_SKILLS: tuple[Skill, ...] = (obey, *SKILLS)
"""What the obedient model can do: first of all, whatever anything it has read tells it to."""
