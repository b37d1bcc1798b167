"""Those who are compared, each asked in the same words: httpx, the OpenAI SDK, litellm alone, and our session."""

from __future__ import annotations

import base64
import functools
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tests.bench.provider.replies import TOOL_ROUNDS
from tests.bench.provider.tasks import (
    IMAGE_QUESTION,
    KEY,
    MODEL,
    PROMPT,
    Done,
    Pieces,
    add,
    image_bytes,
    plain_history,
    tool_schemas,
)

Message = dict[str, Any]


class Bare:
    """A client without a conversation of its own. What is under it knows how to ask once, whole or piece by piece."""

    def __init__(self, server: str) -> None:
        self._server = server

    def ask(self, path: str, messages: Sequence[Message], tools: Sequence[Any] = ()) -> Message:
        """One answer in one piece, as the message of the first choice."""
        raise NotImplementedError

    def pieces(self, path: str, messages: Sequence[Message]) -> Iterator[str]:
        """The text of one answer, as it comes."""
        raise NotImplementedError

    def single(self, path: str = "plain", prompt: str = PROMPT) -> Done:
        """A prompt and its whole answer."""
        return Done(self.ask(path, [{"role": "user", "content": prompt}])["content"])

    def stream(self, path: str = "long", prompt: str = PROMPT) -> Done:
        """A prompt and its answer in many pieces."""
        heard = Pieces()
        for piece in self.pieces(path, [{"role": "user", "content": prompt}]):
            heard.add(piece)
        return heard.done()

    def loop(self) -> Done:
        """Ten rounds of a tool call, then words."""
        messages: list[Message] = [{"role": "user", "content": PROMPT}]
        for _ in range(TOOL_ROUNDS + 1):
            said = self.ask("loop", messages, tool_schemas())
            if not said.get("tool_calls"):
                return Done(said["content"], rounds=len(messages) // 2 + 1)
            messages.append(said)
            for call in said["tool_calls"]:
                result = add(**json.loads(call["function"]["arguments"]))
                messages.append({"role": "tool", "tool_call_id": call["id"], "content": result})
        raise AssertionError("the loop did not end")

    def talk(self, mark: int, calls: int) -> list[str]:
        """So many prompts one after the other, all with the same mark."""
        return [self.single("mark", f"#{mark}#").text for _ in range(calls)]

    def history(self, length: int) -> Done:
        """A prompt after `length` messages."""
        return Done(self.ask("plain", [*plain_history(length), {"role": "user", "content": PROMPT}])["content"])

    def image(self) -> Done:
        """A prompt with a picture of 5 MB, from its bytes."""
        url = f"data:image/png;base64,{base64.b64encode(image_bytes()).decode('ascii')}"
        content = [{"type": "image_url", "image_url": {"url": url}}, {"type": "text", "text": IMAGE_QUESTION}]
        return Done(self.ask("plain", [{"role": "user", "content": content}])["content"])


class Httpx(Bare):
    """The floor: a request and its JSON, nothing else."""

    def __init__(self, server: str) -> None:
        import httpx

        super().__init__(server)
        self._client = httpx.Client(headers={"authorization": f"Bearer {KEY}"}, timeout=60)

    def ask(self, path: str, messages: Sequence[Message], tools: Sequence[Any] = ()) -> Message:
        body = {"model": MODEL, "messages": messages, **({"tools": tools} if tools else {})}
        answer = self._client.post(self._url(path), json=body).json()
        message: Message = answer["choices"][0]["message"]
        return message

    def pieces(self, path: str, messages: Sequence[Message]) -> Iterator[str]:
        usage = {"include_usage": True}
        body = {"model": MODEL, "messages": messages, "stream": True, "stream_options": usage}
        with self._client.stream("POST", self._url(path), json=body) as response:
            for line in response.iter_lines():
                if line.startswith("data: {"):
                    for choice in json.loads(line[6:])["choices"]:
                        yield choice["delta"].get("content") or ""

    def _url(self, path: str) -> str:
        return f"{self._server}/{path}/v1/chat/completions"


class OpenAI(Bare):
    """OpenAI's own client with its defaults, but no retries."""

    def __init__(self, server: str) -> None:
        super().__init__(server)
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    def ask(self, path: str, messages: Sequence[Message], tools: Sequence[Any] = ()) -> Message:
        more = {"tools": tools} if tools else {}
        answer = self._client(path).chat.completions.create(model=MODEL, messages=messages, **more)
        message: Message = answer.choices[0].message.model_dump(exclude_none=True)
        return message

    def pieces(self, path: str, messages: Sequence[Message]) -> Iterator[str]:
        chunks = self._client(path).chat.completions.create(
            model=MODEL, messages=messages, stream=True, stream_options={"include_usage": True}
        )
        for chunk in chunks:
            for choice in chunk.choices:
                yield choice.delta.content or ""

    def _client(self, path: str) -> Any:
        import openai

        with self._lock:
            if path not in self._clients:
                base = f"{self._server}/{path}/v1"
                self._clients[path] = openai.OpenAI(base_url=base, api_key=KEY, max_retries=0)
            return self._clients[path]


class Litellm(Bare):
    """`litellm.completion` alone; `module` is litellm, set up by whoever loaded it."""

    def __init__(self, server: str, module: Any) -> None:
        super().__init__(server)
        self._completion: Callable[..., Any] = module.completion

    def ask(self, path: str, messages: Sequence[Message], tools: Sequence[Any] = ()) -> Message:
        answer = self._ask(path, messages, {"tools": tools} if tools else {})
        message: Message = answer.choices[0].message.model_dump(exclude_none=True)
        return message

    def pieces(self, path: str, messages: Sequence[Message]) -> Iterator[str]:
        for chunk in self._ask(path, messages, {"stream": True, "stream_options": {"include_usage": True}}):
            for choice in chunk.choices:
                yield choice.delta.content or ""

    def _ask(self, path: str, messages: Sequence[Message], more: Mapping[str, Any]) -> Any:
        base = f"{self._server}/{path}/v1"
        return self._completion(
            model=f"openai/{MODEL}", messages=messages, api_base=base, api_key=KEY, max_retries=0, **more
        )


class Ours:
    """A session of `ai_client` for each conversation, all on one `Access`."""

    def __init__(self, server: str, *, stream: bool = True, listens: bool = False) -> None:
        from manual_slop.ai_client import new_access

        self._server = server
        self._stream = stream
        self._listens = listens
        self._access = new_access()
        self._sessions: dict[int, Any] = {}

    def single(self, path: str = "plain", prompt: str = PROMPT) -> Done:
        """A prompt and its whole answer."""
        return self._say(self._session(), path, prompt)

    def stream(self, path: str = "long", prompt: str = PROMPT) -> Done:
        """A prompt and its answer in many pieces."""
        return self._say(self._session(), path, prompt)

    def loop(self) -> Done:
        """Ten rounds of a tool call, then words."""
        from tests.bench.provider.toolbox import five_tools

        session = self._session()
        session.toolbox = five_tools()
        return self._say(session, "loop", PROMPT)

    def talk(self, mark: int, calls: int) -> list[str]:
        """So many prompts of one conversation, all with the same mark."""
        session = self._session()
        return [self._say(session, "mark", f"#{mark}#").text for _ in range(calls)]

    def history(self, length: int) -> Done:
        """A prompt in a conversation that holds `length` messages."""
        session = self._sessions.setdefault(length, self._session())
        session.messages[:] = _past(length)
        return self._say(session, "plain", PROMPT)

    def image(self) -> Done:
        """A prompt with a picture of 5 MB, from its bytes."""
        from manual_slop.values.messages import Image

        return self._say(self._session(), "plain", IMAGE_QUESTION, images=[Image("image/png", image_bytes())])

    def _session(self) -> Any:
        from manual_slop.ai_client import new_session

        return new_session(f"openai/{MODEL}", access=self._access)

    def _say(self, session: Any, path: str, prompt: str, **more: Any) -> Done:
        from manual_slop.values.events import TextDelta

        heard = Pieces()

        def listen(event: Any) -> None:
            if isinstance(event, TextDelta):
                heard.add(event.text)

        base = f"{self._server}/{path}/v1"
        listener = listen if self._listens else None
        started = time.perf_counter()
        reply = session.send(prompt, api_base=base, api_key=KEY, on_event=listener, stream=self._stream, **more)
        if not self._listens:
            return Done(reply.text, rounds=reply.rounds)
        assert heard.text == reply.text, "the pieces are not the text"
        return heard.done(started, rounds=reply.rounds)


@functools.cache
def _past(length: int) -> list[Any]:
    from manual_slop.values.messages import Message, Text

    return [Message(said["role"], (Text(said["content"]),)) for said in plain_history(length)]
