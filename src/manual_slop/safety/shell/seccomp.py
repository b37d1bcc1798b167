"""The filter that keeps a command from making sockets, as a program for the kernel's packet-filter machine."""

from __future__ import annotations

import errno
import os
import struct
import sys

from manual_slop.safety.shell import kernel

# By machine: its audit number, and its numbers of socket, io_uring_setup and truncate.
_MACHINES = (
    ("x86_64", 0xC000003E, 41, 425, 76),
    ("aarch64", 0xC00000B7, 198, 425, 45),
)
_X32 = 0x40000000  # on x86_64, calls by another numbering begin here

_LOAD = 0x20
_EQUAL = 0x15
_AT_LEAST = 0x35
_RETURN = 0x06
_NUMBER_AT = 0
_MACHINE_AT = 4
_FIRST_ARGUMENT_AT = 16

_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000
_NETWORK = (2, 10, 16)  # AF_INET, AF_INET6 and AF_NETLINK, by which programs learn their own addresses


def available() -> bool:
    """Whether this machine is one whose system calls we know."""
    return kernel.on_linux() and sys.byteorder == "little" and any(os.uname().machine == row[0] for row in _MACHINES)


def refuse_sockets(*, network: bool, truncate: bool) -> None:
    """No socket can be made, or with `network` none but those of the internet; paired ones always can.

    Sockets in the file system are refused too: behind them sit services that do things for whoever asks. `truncate`
    refuses that call, where Landlock does not know it yet. Calls of other machines' numbering are refused altogether.
    """
    kernel.install_filter(program(os.uname().machine, network=network, truncate=truncate))


def program(machine: str, *, network: bool, truncate: bool) -> bytes:
    """The filter for a machine; 8 bytes an instruction. Raises `KeyError` for one we do not know."""
    audit, socket_call, ring_call, truncate_call = {row[0]: row[1:] for row in _MACHINES}[machine]
    refuse = _instruction(_RETURN, _REFUSE | errno.EACCES)
    allow = _instruction(_RETURN, _ALLOW)
    # io_uring could make sockets behind the filter's back; programs take "not there" for an answer.
    absent = _instruction(_RETURN, _REFUSE | errno.ENOSYS)
    lines = [
        _instruction(_LOAD, _MACHINE_AT),
        *_unless(_EQUAL, audit, refuse),
        _instruction(_LOAD, _NUMBER_AT),
        *(_when(_AT_LEAST, _X32, refuse) if machine == "x86_64" else []),
        *_when(_EQUAL, ring_call, absent),
        *(_when(_EQUAL, truncate_call, refuse) if truncate else []),
        *_unless(_EQUAL, socket_call, allow),
        _instruction(_LOAD, _FIRST_ARGUMENT_AT),
    ]
    for family in _NETWORK if network else ():
        lines += _when(_EQUAL, family, allow)
    return b"".join([*lines, refuse])


def _when(test: int, value: int, verdict: bytes) -> list[bytes]:
    return [_instruction(test, value, 0, 1), verdict]


def _unless(test: int, value: int, verdict: bytes) -> list[bytes]:
    return [_instruction(test, value, 1, 0), verdict]


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, value)
