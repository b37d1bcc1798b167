"""Run by test_registry: asks the real litellm for a vendor's models and prints as JSON what a server of ours saw."""

from __future__ import annotations

import http.server
import json
import os
import threading
from pathlib import Path
from typing import Any

os.environ.update(LITELLM_OFFLINE_MODE="true", LITELLM_LOCAL_MODEL_COST_MAP="True", LITELLM_MODE="PRODUCTION")
os.environ["EXPERIMENTAL_OPENAI_BASE_LLM_HTTP_HANDLER"] = "true"  # as the gateway has it
os.environ["OPENAI_API_KEY"] = "sk-canary-of-openai"

import litellm

from manual_slop.providers.config import Config, Vendor
from manual_slop.providers.credentials import Credentials
from manual_slop.providers.registry import Registry

MODELS = ["m1", "org/sub/m1", "gpt-4o", "gpt-5.4", "o3-mini", "o3-pro", "gpt-5.3-codex"]
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
SEEN: list[tuple[str, dict[str, Any], str]] = []


class Vendors(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        SEEN.append((self.path, body, self.headers["authorization"]))
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        choice = {"index": 0, "delta": {"content": "hi"}, "finish_reason": "stop"}
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        self.wfile.write(f"data: {json.dumps({**chunk, 'choices': [choice]})}\n\ndata: [DONE]\n\n".encode())


def ask(registry: Registry, model: str, key: str | None, **params: Any) -> str:
    route = registry.resolve(model, api_key=key)
    answer = litellm.completion(
        model=route.litellm_model,
        messages=[{"role": "user", "content": "?"}],
        api_base=route.api_base,
        api_key=route.litellm_key,
        stream=True,
        max_retries=0,
        timeout=10,
        **params,
    )
    inner = type(answer.completion_stream)
    for _ in answer:
        pass
    return inner.__name__


def main() -> None:
    litellm.suppress_debug_info = True
    litellm.disable_token_counter = True
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Vendors)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    vendor = Vendor("acme", api_base=f"http://127.0.0.1:{server.server_address[1]}/v1")
    folder = Path("nowhere")
    registry = Registry(
        Config(folder / "config.toml", vendors={"acme": vendor}), credentials=lambda: Credentials(folder)
    )
    streams = [ask(registry, f"acme/{name}", "acme-key", tools=[TOOL]) for name in MODELS]
    asked = list(SEEN)
    ask(registry, "acme/m1", None, reasoning_effort="low", allowed_openai_params=["reasoning_effort"])
    print(
        json.dumps(
            {
                "paths": [path for path, _, _ in SEEN],
                "models": [body["model"] for _, body, _ in asked],
                "keys": [key for _, _, key in asked],
                "streams": streams,
                "key_without_one": SEEN[-1][2],
                "effort": SEEN[-1][1].get("reasoning_effort"),
            }
        )
    )


if __name__ == "__main__":
    main()
