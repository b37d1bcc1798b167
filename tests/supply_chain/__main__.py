"""The commands: `python -m tests.supply_chain sbom FILE`, `licences`, `startup FOLDER...`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tests.supply_chain.installed import needed
from tests.supply_chain.licences import ALLOWED, is_allowed, licence_of
from tests.supply_chain.lock import read_lock
from tests.supply_chain.sbom import bill_of_materials
from tests.supply_chain.startup import unasked


def write_sbom(path: Path) -> int:
    """Write the bill of materials."""
    bill = bill_of_materials()
    path.write_text(json.dumps(bill, indent=1) + "\n", "utf-8")
    print(f"{len(bill['components'])} components, {len(bill['dependencies'])} of them here, in {path.name}")
    return 0


def list_licences() -> int:
    """Print who is under what; 1 when something is under what is not allowed."""
    here = needed()
    refused = 0
    for name, distribution in sorted(here.items()):
        licence = licence_of(distribution)
        refusal = "" if is_allowed(licence) else "REFUSED"
        refused += bool(refusal)
        print(f"{name:28} {distribution.version:14} {licence or 'not said':50} {refusal}")
    elsewhere = sorted({one.name for one in read_lock()} - set(here))
    print(
        f"\n{len(here)} distributions, {refused} refused. Only for other systems, so not read: {', '.join(elsewhere)}."
    )
    print(f"Allowed: {', '.join(sorted(ALLOWED))}.")
    return 1 if refused else 0


def list_startup(folders: list[Path]) -> int:
    """Print what would run unasked; 1 when something would."""
    found = [f"{folder}: {fault}" for folder in folders for fault in unasked(folder)]
    print("\n".join(found) or f"nothing runs unasked in {len(folders)} folder(s)")
    return 1 if found else 0


def main() -> int:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(prog="python -m tests.supply_chain", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("sbom").add_argument("file", type=Path)
    commands.add_parser("licences")
    commands.add_parser("startup").add_argument("folders", type=Path, nargs="+")
    chosen = parser.parse_args()
    if chosen.command == "sbom":
        return write_sbom(chosen.file)
    return list_licences() if chosen.command == "licences" else list_startup(chosen.folders)


if __name__ == "__main__":
    sys.exit(main())
