"""Skill: say what one is, when nothing else fits."""

from __future__ import annotations

from manual_slop.rehearsal.conversation import Conversation, Step

_CAN = """\
What I can do:
- look at a project through tools that list, read and search files, and answer from what they say
- mend a failing test by trying small changes, and write, edit, rename or remove a file or run a command you name
- describe a picture: size, main colours, whether it is text
- write JSON that obeys a schema, and call a tool you name
- sums, short summaries, repeating your words, and what was said earlier"""
_LONGEST_QUOTE = 200


def say_what_i_am(conversation: Conversation) -> Step:
    """Says that this is a scripted model, quotes the question back and tells what it can do."""
    asked = " ".join(conversation.asked.split())
    quoted = asked if len(asked) <= _LONGEST_QUOTE else asked[:_LONGEST_QUOTE].rsplit(" ", 1)[0] + " …"
    heard = f"You said: “{quoted}” " if quoted else ""
    beginning = (
        "I am the scripted rehearsal model that comes with the program: rules, no neural network, no key and no cost. "
        f"{heard}I have no rule for that, and I will not pretend to know."
    )
    return Step(f"{beginning}\n\n{_CAN}", thought="None of my rules fits, so I say what I am.")
