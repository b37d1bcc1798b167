"""Ways out of a confined command, and a place outside to try them on."""

from __future__ import annotations

OUTSIDE = {
    "make": "echo x > {0}/new",
    "change": "echo x >> {0}/file",
    "cut": "truncate -s 0 {0}/file",
    "cut without opening": "{python} -c 'import os; os.truncate(\"{0}/file\", 0)'",
    "remove": "rm -f {0}/file",
    "remove a folder": "rmdir {0}/folder",
    "make a folder": "mkdir {0}/new",
    "rename": "mv {0}/file {0}/new",
    "move in": "mv {0}/file src/",
    "move out": "mv src {0}/new",
    "link": "ln file {0}/new",
    "link in": "ln {0}/file src/hard && echo x > src/hard",
    "symlink": "ln -s file {0}/new",
    "pipe": "mkfifo {0}/new",
    "by a link": "ln -s {0} src/link; echo x > src/link/new; echo x >> src/link/file",
    "by the current folder": "cd {0}; echo x > new; echo x >> file",
    "by a file descriptor": "exec 9<{0}; echo x > /proc/self/fd/9/new; echo x >> /proc/self/fd/9/file",
    "by its own root": "echo x > /proc/self/root{0}/new; echo x >> /proc/self/root{0}/file",
    "in its own namespace": "unshare -Urm sh -c 'mount -o remount,rw / ; echo x > {0}/new'",
    "after mounting": "unshare -Urm sh -c 'mount --bind {0} src; echo x > src/new'",
}


GIT = (
    "echo x > .git/hooks/post-checkout",
    "echo x >> .git/config",
    "rm -r .git",
    "mv .git src/git",
    "mv .git other; mkdir .git; echo x > .git/config",
    "ln -sf /bin/sh .git/hooks/pre-commit",
    "ln -s ../.git src/link; echo x > src/link/hooks/pre-push",
    "unshare -Urm sh -c 'umount .git; echo x > .git/config'",
)
