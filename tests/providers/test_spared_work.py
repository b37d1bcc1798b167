"""What litellm would do for nothing is left out of our calls, of nobody else's, and only where it is found."""

from __future__ import annotations

import operator
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

from manual_slop.providers.exchange import Exchange, Timeouts, opened
from manual_slop.providers.litellm_loader import litellm
from manual_slop.providers.spared_work import STEPS, spare
from tests.support.patience import HANGS
from tests.support.scripted_server import ScriptedServer, fails, says

ASK_IN_VAIN = """
import sys
from manual_slop.ai_client import ProviderError, RetryPolicy, new_session
try:
    new_session("openai/gpt-4o", retries=RetryPolicy(attempts=1)).send("hi", api_base=sys.argv[1], api_key="sk-x")
except ProviderError as error:
    print(error.kind, "fastapi" in sys.modules)
"""


def priced(server: ScriptedServer) -> bool:
    """Whether litellm itself priced the answer to a call."""
    messages = [{"role": "user", "content": "hi"}]
    answer: Any = litellm().completion(
        model="openai/gpt-4o", messages=messages, stream=True, api_base=f"{server.url}/v1", api_key="sk-x"
    )
    return "response_cost" in answer._hidden_params


def test_this_litellm_has_each_step_that_is_left_out() -> None:
    module = litellm()
    assert all(hasattr(operator.attrgetter(place)(module), "__wrapped__") for place in STEPS)


def test_a_litellm_without_them_is_left_as_it_is() -> None:
    other = SimpleNamespace(utils=SimpleNamespace(update_response_metadata="no function"))
    assert spare(other) == ()
    assert other.utils.update_response_metadata == "no function"


def test_our_calls_are_not_priced_by_litellm_and_those_of_others_are() -> None:
    with ScriptedServer([says("hi")]) as server:
        assert priced(server)
        with opened(Exchange(Timeouts())):
            assert not priced(server)
        assert priced(server)


def test_callbacks_of_others_hear_of_their_failures_and_not_of_ours() -> None:
    module, heard = litellm(), []
    module.failure_callback = [lambda kwargs, *_: heard.append(kwargs["model"])]
    try:
        with ScriptedServer([fails(400)]) as server:
            for exchange in (Exchange(Timeouts()), None):
                try:
                    if exchange is None:
                        priced(server)
                    else:
                        with opened(exchange):
                            priced(server)
                except module.BadRequestError:
                    heard.append("raised")
    finally:
        module.failure_callback = []
    assert heard == ["raised", "gpt-4o", "raised"]


def test_the_first_error_of_a_process_imports_no_web_framework() -> None:
    with ScriptedServer([fails(401)]) as server:
        command = [sys.executable, "-c", ASK_IN_VAIN, f"{server.url}/v1"]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["auth", "False"], ran.stderr


FIRST_ANSWER = """
import gc, sys
from manual_slop.providers.litellm_loader import litellm
litellm()
from manual_slop.ai_client import new_session
said = new_session("openai/gpt-4o").send("hi", api_base=sys.argv[1], api_key="sk-x").text
unasked = [name for name in ("tiktoken_ext.openai_public", "litellm.proxy._types") if name in sys.modules]
import litellm.main
print(said, unasked, gc.isenabled(), gc.get_freeze_count(), len(litellm.main._get_encoding().encode("a b")))
"""


def test_the_first_answer_waits_for_no_tokenizer_and_no_proxy_and_whoever_asks_for_them_has_them() -> None:
    with ScriptedServer([says("hi")]) as server:
        command = [sys.executable, "-c", FIRST_ANSWER, f"{server.url}/v1"]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["hi", "[]", "True", "0", "2"], ran.stderr


def test_a_connection_that_was_kept_is_closed_when_python_ends() -> None:
    with ScriptedServer([says("hi")]) as server:
        command = [sys.executable, "-W", "default::ResourceWarning", "-c", FIRST_ANSWER, f"{server.url}/v1"]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "unclosed <socket" not in ran.stderr


LEFT_EARLY = """
import atexit
from manual_slop.providers.litellm_loader import is_loaded, warm_up
atexit.register(lambda: print(is_loaded()))
warm_up()
"""


def test_a_program_that_ends_while_litellm_is_imported_waits_for_it_and_does_not_hang() -> None:
    ran = subprocess.run([sys.executable, "-c", LEFT_EARLY], capture_output=True, text=True, check=True, timeout=HANGS)
    assert ran.stdout == "True\n", ran.stderr


def test_a_tokenizer_of_ours_is_read_when_something_is_asked_of_it() -> None:
    main = litellm().main
    with opened(Exchange(Timeouts())):
        assert main._get_encoding().encode("a b") == main._get_encoding.__wrapped__().encode("a b")
