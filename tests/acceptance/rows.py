"""All rows, in the order of the report."""

from __future__ import annotations

from tests.acceptance.row_approval import APPROVALS
from tests.acceptance.row_commands import COMMANDS, CONFINEMENT
from tests.acceptance.row_disks import DAMAGE, DISK_FAULTS
from tests.acceptance.row_injection import INJECTION
from tests.acceptance.row_kills import PROGRAMS, STORES
from tests.acceptance.row_load import CALM, STORMY, WRITERS
from tests.acceptance.row_parsers import JSON, STREAMS, TOML
from tests.acceptance.row_paths import PATHS, RACES
from tests.acceptance.row_pictures import PICTURES
from tests.acceptance.row_secrets import CANARIES, DOORS, PROJECTS
from tests.acceptance.row_supply import SUPPLY
from tests.acceptance.row_texts import WORDS
from tests.acceptance.row_wire import CANCELS, NETWORK
from tests.acceptance.trial import Row

ROWS: tuple[Row, ...] = (
    *(CALM, STORMY, WRITERS),
    *(STORES, PROGRAMS, DISK_FAULTS, DAMAGE, NETWORK, CANCELS),
    *(COMMANDS, PATHS, RACES, APPROVALS, CONFINEMENT, PROJECTS, CANARIES, DOORS),
    *(JSON, STREAMS, TOML, WORDS, PICTURES, INJECTION, SUPPLY),
)


def named(ids: list[str]) -> list[Row]:
    """The rows of these names, all where none is given. Raises `KeyError` for a name that nothing has."""
    known = {row.id: row for row in ROWS}
    return [known[name.upper()] for name in ids] if ids else list(ROWS)
