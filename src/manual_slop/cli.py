"""The command line: what can be typed, and which part of the program does it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from manual_slop import __version__
from manual_slop.terminal.conversation import chosen_tools, setting_for, text_view, view_for
from manual_slop.terminal.exit_codes import DONE, exit_code
from manual_slop.terminal.help_text import INTRODUCTION, afterword
from manual_slop.terminal.mma import mma_app
from manual_slop.terminal.sessions import sessions_app
from manual_slop.values.errors import ConfigError, ProviderError

app = typer.Typer(
    name="manual-slop",
    help=INTRODUCTION,
    epilog=afterword(),
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(sessions_app())
app.add_typer(mma_app())

ModelOption = Annotated[
    str | None, typer.Option("-m", "--model", metavar="MODEL", help="provider/name, or an alias from config.toml.")
]
ImageOption = Annotated[list[str] | None, typer.Option(metavar="PATH|clipboard", help="A picture; may be repeated.")]
EffortOption = Annotated[
    str | None, typer.Option(metavar="LEVEL", help="How long it thinks: minimal, low, medium, high.")
]
SystemOption = Annotated[str | None, typer.Option(metavar="TEXT", help="What the model is told of its task.")]
FolderOption = Annotated[
    Path | None, typer.Option("--dir", metavar="PATH", help="The project its tools may read; else the current folder.")
]
NoToolsOption = Annotated[bool, typer.Option("--no-tools", help="Offer the model no tools.")]
ParamOption = Annotated[
    list[str] | None, typer.Option(metavar="NAME=VALUE", help="Any model parameter, the value as JSON; repeatable.")
]
BaseOption = Annotated[str | None, typer.Option(metavar="URL", help="Where the model's server is.")]
ApproveOption = Annotated[
    str | None,
    typer.Option(metavar="ask|edits|never|all", help="What needs your yes; else as config.toml says, else ask."),
]
ToolsOption = Annotated[str | None, typer.Option(metavar="NAME,…", help="The only tools to offer.")]
BudgetOption = Annotated[
    str | None,
    typer.Option(metavar="USD|Ntok", help="The most the session may spend: 2.00, 200000tok or 2.00,200000tok."),
]
SessionOption = Annotated[
    str | None, typer.Option(metavar="ID|last", help="Go on with a recorded session, as it was set up.")
]
RecordOption = Annotated[
    bool | None, typer.Option("--record/--no-record", help="Keep this conversation, or not; else as config.toml says.")
]
PresetOption = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Model, parameters, tools, instructions as kept under a name in the window."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs: JSON instead of text.")]


@app.callback()
def program(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Say which version this is.", is_eager=True)] = False,
    folder: Annotated[
        Path | None, typer.Option("--dir", metavar="PATH", help="The project to open; else the last one.")
    ] = None,
    screenshot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Make a picture of the window; needs no display.")
    ] = None,
    panel: Annotated[str | None, typer.Option(metavar="NAME", help="The panel in front in that picture.")] = None,
    size: Annotated[str | None, typer.Option(metavar="WxH", help="Its size in pixels; else 1440x900.")] = None,
    theme: Annotated[str | None, typer.Option(metavar="dark|light|contrast", help="Its colours.")] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Show a real conversation with the scripted model; touches nothing of yours.")
    ] = False,
) -> int:
    """Without a command: the window."""
    if version:
        typer.echo(f"manual-slop {__version__}")
        raise typer.Exit(DONE)
    if context.invoked_subcommand is not None:
        if folder or screenshot or panel or size or theme or demo:
            raise ConfigError(f"the options before “{context.invoked_subcommand}” are for the window only")
        return DONE
    from manual_slop.terminal.window import Wanted, show

    return show(Wanted(folder, screenshot, panel, size, theme, demo))


@app.command()
def send(
    prompt: Annotated[
        str | None, typer.Argument(metavar="PROMPT|-", help="What to say; - reads it from stdin.")
    ] = None,
    model: ModelOption = None,
    image: ImageOption = None,
    system: SystemOption = None,
    folder: FolderOption = None,
    no_tools: NoToolsOption = False,
    no_stream: Annotated[bool, typer.Option("--no-stream", help="Wait for the whole answer.")] = False,
    json: JsonOption = False,
    temperature: Annotated[float | None, typer.Option(metavar="NUMBER", help="How freely it chooses words.")] = None,
    max_tokens: Annotated[int | None, typer.Option(metavar="N", help="The most it may write.")] = None,
    reasoning_effort: EffortOption = None,
    param: ParamOption = None,
    api_base: BaseOption = None,
    approve: ApproveOption = None,
    tools: ToolsOption = None,
    session: SessionOption = None,
    record: RecordOption = None,
    budget: BudgetOption = None,
    preset: PresetOption = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say how the bill was computed, and from where.")] = False,
) -> int:
    """Say one thing to a model and see what it costs.

    It may read the project, its answer streams, and the last line is the bill. What is piped in is put after the
    prompt. Into a pipe or file goes the answer alone; everything else is said on stderr.
    """
    from manual_slop.terminal.parameters import read_parameters
    from manual_slop.terminal.presets import with_preset
    from manual_slop.terminal.prompt_input import read_prompt
    from manual_slop.terminal.send import Prompt, run_send
    from manual_slop.terminal.turn_view import TurnView

    view = view_for(json)

    common = {"temperature": temperature, "max_tokens": max_tokens, "reasoning_effort": reasoning_effort}

    def asked() -> Prompt:
        parameters = read_parameters(param or [], common)
        return Prompt(read_prompt(prompt), tuple(image or ()), not no_stream, api_base, parameters, kept)

    setting, kept = with_preset(
        setting_for(view, model, system, folder, chosen_tools(tools, no_tools), approve), preset
    )
    if isinstance(view, TurnView):
        view.explain = explain
    return run_send(replace(setting, session=session, record=record, budget=budget), asked, view)


@app.command()
def chat(
    model: ModelOption = None,
    system: SystemOption = None,
    folder: FolderOption = None,
    no_tools: NoToolsOption = False,
    param: ParamOption = None,
    api_base: BaseOption = None,
    approve: ApproveOption = None,
    tools: ToolsOption = None,
    resume: SessionOption = None,
    record: RecordOption = None,
    budget: BudgetOption = None,
    preset: PresetOption = None,
) -> int:
    """Talk to a model in the terminal.

    /help there lists commands: another model, a picture, the bill. Without a terminal each line of input is a prompt.
    """
    from manual_slop.terminal.chat import talk
    from manual_slop.terminal.parameters import read_parameters
    from manual_slop.terminal.presets import with_preset
    from manual_slop.terminal.send import Prompt

    view = text_view()
    setting, kept = with_preset(
        setting_for(view, model, system, folder, chosen_tools(tools, no_tools), approve), preset
    )
    setting = replace(setting, session=resume, record=record, budget=budget)
    return talk(setting, lambda: Prompt(api_base=api_base, params=read_parameters(param or [], {}), preset=kept), view)


@app.command()
def undo(
    turn: Annotated[bool, typer.Option("--turn", help="All changes of the last turn, not the last one only.")] = False,
    session: Annotated[str | None, typer.Option(metavar="ID", help="Only what this session changed.")] = None,
    folder: FolderOption = None,
    redo: Annotated[bool, typer.Option("--redo", help="Take the last undo back.")] = False,
) -> int:
    """Take back what a model changed in a project, to the byte.

    Nothing is touched when one of the files was changed since. Called again it goes further back.
    """
    from manual_slop.terminal.undo import take_back

    return take_back(folder or Path.cwd(), session, turn=turn, redo=redo)


@app.command()
def models(
    provider: Annotated[
        str | None, typer.Argument(metavar="PROVIDER", help="Whose models; else all providers.")
    ] = None,
    refresh: Annotated[bool, typer.Option("--refresh", help="Ask the provider again, whatever is remembered.")] = False,
    json: JsonOption = False,
) -> None:
    """List providers, or the models of one with prices and abilities."""
    from manual_slop.terminal.catalogue import show_models, show_providers

    if provider is None:
        show_providers(json)
    else:
        show_models(provider, refresh, json)


@app.command()
def price(
    model: Annotated[list[str] | None, typer.Argument(metavar="MODEL...", help="Model strings or aliases.")] = None,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Fetch a newer price map, and show what differs before it counts.")
    ] = False,
    back: Annotated[bool, typer.Option("--back", help="Take the last refresh back.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --refresh: put it in force without asking.")] = False,
    json: JsonOption = False,
) -> int:
    """Say what models cost and where that is written.

    Prices come over the network with --refresh only.
    """
    if (model is not None) + refresh + back != 1:
        raise ConfigError("price takes models, or --refresh, or --back: one of them")
    if yes and not refresh:
        raise ConfigError("--yes belongs to --refresh")
    if model is not None:
        from manual_slop.terminal.catalogue import show_prices

        show_prices(model, json)
        return DONE
    from manual_slop.terminal import price_refresh

    return price_refresh.refresh(yes, json) if refresh else price_refresh.back()


@app.command()
def cost(
    session: Annotated[
        str | None, typer.Argument(metavar="SESSION", help="The beginning of its id; else the last one.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every call of every session.")] = False,
    by: Annotated[
        str | None, typer.Option(metavar="tier|model|purpose|day|ticket|…", help="A line for each; else by model.")
    ] = None,
    what_if: Annotated[
        list[str] | None, typer.Option("--what-if", metavar="MODEL,…", help="What it would have come to; repeatable.")
    ] = None,
    no_hits: Annotated[bool, typer.Option("--no-hits", help="What if nothing had been found in a cache.")] = False,
    matrix: Annotated[bool, typer.Option("--matrix", help="Tiers 1 to 4 against the models of --what-if.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Formula, rates, source and date of each sum.")] = False,
    reconcile: Annotated[bool, typer.Option("--reconcile", help="What was billed beside what we compute.")] = False,
    json: JsonOption = False,
) -> None:
    """Say what was spent, how we know, and what other models would have cost.

    Without a session it is about the last one. Days are in UTC. A sum that leaves calls out says how many.
    """
    from manual_slop.terminal.cost import question, show_cost

    asked = question(
        session, everything, by, what_if or (), no_hits, matrix=matrix, explain=explain, reconcile=reconcile
    )
    show_cost(asked, json)


@app.command()
def doctor(
    live: Annotated[str | None, typer.Option(metavar="MODEL", help="Also try this model, in five small calls.")] = None,
    json: JsonOption = False,
) -> int:
    """Check settings, keys, local servers, how tools work here, and this terminal.

    Keys are named with where they came from, never shown. Nobody is called but servers on this computer, and with
    --live the model you name.
    """
    from manual_slop.terminal.doctor import examine

    return examine(live, json)


@app.command()
def rehearsal(port: Annotated[int, typer.Option(metavar="N", help="Which port; any free one by default.")] = 0) -> None:
    """Serve the built-in, scripted provider to other programs."""
    from manual_slop.terminal.rehearsal import serve

    serve(port)


def run(arguments: list[str]) -> int:
    """Do what was typed and return the exit code. Raises what the program did not foresee."""
    failure: ConfigError | ProviderError
    try:
        return int(app(_with_folder(arguments), prog_name="manual-slop", standalone_mode=False) or DONE)
    except typer.TyperException as error:
        failure = ConfigError(_misuse(error.format_message(), arguments))
    except (ConfigError, ProviderError) as error:
        failure = error
    except SystemExit as leaving:  # what typer makes of a closed pipe
        if isinstance(leaving.__context__, BrokenPipeError):
            raise leaving.__context__ from None
        raise
    _tell(failure, arguments)
    return exit_code(failure)


def _with_folder(arguments: list[str]) -> list[str]:
    """`manual-slop PATH …` is the window of that folder; a folder called like a command needs a ./ before it."""
    if not arguments or arguments[0].startswith("-") or arguments[0] in _commands():
        return arguments
    from manual_slop.terminal.window import folder_named

    return ["--dir", *arguments] if folder_named(arguments[0]) else arguments


def _commands() -> list[str]:
    return ["sessions", "mma", *(command.callback.__name__ for command in app.registered_commands if command.callback)]


def _misuse(message: str, arguments: list[str]) -> str:
    """What is wrong with a command line, and where it says how it is right."""
    command = next((f" {word}" for word in arguments[:1] if word in _commands()), "")
    unquoted = command == " send" and "unexpected extra argument" in message
    quotes = "put the prompt in quotes; " if unquoted else ""
    return f"{message}\n→ {quotes}manual-slop{command} --help shows what can be typed"


def _tell(failure: ConfigError | ProviderError, arguments: list[str]) -> None:
    """Say what went wrong, in the form that was asked for."""
    if "--json" not in arguments or "send" in arguments[:1]:
        view_for("--json" in arguments).fail(failure)
        return
    from manual_slop.terminal.json_lines import document, error_fields
    from manual_slop.terminal.screen import screen

    screen().put(document({"error": error_fields(failure)}))
