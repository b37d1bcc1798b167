"""A small Python project of two parts whose tests fail, and what is needed to have it planned."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.support.repositories import git

FILES: Mapping[str, str] = {
    "shop/__init__.py": "",
    "shop/prices.py": "def total(amounts):\n    result = 1\n    for amount in amounts:\n        result += amount\n"
    "    return result\n",
    "shop/orders.py": "from shop.prices import total\n\n\ndef due(amounts, discount):\n"
    "    return total(amounts) + discount\n",
    "words/__init__.py": "",
    "words/counting.py": "def count(text):\n    return len(text.split()) + 1\n",
    "words/titles.py": "from words.counting import count\n\n\ndef is_short(title, most=3):\n"
    "    return count(title) > most\n",
    "tests/test_prices.py": "from shop.prices import total\n\n\ndef test_total():\n    assert total([1, 2]) == 3\n",
    "tests/test_orders.py": "from shop.orders import due\n\n\ndef test_due():\n    assert due([10, 5], 3) == 12\n",
    "tests/test_counting.py": "from words.counting import count\n\n\ndef test_count():\n    assert count('a b') == 2\n",
    "tests/test_titles.py": "from words.titles import is_short\n\n\ndef test_short():\n    assert is_short('one two')\n"
    "    assert not is_short('a b c d')\n",
    ".gitignore": "__pycache__/\n.pytest_cache/\n",
}


def two_parts(folder: Path) -> Path:
    """The project, under git; its folder."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    return folder
