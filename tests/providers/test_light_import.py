"""What importing the front door leaves for later: whatever not every question needs."""

from __future__ import annotations

import subprocess
import sys

LATER = (
    *("litellm", "openai", "httpx", "httpcore", "pydantic", "PIL", "tenacity", "platformdirs", "asyncio", "socket"),
    *(
        "difflib",
        "hashlib",
        "tempfile",
        "shutil",
        "uuid",
        "platform",
        "http.client",
        "importlib.metadata",
        "sqlite3",
        "tomllib",
    ),
    *(f"manual_slop.providers.{name}" for name in ("images", "local_servers", "model_endpoint", "price_sources")),
    *(f"manual_slop.{name}" for name in ("values.approval", "providers.model_map", "safety", "tools", "rehearsal")),
)


def test_importing_ai_client_loads_nothing_that_a_plain_question_may_not_need():
    code = f"import sys, manual_slop.ai_client; print(*(name for name in {LATER!r} if name in sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []


def test_the_later_parts_are_still_there_to_be_used():
    code = (
        "from manual_slop import ai_client\n"
        "access = ai_client.new_access()\n"
        "route = access.route('rehearsal/demo', api_base='http://127.0.0.1:9/v1')\n"
        "assert access.facts(route) is not None and access.prices.issues == ()\n"
        "assert ai_client.choose_model(access)[1]\n"
        "print(ai_client.load_image(bytes.fromhex("
        "'47494638396101000100800000000000ffffff2c00000000010001000002024401003b'))[0].media_type)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["image/gif"]
