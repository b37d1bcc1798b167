"""The `sessions` commands: what can be typed, and which module does it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

IdArgument = Annotated[str, typer.Argument(metavar="ID|last", help="The beginning of a session's id.")]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs: JSON instead of text.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]
LimitOption = Annotated[int, typer.Option(metavar="N", min=1, help="The most to show.")]


def sessions_app() -> typer.Typer:
    """The group of commands, for the command line to hang in."""
    group = typer.Typer(
        name="sessions",
        help="Recorded conversations: find, read, go on, take elsewhere, delete.",
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        no_args_is_help=False,
        invoke_without_command=True,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    group.callback()(_without_a_command)
    for name, command in (
        ("list", _list),
        ("show", _show),
        ("search", _search),
        ("resume", _resume),
        ("fork", _fork),
        ("export", _export),
        ("import", _import),
        ("replay", _replay),
        ("delete", _delete),
        ("prune", _prune),
    ):
        group.command(name)(command)
    return group


def _without_a_command(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def _list(
    limit: LimitOption = 30,
    here: Annotated[bool, typer.Option("--here", help="Only those of the current folder.")] = False,
    json: JsonOption = False,
) -> None:
    """List sessions, the last used first."""
    from manual_slop.terminal.sessions_list import list_sessions

    list_sessions(limit, Path.cwd() if here else None, json)


def _show(
    session: IdArgument = "last",
    tools: Annotated[bool, typer.Option("--tools", help="Also what tools were given and answered, in full.")] = False,
    json: JsonOption = False,
) -> None:
    """Read a session: what was said, which tools ran, what it cost.

    The numbers in front are those that `fork` takes. With --json: its events, one a line.
    """
    from manual_slop.terminal.sessions_show import show_session

    show_session(session, tools, json)


def _search(
    words: Annotated[list[str], typer.Argument(metavar="WORDS...", help="All of them have to be there.")],
    limit: LimitOption = 30,
    json: JsonOption = False,
) -> None:
    """Find words in prompts, answers, tools and the names of changed files."""
    from manual_slop.terminal.sessions_list import search_sessions

    search_sessions(" ".join(words), limit, json)


def _resume(
    session: IdArgument = "last",
    model: Annotated[str | None, typer.Option("-m", "--model", metavar="MODEL", help="Another model.")] = None,
) -> int:
    """Go on with a session in a chat. `chat --resume` has more options."""
    from manual_slop.terminal.sessions_go_on import resume

    return resume(session, model)


def _fork(
    session: IdArgument,
    at: Annotated[int | None, typer.Argument(metavar="[N]", help="The number of an event; else all of it.")] = None,
    model: Annotated[str | None, typer.Option("-m", "--model", metavar="MODEL", help="Another model.")] = None,
    prompt: Annotated[str | None, typer.Option(metavar="TEXT", help="Say this, instead of beginning a chat.")] = None,
    json: JsonOption = False,
) -> int:
    """Begin a new session with what was said in another one, up to any point.

    The other one stays as it is. With --json the id of the new one is printed, and nothing else is done.
    """
    from manual_slop.terminal.sessions_go_on import branch

    return branch(session, at, model, prompt, json)


def _export(
    session: IdArgument,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="PATH|-", help="Where to; - is stdout.")
    ] = None,
    form: Annotated[
        str | None, typer.Option("--format", metavar="md|html|json", help="Else as the name of the file says.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write a session to a file: Markdown, a page of HTML with its pictures, or JSON that `import` reads.

    Keys are taken out, and it is searched for them once more.
    """
    from manual_slop.terminal.sessions_files import export_session

    export_session(session, output, form, force)


def _import(
    file: Annotated[Path, typer.Argument(metavar="FILE|-", help="What `export --format json` wrote.")],
    json: JsonOption = False,
) -> None:
    """Read a session that was exported as JSON, here or elsewhere.

    One that is here already is not read twice; another one with the same id gets a new id.
    """
    from manual_slop.terminal.sessions_files import import_session

    import_session(file, json)


def _replay(
    session: IdArgument = "last",
    folder: Annotated[
        Path | None, typer.Option("--dir", metavar="PATH", help="The project to read; else the folder it had.")
    ] = None,
    json: JsonOption = False,
) -> int:
    """Run a session again on its own recorded answers, offline, and say what is no longer the same.

    Nobody is called, nothing is changed: tools that only read run again, of all others the recorded result is used.
    Exit code 9 means that something differs.
    """
    from manual_slop.terminal.sessions_replay import replay_session

    return replay_session(session, folder, json)


def _delete(
    session: IdArgument,
    with_ledger: Annotated[bool, typer.Option("--with-ledger", help="Also what its calls cost.")] = False,
    yes: YesOption = False,
) -> int:
    """Delete a session for good: what was said, pictures, what undo needs. What it cost stays in the ledger."""
    from manual_slop.terminal.sessions_delete import delete_session

    return delete_session(session, with_ledger, yes)


def _prune(
    days: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Not used for so many days; else [sessions] in config.toml.")
    ] = None,
    yes: YesOption = False,
    json: JsonOption = False,
) -> int:
    """Delete old sessions and old recordings of requests, after showing which.

    Nothing is ever deleted for its age without this command.
    """
    from manual_slop.terminal.sessions_delete import prune_sessions

    return prune_sessions(days, yes, json)
