"""Other libraries that ask models, each with its defaults but for retries, in an environment of its own.

None of them is a dependency: only the benchmark installs what `PINS` names.
"""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tests.bench.provider.contenders import Bare, Message
from tests.bench.provider.replies import TOOL_ROUNDS
from tests.bench.provider.tasks import (
    IMAGE_QUESTION,
    KEY,
    MODEL,
    PROMPT,
    TOOL_NAMES,
    Done,
    Pieces,
    add,
    image_bytes,
    plain_history,
)

PINS: Mapping[str, tuple[str, ...]] = {
    "any-llm": ("any-llm-sdk[openai]==1.40.2",),
    "aisuite": ("aisuite[openai,mcp]==0.2.0",),
    "pydantic-ai": ("pydantic-ai-slim[openai]==2.68.0",),
    "llm": ("llm==0.36",),
    "LangChain": ("langchain-openai==1.7.3",),
}
"""What is installed for each; whatever these need is resolved to the project's own date."""


def peer(name: str, server: str) -> Any:
    """A contender by its name. Raises `ImportError` where its library is not installed."""
    makers: Mapping[str, Callable[[str], Any]] = {
        "any-llm": AnyLLM,
        "aisuite": AISuite,
        "pydantic-ai": PydanticAI,
        "llm": LLM,
        "LangChain": LangChain,
    }
    return makers[name](server)


class _ByPath:
    """One client for each of the server's paths, made when it is first needed."""

    def __init__(self, server: str, make: Callable[[str], Any]) -> None:
        self._server, self._make = server, make
        self._made: dict[str, Any] = {}
        self._lock = threading.Lock()

    def __call__(self, path: str) -> Any:
        with self._lock:
            if path not in self._made:
                self._made[path] = self._make(f"{self._server}/{path}/v1")
            return self._made[path]


class AnyLLM(Bare):
    """mozilla-ai's any-llm, by its class, which keeps its client."""

    def __init__(self, server: str) -> None:
        from any_llm import AnyLLM as Client

        super().__init__(server)
        self._client = _ByPath(server, lambda base: Client.create("openai", api_key=KEY, api_base=base, max_retries=0))

    def ask(self, path: str, messages: Sequence[Message], tools: Sequence[Any] = ()) -> Message:
        more = {"tools": list(tools)} if tools else {}
        answer = self._client(path).completion(model=MODEL, messages=list(messages), **more)
        message: Message = answer.choices[0].message.model_dump(exclude_none=True)
        return message

    def pieces(self, path: str, messages: Sequence[Message]) -> Iterator[str]:
        chunks = self._client(path).completion(
            model=MODEL, messages=list(messages), stream=True, stream_options={"include_usage": True}
        )
        for chunk in chunks:
            for choice in chunk.choices:
                yield choice.delta.content or ""


class AISuite(Bare):
    """Andrew Ng's aisuite."""

    def __init__(self, server: str) -> None:
        import aisuite

        super().__init__(server)
        self._client = _ByPath(
            server, lambda base: aisuite.Client({"openai": {"api_key": KEY, "base_url": base, "max_retries": 0}})
        )

    def ask(self, path: str, messages: Sequence[Message], tools: Sequence[Any] = ()) -> Message:
        more = {"tools": list(tools)} if tools else {}
        answer = self._client(path).chat.completions.create(model=f"openai:{MODEL}", messages=list(messages), **more)
        message: Message = answer.choices[0].message.model_dump(exclude_none=True)
        return message

    def pieces(self, path: str, messages: Sequence[Message]) -> Iterator[str]:
        chunks = self._client(path).chat.completions.create(
            model=f"openai:{MODEL}", messages=list(messages), stream=True, stream_options={"include_usage": True}
        )
        for chunk in chunks:
            for choice in chunk.choices:
                yield choice.delta.content or ""


class LangChain(Bare):
    """LangChain's chat model for OpenAI."""

    def __init__(self, server: str) -> None:
        from langchain_openai import ChatOpenAI

        super().__init__(server)
        self._client = _ByPath(
            server,
            lambda base: ChatOpenAI(model=MODEL, base_url=base, api_key=KEY, max_retries=0, stream_usage=True),
        )

    def ask(self, path: str, messages: Sequence[Message], tools: Sequence[Any] = ()) -> Message:
        client = self._client(path)
        said = (client.bind_tools(list(tools)) if tools else client).invoke(list(messages))
        calls = [_call(call["id"], call["name"], call["args"]) for call in said.tool_calls]
        return {"role": "assistant", "content": said.text, **({"tool_calls": calls} if calls else {})}

    def pieces(self, path: str, messages: Sequence[Message]) -> Iterator[str]:
        for chunk in self._client(path).stream(list(messages)):
            yield chunk.text


