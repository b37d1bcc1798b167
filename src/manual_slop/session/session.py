"""One conversation with a model: it holds what was said, and each prompt is one turn."""

from __future__ import annotations

import threading
import time
import uuid
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
from manual_slop.values.messages import Image, Message, system

if TYPE_CHECKING:
    from manual_slop.session.permission import Permission
    from manual_slop.tools.registry import ToolBox


class Session:
    """A conversation. One turn at a time; two sessions share nothing and never wait for each other.

    `access` knows providers, keys and prices; `toolbox` what the model may run, and `permission`
    who is asked about it (without one: readers run, nothing else does); `notices` are told with the first turn.
    `max_rounds` caps the tool loop.
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
    ) -> None:
        self.id = uuid.uuid4().hex
        self.model = model
        self.preamble: tuple[Message, ...] = (system(system_prompt),) if system_prompt else ()
        self.toolbox = toolbox
        self.permission = permission
        self.on_event = on_event
        self.max_rounds = max_rounds
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
