"""Names that decide what other programs run or whom they trust: touching one needs a yes of its own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase, translate
from itertools import pairwise

_RUN = "decides what other programs run by themselves"
_AGENT = "instructs or configures coding assistants, this one among them"
_EDITOR = "configures an editor, which may run what it says"
_KEYS = "is a usual place of passwords and keys"
_SHELL = "is run by each new shell"
_BUILD = "is run on build servers, with their keys"
_CONDUCTOR = "is the conductor's: what workers are to do, and what they are told"
_GIT = "is git's own: its settings and hooks run programs"

_BY_REASON: Mapping[str, str] = {
    _GIT: ".git .gitconfig .gitmodules .githooks .husky HEAD",
    _AGENT: ".manual-slop AGENTS.md AGENTS.override.md CLAUDE.md CLAUDE.local.md GEMINI.md .mcp.json .claude .codex "
    ".agents .gemini .cursor .cursorrules .clinerules .roo .windsurf .windsurfrules .aider* copilot-instructions.md",
    _EDITOR: ".vscode .idea .zed .fleet .vs .devcontainer *.code-workspace .vimrc .exrc .nvimrc .nvim.lua "
    ".dir-locals.el .editorconfig.local",
    _KEYS: ".env* credentials* .netrc _netrc .npmrc .pypirc .pgpass .htpasswd .git-credentials .ssh .aws .azure "
    ".gnupg .kube .docker id_rsa* id_dsa* id_ecdsa* id_ed25519* *.pem *.key *.p12 *.pfx *.kdbx secrets.*",
    _SHELL: ".bashrc .bash_profile .bash_login .bash_logout .bash_aliases .profile .zshrc .zshenv .zprofile .zlogin "
    ".zlogout .kshrc .cshrc .tcshrc .login .logout .inputrc .xprofile .xinitrc config.fish "
    "profile.ps1 *_profile.ps1",
    _BUILD: ".gitlab-ci.yml .circleci .travis.yml .drone.yml azure-pipelines.yml bitbucket-pipelines.yml Jenkinsfile "
    ".buildkite .ci",
    _RUN: ".pre-commit-config.yaml .yarnrc .yarnrc.yml .pnpmfile.cjs .ripgreprc .curlrc .wgetrc .gdbinit .lldbinit "
    ".tmux.conf .screenrc .pythonrc .pythonstartup sitecustomize.py usercustomize.py *.pth .mise.toml mise.toml "
    ".tool-versions .direnv .autoenv .pdbrc .rgrc .config",
}
_HOOKS = (
    "applypatch-msg pre-applypatch post-applypatch pre-commit pre-merge-commit prepare-commit-msg commit-msg "
    "post-commit pre-rebase post-checkout post-merge pre-push pre-receive update proc-receive post-receive post-update "
    "reference-transaction push-to-checkout pre-auto-gc post-rewrite sendemail-validate fsmonitor-watchman "
    "p4-changelist p4-prepare-changelist p4-post-changelist p4-pre-submit post-index-change"
)
_NO_KEYS = (".example", ".template", ".sample", ".dist", ".pub")
_KEY_NAMES = re.compile("|".join(translate(word.casefold()) for word in _BY_REASON[_KEYS].split()))
_SHORT = re.compile(r"([^~.]{1,6})~\d+(?:\.(.{0,3}))?")


def protection(parts: Iterable[str]) -> str:
    """Why the path of these names is protected; empty where it is not.

    Names count however they are spelled: in any case, any Unicode form, with what is invisible in them, with trailing
    dots and spaces, as the name of a stream, and as the short names of Windows.
    """
    names = [_plain(part) for part in parts]
    for at, name in enumerate(names, 1):
        for pattern, reason in _patterns():
            if reason == _KEYS and at == len(names) and name.endswith(_NO_KEYS):
                continue
            if fnmatchcase(name, pattern) or _is_short_for(name, pattern):
                return reason
    for folder, name in pairwise(names):
        if folder == ".github" and name in {"workflows", "actions"}:
            return _BUILD
        if folder == "hooks" and name in _HOOKS.split():
            return _GIT
        if folder == "conductor" and name in {"tracks", "tiers.toml", "prompts"}:
            return _CONDUCTOR
    return ""


def may_hold_keys(parts: Sequence[str]) -> bool:
    """Whether the file of this path is, by its name or a folder's, a usual place of passwords and keys.

    Names count as they do in `protection`. Examples of such files and public keys are none.
    """
    names = [_plain(part) for part in parts]
    return bool(names) and not names[-1].endswith(_NO_KEYS) and any(map(_is_of_keys, names))


def _is_of_keys(name: str) -> bool:
    if _KEY_NAMES.fullmatch(name):
        return True
    return "~" in name and any(_is_short_for(name, word.casefold()) for word in _BY_REASON[_KEYS].split())


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    visible = "".join(char for char in folded if unicodedata.category(char) not in {"Cf", "Cc", "Mn", "Cn"})
    return visible.partition(":")[0].rstrip(". ")


def _is_short_for(name: str, pattern: str) -> bool:
    """`git~1` for `.git`: the first six letters without dots, and of the ending the first three."""
    short = _SHORT.fullmatch(name)
    if short is None:
        return False
    stem, _, ending = pattern.lstrip(".").partition(".")
    letters = stem.rstrip("*")[:6]
    if "*" in pattern:
        return bool(letters) and short[1].startswith(letters)
    return short[1] == letters and ending[:3] == (short[2] or "")


def _patterns() -> Iterator[tuple[str, str]]:
    for reason, words in _BY_REASON.items():
        for word in words.split():
            yield word.casefold(), reason