class PydanticAI(Bare):
    """pydantic-ai's agent. Its client belongs to an event loop, so that each thread has agents of its own."""

    def __init__(self, server: str) -> None:
        import pydantic_ai

        super().__init__(server)
        self._library = pydantic_ai
        self._mine = threading.local()

    def ask(self, path: str, messages: Sequence[Message], tools: Sequence[Any] = ()) -> Message:
        said = self._agent(path, with_tools=bool(tools)).run_sync(messages[-1]["content"])
        return {"role": "assistant", "content": said.output}

    def pieces(self, path: str, messages: Sequence[Message]) -> Iterator[str]:
        with self._agent(path).run_stream_sync(messages[-1]["content"]) as said:
            yield from said.stream_text(delta=True, debounce_by=None)

    def loop(self) -> Done:
        """Ten rounds of a tool call, then words: the agent's own loop."""
        return Done(self.ask("loop", [{"role": "user", "content": PROMPT}], TOOL_NAMES)["content"], rounds=TOOL_ROUNDS)

    def history(self, length: int) -> Done:
        """A prompt after `length` messages, in the library's own types."""
        return Done(self._agent("plain").run_sync(PROMPT, message_history=_typed(length)).output)

    def image(self) -> Done:
        """A prompt with a picture of 5 MB, from its bytes."""
        from pydantic_ai import BinaryContent

        content = [BinaryContent(image_bytes(), media_type="image/png"), IMAGE_QUESTION]
        return Done(self._agent("plain").run_sync(content).output)

    def _agent(self, path: str, *, with_tools: bool = False) -> Any:
        made = self._mine.__dict__.setdefault("agents", {})
        if path not in made:
            from openai import AsyncOpenAI
            from pydantic_ai.models.openai import OpenAIChatModel
            from pydantic_ai.providers.openai import OpenAIProvider

            client = AsyncOpenAI(base_url=f"{self._server}/{path}/v1", api_key=KEY, max_retries=0)
            model = OpenAIChatModel(MODEL, provider=OpenAIProvider(openai_client=client))
            tools = [self._library.Tool(_two_numbers, name=name) for name in TOOL_NAMES] if with_tools else []
            made[path] = self._library.Agent(model, tools=tools)
        return made[path]


class LLM(Bare):
    """Simon Willison's llm, which makes a client anew for each prompt."""

    def __init__(self, server: str) -> None:
        from llm.default_plugins.openai_models import Chat

        super().__init__(server)
        self._model = _ByPath(
            server, lambda base: Chat("bench", model_name=MODEL, api_base=base, vision=True, supports_tools=True)
        )

    def single(self, path: str = "plain", prompt: str = PROMPT) -> Done:
        """A prompt and its whole answer."""
        return Done(self._model(path).prompt(prompt, stream=False, key=KEY).text())

    def stream(self, path: str = "long", prompt: str = PROMPT) -> Done:
        """A prompt and its answer in many pieces."""
        heard = Pieces()
        for piece in self._model(path).prompt(prompt, stream=True, key=KEY):
            heard.add(piece)
        return heard.done()

    def loop(self) -> Done:
        """Ten rounds of a tool call, then words: the library's own loop."""
        import llm

        tools = [llm.Tool.function(_two_numbers, name=name) for name in TOOL_NAMES]
        talk = llm.Conversation(model=self._model("loop"))
        chain = talk.chain(PROMPT, tools=tools, stream=False, key=KEY, chain_limit=TOOL_ROUNDS + 2)
        return Done(chain.text(), rounds=TOOL_ROUNDS)

    def history(self, length: int) -> Done:
        """A prompt after `length` messages, in the library's own types."""
        import llm

        messages = [*_said(length), llm.user(PROMPT)]
        return Done(self._model("plain").prompt(messages=messages, stream=False, key=KEY).text())

    def image(self) -> Done:
        """A prompt with a picture of 5 MB, from its bytes."""
        import llm

        picture = llm.Attachment(type="image/png", content=image_bytes())
        said = self._model("plain").prompt(IMAGE_QUESTION, attachments=[picture], stream=False, key=KEY)
        return Done(said.text())


def _call(call_id: str, name: str, arguments: Mapping[str, Any]) -> Message:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}


def _two_numbers(a: int, b: int) -> str:
    """Two numbers into one."""
    return add(a, b)


@functools.cache
def _typed(length: int) -> list[Any]:
    from pydantic_ai.messages import ModelRequest, ModelResponse, TextPart, UserPromptPart

    return [
        ModelRequest([UserPromptPart(said["content"])])
        if said["role"] == "user"
        else ModelResponse([TextPart(said["content"])])
        for said in plain_history(length)
    ]


@functools.cache
def _said(length: int) -> list[Any]:
    import llm

    return [(llm.user if said["role"] == "user" else llm.assistant)(said["content"]) for said in plain_history(length)]
