"""`verdict …`: the command line. Commands are declared here and done in `agent.faces.commands`."""

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from agent.faces.failures import Exit, status_of, words_of
from agent.faces.library import app as library_app
from agent.faces.options import AsJson, AsOf, LibraryDir, Out, day
from agent.faces.slack import commands as slack_commands
from agent.faces.terminal import say
from agent.faces.verifying import app as verifying_app

app = typer.Typer(
    name="verdict",
    help="Draft a fact-check from vetted sources; every sentence is cited and checked.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain words, half the start-up time, and no boxes in logs
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(library_app, name="library")
app.add_typer(verifying_app)
app.add_typer(slack_commands)

Model = Annotated[
    str | None, typer.Option(help="Language model that plans, writes and repairs (VERDICT_MODEL).")
]
BaseUrl = Annotated[
    str | None,
    typer.Option(metavar="URL", help="OpenAI-compatible endpoint of it (VERDICT_BASE_URL)."),
]


Workers = Annotated[
    int | None,
    typer.Option(min=0, max=64, help="Drafts made at the same time (VERDICT_WORKERS)."),
]


class Format(StrEnum):
    """Forms of a page."""

    TEXT = "text"
    MD = "md"
    HTML = "html"
    DOCX = "docx"
    JSON = "json"
    CLAIMREVIEW = "claimreview"


@app.command()
def draft(
    question: Annotated[
        str, typer.Argument(metavar="QUESTION", help="The question or claim, as you would type it.")
    ],
    as_of: AsOf = None,
    form: Annotated[
        Format | None,
        typer.Option("--format", help="Form of the page (default: as the name after --out ends)."),
    ] = None,
    out: Out = None,
    library: LibraryDir = None,
    model: Model = None,
    base_url: BaseUrl = None,
    self_test: Annotated[
        bool,
        typer.Option(
            "--self-test", help="Plant errors in the page's sentences; count those caught."
        ),
    ] = False,
) -> None:
    """Draft a cited, checked first version of a fact-check."""
    from agent.faces import commands  # noqa: PLC0415  (heavy imports only where used)

    raise typer.Exit(
        commands.draft(
            question,
            day(as_of),
            form and form.value,
            out,
            library,
            model=model,
            base_url=base_url,
            self_test=self_test,
        )
    )


@app.command()
def ask(
    claim: Annotated[str, typer.Argument(metavar="CLAIM", help="The claim.")],
    as_of: AsOf = None,
    as_json: AsJson = False,
    library: LibraryDir = None,
) -> None:
    """Is this true? The short answer, as Slack shows it."""
    from agent.faces import commands  # noqa: PLC0415

    raise typer.Exit(commands.ask(claim, day(as_of), library, as_json=as_json))


@app.command()
def search(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="Words to look for.")],
    k: Annotated[int, typer.Option("-k", min=1, max=200, help="How many passages.")] = 8,
    as_of: AsOf = None,
    as_json: AsJson = False,
    library: LibraryDir = None,
) -> None:
    """Search the library's passages."""
    from agent.faces import commands  # noqa: PLC0415

    raise typer.Exit(commands.search(query, k, day(as_of), library, as_json=as_json))


@app.command()
def doctor(
    as_json: AsJson = False,
    library: LibraryDir = None,
    call: Annotated[
        bool, typer.Option("--call", help="Make one small call of the language model.")
    ] = False,
) -> None:
    """Say what is installed and what works.

    Where something does not, the line below says what to do about it.
    """
    from agent.faces import commands  # noqa: PLC0415

    raise typer.Exit(commands.doctor(library, as_json=as_json, call=call))


@app.command()
def mcp(
    http: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="Serve over HTTP here instead of stdin and stdout."),
    ] = None,
    library: LibraryDir = None,
) -> None:
    """Serve assistants over MCP: check, verify, search, fetch."""
    from agent.faces.mcp import server  # noqa: PLC0415

    raise typer.Exit(server.serve(http, library))


@app.command()
def batch(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="CLAIMS", help='One JSON object a line: {"id", "question" or "claim"}.'
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder for the drafts; made where there is none.")],
    as_of: AsOf = None,
    library: LibraryDir = None,
    workers: Workers = None,
) -> None:
    """Draft many claims; a stopped batch goes on."""
    from agent.faces import batch as batches  # noqa: PLC0415

    raise typer.Exit(batches.batch(file, out, day(as_of), library, workers))


@app.command()
def worker(library: LibraryDir = None, workers: Workers = None) -> None:
    """Draft the jobs of other processes, until stopped."""
    from agent.faces import worker as workers_face  # noqa: PLC0415

    raise typer.Exit(workers_face.worker(library, workers))


def version(value: bool) -> None:
    """Print the version and stop."""
    if value:
        from importlib.metadata import version as of  # noqa: PLC0415

        typer.echo(of("verdict-desk"))
        raise typer.Exit


@app.callback()
def root(
    _: Annotated[
        bool, typer.Option("--version", callback=version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Draft a fact-check from vetted sources; every sentence is cited and checked."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run; known failures become one line and an exit status, unknown ones keep their traceback.

    Args:
        arguments: what was typed after `verdict`; by default that of this process.
    """
    try:
        app(arguments, prog_name="verdict")
    except KeyboardInterrupt:
        say("Stopped.")
        sys.exit(Exit.INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(Exit.OK)
    except Exception as error:  # the face's last line
        status = status_of(error)
        if status is None:
            raise
        say(f"verdict: {words_of(error)}")
        sys.exit(status)
    sys.exit(Exit.OK)
