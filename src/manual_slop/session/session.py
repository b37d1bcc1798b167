"""One conversation with a model: it holds what was said, and each prompt is one turn."""

from __future__ import annotations

import threading
import time
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
from manual_slop.values.events import Event, HistoryCleared, MessageAdded, SessionDescribed
from manual_slop.values.ids import new_id
from manual_slop.values.ledger import NOBODY, Origin
from manual_slop.values.messages import Image, Message, system

if TYPE_CHECKING:
    from manual_slop.session.permission import Permission
    from manual_slop.tools.registry import ToolBox
    from manual_slop.values.budget import Budget


class Session:
    """A conversation. One turn at a time; two sessions share nothing and never wait for each other.

    `access` knows providers, keys and prices; `toolbox` what the model may run, and `permission`
    who is asked about it (without one: readers run, nothing else does); `notices` are told with the first turn.
    `max_rounds` caps the tool loop. `record` hears each event before anybody else does, and keeps it; `budget` is what
    calls are checked against, `origin` on whose behalf they are made.
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
        record: Listener | None = None,
        budget: Budget | None = None,
        origin: Origin = NOBODY,
    ) -> None:
        self.id = new_id()
        self.model = model
        self.preamble: tuple[Message, ...] = (system(system_prompt),) if system_prompt else ()
        self.toolbox = toolbox
        self.permission = permission
        self.on_event = on_event
        self.max_rounds = max_rounds
        self.record = record
        self.budget = budget
        self.origin = origin
        self.messages: list[Message] = []
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
    def system_prompt(self) -> str:
        """The standing instructions; may be changed between turns."""
        return self.preamble[0].text if self.preamble else ""

    @system_prompt.setter
    def system_prompt(self, text: str) -> None:
        self.preamble = (system(text),) if text else ()

    def reset(self) -> None:
        """Forget the conversation."""
        with self._turn_lock:
            self.messages.clear()
            self._translator = None
            if self.record is not None and self._described is not None:
                self.record(HistoryCleared())

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

    def add(self, message: Message, tell: Listener) -> None:
        """The conversation grows by a prompt or by results."""
        self.messages.append(message)
        tell(MessageAdded(message))

    def describe(self, tell: Listener) -> None:
        """Tell how the conversation is set up, where that is not what was told before."""
        told = SessionDescribed(
            self.id,
            self.model,
            self.system_prompt,
            str(self.toolbox.root) if self.toolbox else "",
            self.toolbox.names if self.toolbox else (),
            self.origin,
        )
        if told != self._described:
            self._described = told
            tell(told)

    def told_first(self, listener: Listener | None) -> Listener:
        """A listener by which the record hears each event before `listener` does."""
        record = self.record
        if record is None:
            return listener or _deaf
        if listener is None:
            return record

        def both(event: Event) -> None:
            record(event)
            listener(event)

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
