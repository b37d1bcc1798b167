"""Small skills: sums, repeating, remembering, shortening."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from fractions import Fraction

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manual_slop.rehearsal.conversation import Conversation
from manual_slop.rehearsal.craft.arithmetic import NoSum, find_sum, work_out, written
from manual_slop.rehearsal.model import decide
from manual_slop.session.summary_request import framed
from manual_slop.values.messages import Message, Text, system, user
from manual_slop.values.tools import ToolSpec


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("what is 17*23?", "17*23 = 391"),
        ("What is 2 plus 3 times 4?", "2 + 3 * 4 = 14"),
        ("calculate (1 + 2) × -3", "(1 + 2) * -3 = -9"),
        ("2^10", "2^10 = 1024"),
        ("How much is 1,000 - 1?", "1000 - 1 = 999"),
        ("what is 1/8?", "1/8 = 0.125"),
        ("what is 10 % 4?", "10 % 4 = 2"),
        ("what is 1/3?", "1/3 ≈ 0.3333333333"),
        ("what is 1/0?", "nothing can be divided by zero"),
        ("what is 9^9999?", "whole powers up to 256"),
        ("what is 2*(3+4?", "a parenthesis is missing"),
    ],
)
def test_a_sum_is_worked_out(ask: Callable[..., str], question: str, answer: str) -> None:
    assert answer in ask(question)


def test_dates_and_versions_are_no_sums(ask: Callable[..., str]) -> None:
    assert "=" not in ask("I was born on 1990-05-17 and use Python 3.11")


@given(
    st.recursive(
        st.integers(0, 999).map(str),
        lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda parts: "(" + "".join(parts) + ")"),
        max_leaves=8,
    )
)
def test_sums_come_out_as_python_says(expression: str) -> None:
    assert work_out(expression) == eval(expression)


@given(st.text("0123456789.+-*/%^() ", max_size=40))
def test_no_row_of_signs_does_worse_than_say_no(text: str) -> None:
    with contextlib.suppress(NoSum):
        assert isinstance(work_out(find_sum(text) or "1"), Fraction)


def test_long_decimals_are_said_to_be_rounded() -> None:
    assert written(Fraction(2, 3)) == "≈ 0.6666666667"
    assert written(Fraction(10**400, 3)).startswith("1")


@pytest.mark.parametrize(
    ("request_", "reply"),
    [
        ("repeat: one  two\nthree ", "one  two\nthree"),
        ("Say exactly: ok.", "ok."),
        ('say "hi there"', "hi there"),
        ("Reply with the word pong.", "pong"),
        ("Please respond with only the word yes", "yes"),
    ],
)
def test_words_are_repeated_and_nothing_is_added(ask: Callable[..., str], request_: str, reply: str) -> None:
    assert ask(request_) == reply


def test_the_conversation_is_remembered(client: openai.OpenAI) -> None:
    messages: list = []

    def say(words: str) -> str:
        messages.append({"role": "user", "content": words})
        reply = client.chat.completions.create(model="demo", messages=messages).choices[0].message.content
        messages.append({"role": "assistant", "content": reply})
        return reply

    say("My favourite colour is dark green, and the code is 42.")
    say("tell me a story")
    assert "My favourite colour" in say("what did I ask first?")
    assert "what did I ask first?" in say("What was my last question?")
    assert "5 with it" in say("how many questions have I asked?")
    assert "dark green" in say("What is my favourite colour?")
    assert "The code is 42" in say("what is the code?")
    assert "no neural network" in say("what is my shoe size?")


def test_it_introduces_itself_once(client: openai.OpenAI) -> None:
    first = client.chat.completions.create(model="demo", messages=[{"role": "user", "content": "what is 1+1?"}])
    text = first.choices[0].message.content
    assert "scripted" in text
    history = [
        {"role": "user", "content": "what is 1+1?"},
        {"role": "assistant", "content": text},
        {"role": "user", "content": "what is 2+2?"},
    ]
    second = client.chat.completions.create(model="demo", messages=history)
    assert second.choices[0].message.content == "2+2 = 4"


UNITS = [" ", "\n", "a", "A ", "-", "1+", "(", "./", "a.", "a@", '"', "is ", "# ", "aB"]


@pytest.mark.parametrize("beginning", ["", "say:", "what is my ", "where is ", "weather in "])
@pytest.mark.timeout(90)  # one that takes the square of the length takes minutes
def test_long_hostile_prompts_are_answered_soon(beginning: str) -> None:
    tool = ToolSpec(
        "read_file", "", {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    )
    for unit in UNITS:
        message = user(beginning + unit * (60_000 // len(unit)) + "!")
        for tools in ((), (tool, ToolSpec("get_weather", "", tool.parameters))):
            assert decide(Conversation((message, message), tools)).finish


TEXT = (
    "Lighthouses warn ships of dangerous rocks. The weather was fine on Tuesday. "
    "Ships near dangerous rocks steer by lighthouses. Somebody ate an apple. "
    "Without lighthouses, ships would hit the dangerous rocks more often."
)


def test_a_summary_quotes_the_weightiest_sentences(ask: Callable[..., str]) -> None:
    summary = ask(f"Summarize this: {TEXT}")
    assert summary.count("\n- ") == 3
    assert "- Lighthouses warn ships of dangerous rocks." in summary
    assert "Tuesday" not in summary
    assert "apple" not in summary


def test_too_little_to_summarize_is_said_honestly(ask: Callable[..., str]) -> None:
    assert "no neural network" in ask("summarize it")


def asked_to_compact(lines: list[dict[str, object]], words: int = 600) -> Conversation:
    told = f"You summarise the beginning of a conversation between a person and a model. {words} words at most."
    said = "The conversation:\n" + "\n".join(json.dumps(line) for line in lines) + "\n\nSummarise it now."
    return Conversation((system(told), user(said)))


def test_the_beginning_of_a_conversation_is_summed_up_by_quoting_it() -> None:
    answer = decide(
        asked_to_compact(
            [
                {"who": "program", "earlier_summary": "- The person said: “first of all”"},
                {"who": "person", "says": "repeat: peel the pears"},
                {"who": "model", "says": "", "calls": [{"tool": "read_file", "arguments": '{"path": "a.py"}'}]},
                {"who": "tool", "tool": "read_file", "failed": True, "result": "there is no a.py"},
                {"who": "model", "says": "There is no such file."},
                {"who": "tool", "cut_short": "x" * 50},
            ]
        )
    )
    lines = answer.text.splitlines()
    assert lines == [
        "Quoted by the scripted rehearsal model, which does not understand what it quotes.",
        "- The person said: “first of all”",
        "- The person said: “repeat: peel the pears”",
        '- It called read_file {"path": "a.py"}',
        "- read_file failed: “there is no a.py”",
        "- The model answered: “There is no such file.”",
        f"- Something long, beginning: “{'x' * 50}”",
    ]


def test_a_summary_is_no_longer_than_it_may_be() -> None:
    said = [{"who": "person", "says": f"prompt {at}: {'words ' * 80}"} for at in range(200)]
    for words in (50, 200, 600):
        text = decide(asked_to_compact(said, words)).text
        assert len(text.split()) <= words
        assert "prompt 0" in text
        assert "prompt 199" in text


def test_lines_that_are_no_entries_are_passed_over() -> None:
    hostile = Conversation((asked_to_compact([]).messages[0], user('{"who": 1, "calls": [3]}\n{"calls": 7}\n[]\n{{{')))
    assert decide(hostile).text.startswith("Quoted by")


def test_what_a_person_said_before_a_summary_stands_in_its_frame() -> None:
    note = framed("what happened", "a/b", 8, 'say "pear" first', ("a.py",)).text
    said = (user(f"{note}\n\nand then?"), Message("assistant", (Text("yes"),)), user("what did I ask first?"))
    assert Conversation(said).questions == ('say "pear" first', "and then?", "what did I ask first?")
    assert "say “pear”" in decide(Conversation(said)).text.replace('"pear"', "“pear”")
