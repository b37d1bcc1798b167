"""B5: pictures that are bombs, torn, or none at all."""

from __future__ import annotations

import time

from manual_slop.providers.images import ImageError, load_image
from tests.acceptance.trial import Row, Trial
from tests.support.hostile_pictures import GIF, HOSTILE, JPEG, PNG, WEBP

MEBIBYTE = 1024 * 1024


def hostile_pictures(trial: Trial) -> None:
    """Each is refused with its reason, soon and in little memory; then cut and flipped ones: a picture or refused."""
    import resource

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    slowest = 0.0
    for data, _ in HOSTILE.values():
        began = time.thread_time()
        trial.nought("pictures that were taken", _taken(data))
        slowest = max(slowest, time.thread_time() - began)
        trial.count("bad inputs")
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    trial.nought("pictures that cost a second or more", slowest >= 1)
    trial.nought("128 MiB of memory or more", grown >= 128)
    chance, shapes = trial.chance, [PNG, JPEG, GIF, WEBP]
    shapes += [data for data, _ in HOSTILE.values() if 100 < len(data) < MEBIBYTE]
    for _ in range(trial.sized(100, 2_000, 20_000)):
        changed = bytearray(chance.choice(shapes))
        for _ in range(chance.randrange(1, 6)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        trial.count(
            "mutations still taken",
            _taken(bytes(changed[: chance.choice([len(changed), chance.randrange(20, len(changed))])])),
        )
        trial.count("bad inputs")
    trial.notes.append(f"slowest {slowest:.2f} s of CPU, {grown:+.0f} MiB")
    trial.ran_on = f"{len(HOSTILE)} made pictures and mutations of {len(shapes)} of them"


def _taken(data: bytes) -> bool:
    try:
        load_image(data)
    except ImageError:
        return False
    return True


PICTURES = Row("B5", "pictures that are bombs, torn, or none", hostile_pictures)
