"""One conversation with a model: it holds what was said, and each prompt is one turn."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from manual_slop.providers import dialect
from manual_slop.providers.access import Access
from manual_slop.providers.exchange import Timeouts
from manual_slop.providers.quirks import openai
from manual_slop.providers.registry import Route
from manual_slop.providers.retry import RetryBudget, RetryPolicy
from manual_slop.providers.stream import Listener
from manual_slop.session.turn import Reply, Turn
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ProviderError
from manual_slop.values.events import Event, HistoryCleared, MessageAdded, Notice, SessionDescribed
from manual_slop.values.ids import new_id
from manual_slop.values.ledger import NOBODY, Origin, Purpose
from manual_slop.values.messages import Image, Message, Text, system, user

if TYPE_CHECKING:
    from manual_slop.providers.litellm_gateway import Request
    from manual_slop.providers.wire_tap import Wire
    from manual_slop.session.compaction import Compaction
    from manual_slop.session.context import Anchor
    from manual_slop.session.context_files import ContextFiles
    from manual_slop.session.permission import Permission
    from manual_slop.session.transcript import Transcript
    from manual_slop.tools.registry import ToolBox
    from manual_slop.values.budget import Budget
    from manual_slop.values.context import ContextMeter, Forecast
    from manual_slop.values.ledger import UsageRecorded

Record = Callable[[Event], Notice | None]
_REMEMBERED_CALLS = 500


class Session:
    """A conversation. One turn at a time; two sessions share nothing and never wait for each other.

    `access` knows providers, keys and prices; `toolbox` what the model may run, and `permission`
    who is asked about it (without one: readers run, nothing else does); `notices` are told with the first turn.
    `max_rounds` caps the tool loop. `record` hears each event before anybody else does and keeps it, and answers with
    what is to be told of that; `budget` is what calls are checked against, `origin` on whose behalf they are made and
    `purpose` what its turns are for in the ledger. `compacted` holds what each summary stands for, the oldest first;
    `anchor` is the provider's last count of the context, `settled` are the latest calls. `system_prompt` may be changed
    between turns; `files` are shown with each, where there is a project.
    """

    def __init__(
        self,
        access: Access,
        model: str,
        *,
        system_prompt: str = "",
        toolbox: ToolBox | None = None,
        permission: Permission | None = None,
        notices: Sequence[str] = (),
        on_event: Listener | None = None,
        timeouts: Timeouts | None = None,
        retries: RetryPolicy | None = None,
        max_rounds: int = 50,
        clock: Callable[[], float] = time.monotonic,
        record: Record | None = None,
        budget: Budget | None = None,
        origin: Origin = NOBODY,
        purpose: Purpose = "chat",
    ) -> None:
        self.id = new_id()
        self.model = model
        self.system_prompt = system_prompt
        self.files: ContextFiles | None = None
        self.toolbox = toolbox
        self.permission = permission
        self.on_event = on_event
        self.max_rounds = max_rounds
        self.record = record
        self.budget = budget
        self.origin = origin
        self.purpose: Purpose = purpose
        self.wire: Wire | None = None
        """Who listens in on each provider call, if anybody."""
        self.messages: list[Message] = []
        self.compacted: list[tuple[Message, ...]] = []
        self.anchor: Anchor | None = None
        self.counted: tuple[UsageRecorded, Request] | None = None
        """The last call that the provider counted, until somebody wants to know what follows from it."""
        self.settled: deque[UsageRecorded] = deque(maxlen=_REMEMBERED_CALLS)
        self.access = access
        self.timeouts = timeouts or access.timeouts
        self.retries = retries or RetryPolicy()
        self.retry_budget = RetryBudget()
        self.clock = clock
        self.notices = tuple(notices)
        self._heard: set[str] = set()
        self._turn_lock = threading.Lock()
        self._translator: dialect.Translator | None = None
        self._described: SessionDescribed | None = None

    @property
    def preamble(self) -> tuple[Message, ...]:
        """What goes before everything that is said: the instructions, then the files in context."""
        shown = self.files.text if self.files else ""
        if not shown:
            return (system(self.system_prompt),) if self.system_prompt else ()
        parts = (Text(f"{self.system_prompt}\n\n"), Text(shown)) if self.system_prompt else (Text(shown),)
        return (Message("system", parts),)

    def reset(self) -> None:
        """Forget the conversation."""
        with self._turn_lock:
            self.messages.clear()
            self.compacted.clear()
            self.anchor = self.counted = None
            self._translator = None
            if self.record is not None and self._described is not None:
                self.record(HistoryCleared())

    def close(self) -> None:
        """The conversation does not go on here; where it is recorded, another program may go on with it."""
        close = getattr(self.record, "close", None)
        if close is not None:
            close()

    def restore(self, transcript: Transcript) -> None:
        """Take the place of a conversation that was recorded. What it was set up with is not taken over."""
        from manual_slop.session.context import recalled_anchor

        with self._turn_lock:
            self.messages[:] = transcript.messages
            self.compacted[:] = transcript.compacted
            self.settled.extend(transcript.entries)
            self.anchor = recalled_anchor(self, transcript.entries)
            self._described = transcript.described

    def send(
        self,
        prompt: str,
        *,
        model: str | None = None,
        images: Sequence[Image] = (),
        on_event: Listener | None = None,
        cancel: Cancel | None = None,
        stream: bool = True,
        api_key: str | None = None,
        api_base: str | None = None,
        **params: Any,
    ) -> Reply:
        """Say something and get the answer, tools included. Raises `ProviderError`; what had arrived is kept."""
        with self._turn_lock:
            if model:
                self.model = model
            turn = Turn(self, on_event or self.on_event, cancel or Cancel(), stream, params)
            reply = turn.run(prompt, tuple(images), api_key, api_base)
        if isinstance(reply, ProviderError):
            raise reply
        return reply

    def compact(
        self,
        model: str | None = None,
        *,
        keep: int = 2,
        on_event: Listener | None = None,
        cancel: Cancel | None = None,
        api_key: str | None = None,
        api_base: str | None = None,
    ) -> Compaction:
        """Put all but the last `keep` turns away behind a summary, which `model` writes.

        Without one it is the `[context]` model of `config.toml`, or the one that is talked to. The calls are priced,
        checked against the budget and told as any other. Raises `NothingToCompact` (a `ConfigError`) where a summary
        would make nothing smaller, and `ProviderError`; the conversation is then as it was.
        """
        from manual_slop.session.calls import Calls
        from manual_slop.session.compaction import compact
        from manual_slop.session.context_settings import context_settings

        with self._turn_lock:
            tell = self.told_first(on_event or self.on_event)
            chosen = model or context_settings(self.access.config).model or self.model
            writer = self.access.route(chosen, api_key=api_key, api_base=api_base)
            self.describe(tell)
            calls = Calls(self, new_id(), tell, cancel or Cancel(), stream=True)
            return compact(self, calls, tell, writer, keep)

    def uncompact(self, *, on_event: Listener | None = None) -> int:
        """Bring back what the last summary stands for; returns how many messages that are.

        Raises `NothingToCompact` (a `ConfigError`) where there is no summary.
        """
        from manual_slop.session.compaction import uncompact

        with self._turn_lock:
            return uncompact(self, self.told_first(on_event or self.on_event))

    def context(self) -> ContextMeter:
        """How much of the model's window the next call would take, and by what. Asks nobody, costs nothing.

        May be called from any thread, also during a turn. Raises `ProviderError` for a model that makes no sense.
        """
        from manual_slop.session.context import measure

        return measure(self)

    def forecast(
        self, prompt: str = "", models: Sequence[str] = (), images: Sequence[Image] = ()
    ) -> tuple[Forecast, ...]:
        """What saying `prompt` may cost with the session's model and with `models`. Asks nobody, costs nothing."""
        from manual_slop.session.forecast import forecast

        return forecast(self, user(prompt, tuple(images)), (self.model, *models))

    def note_call(self, entry: UsageRecorded, request: Request) -> None:
        """Remember a settled call: what it says of the size of the context, and what it used."""
        self.settled.append(entry)
        if entry.usage.input_tokens and not entry.error:
            self.counted = (entry, request)

    def add(self, message: Message, tell: Listener) -> None:
        """The conversation grows by a prompt or by results."""
        self.messages.append(message)
        tell(MessageAdded(message))

    @property
    def description(self) -> SessionDescribed:
        """How the conversation is set up now."""
        toolbox = self.toolbox
        root, names = (str(toolbox.root), toolbox.names) if toolbox else ("", ())
        files = tuple(map(str, self.files.files)) if self.files else ()
        return SessionDescribed(self.id, self.model, self.system_prompt, root, names, self.origin, files=files)

    def describe(self, tell: Listener) -> None:
        """Tell how the conversation is set up, where that is not what was told before."""
        told = self.description
        if told != self._described:
            self._described = told
            tell(told)

    def told_first(self, listener: Listener | None) -> Listener:
        """A listener by which the record hears each event before `listener` does."""
        record = self.record
        if record is None:
            return listener or _deaf

        def both(event: Event) -> None:
            note = record(event)
            for one in (event, note):
                if one is not None and listener is not None:
                    listener(one)

        return both

    def unheard(self, notices: Sequence[str]) -> list[str]:
        """Those of `notices` that this session has not given yet."""
        new = [notice for notice in notices if notice not in self._heard]
        self._heard.update(new)
        return new

    def translator_for(self, route: Route) -> dialect.Translator:
        """The translator of the vendor in use; another vendor's words are translated anew."""
        role = openai.system_role(route.name) if route.protocol in ("openai", "azure") else "system"
        wanted = (route.provider.name, route.protocol, role)
        known = self._translator
        if known is None or (known.provider, known.protocol, known.system_role) != wanted:
            known = self._translator = dialect.Translator(*wanted[:2], system_role=role)
        return known


def _deaf(_event: Event) -> None:
    """Hears nothing."""
