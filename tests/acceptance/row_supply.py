"""C1: what the program is made of, and what it does unasked."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

from tests.acceptance.trial import Row, Trial
from tests.support.shared import ROOT

STOLEN = {"1.82.7", "1.82.8"}

_IMPORT = """
import sys
opened = []
sys.addaudithook(lambda event, arguments: opened.append(event) if event in ("socket.connect", "socket.bind") else None)
from manual_slop import ai_client, app_controller, cli, cost_tracker, multi_agent_conductor
atfirst = len(opened)
early = [name for name in sys.modules if name == "litellm" or name.startswith("litellm.")]
ai_client.warm_up()
import time
while "litellm" not in sys.modules: time.sleep(0.05)
import litellm
parts = [name for name in sys.modules if name.startswith("litellm.proxy")]
print(atfirst, opened.count("socket.connect"), len(early), "litellm.proxy.proxy_server" in sys.modules or 0, len(parts))
"""


def supply_chain(trial: Trial) -> None:
    """Seven looks at it."""
    from tests.supply_chain.installed import needed
    from tests.supply_chain.licences import is_allowed, licence_of
    from tests.supply_chain.lock import read_lock
    from tests.supply_chain.sbom import bill_of_materials
    from tests.supply_chain.startup import unasked

    lock, here = read_lock(), needed()
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    trial.count("locked distributions", len(lock))
    trial.nought("distributions without a hash", sum(not one.hashes for one in lock))
    trial.nought("resolutions without a date", "exclude-newer" not in settings["tool"]["uv"])
    trial.nought("stolen versions", sum(one.name == "litellm" and one.version in STOLEN for one in lock))
    versions = {one.name: one.version for one in lock if one.is_for_here()}
    other = [name for name, one in here.items() if name in versions and versions[name] != one.version]
    trial.notes += [f"here are other versions than locked: {', '.join(other)}"] if other else []
    faults = list(unasked(Path(sysconfig.get_path("purelib"))))
    trial.nought("things run at each start of Python", len(faults))
    trial.nought("licences not allowed", sum(not is_allowed(licence_of(one)) for one in here.values()))
    trial.count("components in the bill of materials", len(bill_of_materials()["components"]))
    opened, connected, early, proxy, parts = _imported()
    trial.nought("sockets opened by importing the program", opened)
    trial.nought("connections made by loading litellm", connected)
    trial.nought("modules of litellm imported too early", early)
    trial.nought("litellm's proxy server imported", proxy)
    trial.notes += [*faults, f"litellm itself imports {parts} small modules below litellm.proxy"]
    trial.notes += ["known vulnerabilities were not looked up: no stored database"]
    trial.ran_on = "requirements.lock, this environment, the front doors imported in a program of their own"


def _imported() -> list[int]:
    said = subprocess.run([sys.executable, "-c", _IMPORT], cwd=ROOT, capture_output=True, text=True, check=True)
    return [int(word == "True" or word) for word in said.stdout.split()]


SUPPLY = Row("C1", "what the program is made of", supply_chain)
