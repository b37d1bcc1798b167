"""litellm, imported once and only when a model is really asked for: it takes seconds."""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import os
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from manual_slop.providers.spared_work import spare
from manual_slop.values.cancel import Cancel

_ENVIRONMENT: Mapping[str, str] = {
    "LITELLM_OFFLINE_MODE": "true",  # no download of a cost map or a tokenizer
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_MODE": "PRODUCTION",  # otherwise a stray .env is read at import
    "LITELLM_LOG": "ERROR",
    # OpenAI's and its likes' requests as litellm makes everybody else's, not through the OpenAI SDK: that types each
    # message anew (0.15 ms apiece), and for zai, nvidia_nim, sambanova, deepinfra … ignores max_retries=0.
    "EXPERIMENTAL_OPENAI_BASE_LLM_HTTP_HANDLER": "true",
}


@functools.cache
def _load() -> Any:
    os.environ.update({name: value for name, value in _ENVIRONMENT.items() if name not in os.environ})
    warnings.filterwarnings("ignore", category=UserWarning, module="pydantic")  # about litellm's own models
    with _no_garbage_collected():
        import litellm

    _quieten(litellm)
    _install_transport(litellm)
    spare(litellm)
    return litellm


@contextlib.contextmanager
def _no_garbage_collected() -> Iterator[None]:
    """Half a million objects come to stay: looking again and again for some that could go takes a third of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if gc.get_freeze_count() == 0:
            gc.freeze()  # with its opposite: all of them are of the oldest generation, without being looked at
            gc.unfreeze()
        if collects:
            gc.enable()


_lock = threading.Lock()


def litellm(cancel: Cancel | None = None) -> Any:
    """The litellm module, set up: offline, silent, no retries or callbacks of its own, our transport beneath it.

    The first call waits seconds for the import, on another thread, so that a cancel is answered meanwhile.
    """
    if not is_loaded() and cancel is not None:
        woken = threading.Event()
        warm_up(woken.set)
        forget = cancel.on_request(woken.set)
        woken.wait()
        forget()
        if cancel.requested:
            raise InterruptedError("cancelled while litellm was being imported")
    with _lock:
        return _load()


def is_loaded() -> bool:
    """Whether asking for litellm answers at once."""
    return _load.cache_info().currsize > 0


def warm_up(when_done: Callable[[], None] = lambda: None) -> threading.Thread:
    """Load it on a thread of its own, so that the first question does not wait for it.

    Python waits for it to the end: an import that is broken off keeps its lock, and litellm imports more while it goes.
    """
    import concurrent.futures.thread  # noqa: F401  # cannot be imported any more while Python waits

    def load() -> None:
        try:
            litellm()
        finally:
            when_done()

    thread = threading.Thread(target=load, name="litellm-warm-up")
    thread.start()
    return thread


def _quieten(module: Any) -> None:
    module.suppress_debug_info = True  # banners on stdout
    module.disable_streaming_logging = True  # a thread pool job for each chunk
    module.disable_token_counter = True  # tokenizers: 115 MB, and usage that nobody reported
    module.disable_hf_tokenizer_download = True
    module.turn_off_message_logging = True
    module.telemetry = False
    module.drop_params = False  # what a model refuses is left out by us, and said
    module.num_retries = None
    module.request_timeout = 3600
    for name in ("callbacks", "success_callback", "failure_callback", "input_callback", "service_callback"):
        setattr(module, name, [])


def _install_transport(module: Any) -> None:
    import httpx

    from manual_slop.providers.transport import Transport

    transport = Transport()
    module.sync_transport = transport
    # Cookies of one provider are no business of another; a redirect would carry the request elsewhere.
    module.client_session = httpx.Client(transport=transport, follow_redirects=False, timeout=3600, trust_env=False)
    atexit.register(transport.shut)  # connections that are kept for the next call
