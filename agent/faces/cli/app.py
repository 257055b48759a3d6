"""`verdict …`: the command line, declared. What commands do is in the modules beside this one."""

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from agent.faces.cli.library_app import library_app
from agent.faces.exit_codes import Exit, status_of, words_of
from agent.faces.options import AsJson, AsOf, LibraryDir, Out, day
from agent.faces.slack import commands as slack_commands
from agent.faces.terminal import say
from agent.faces.web import commands as web_commands

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
app.add_typer(slack_commands)
app.add_typer(web_commands)

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
    CSL = "csl"
    BIBTEX = "bibtex"


class Length(StrEnum):
    """How much a page says."""

    SHORT = "short"
    STANDARD = "standard"
    FULL = "full"


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
    length: Annotated[
        Length | None, typer.Option(help="How much the page says (VERDICT_LENGTH).")
    ] = None,
    self_test: Annotated[
        bool,
        typer.Option(
            "--self-test", help="Plant errors in the page's sentences; count those caught."
        ),
    ] = False,
    unproven: Annotated[
        bool,
        typer.Option("--unproven", help="Write a ClaimReview also where the claim got no verdict."),
    ] = False,
) -> None:
    """Draft a cited, checked first version of a fact-check."""
    _read_ahead(question)
    from agent.faces.cli import commands  # noqa: PLC0415  (heavy imports only where used)

    raise typer.Exit(
        commands.draft(
            question,
            day(as_of),
            form and form.value,
            out,
            library,
            model=model,
            base_url=base_url,
            length=length and length.value,
            self_test=self_test,
            unproven=unproven,
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
    _read_ahead(claim)
    from agent.faces.cli import commands  # noqa: PLC0415

    raise typer.Exit(commands.ask(claim, day(as_of), library, as_json=as_json))


def _read_ahead(question: str) -> None:
    """Load what tells languages, where this question needs it, beside the imports."""
    from agent.language import detection  # noqa: PLC0415

    detection.read_ahead(question)


@app.command()
def search(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="Words to look for.")],
    k: Annotated[int, typer.Option("-k", min=1, max=200, help="How many passages.")] = 8,
    as_of: AsOf = None,
    as_json: AsJson = False,
    library: LibraryDir = None,
) -> None:
    """Search the library's passages."""
    from agent.faces.cli import commands  # noqa: PLC0415

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
    from agent.faces.cli import commands  # noqa: PLC0415

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
    from agent.faces.cli import batch as batches  # noqa: PLC0415

    raise typer.Exit(batches.batch(file, out, day(as_of), library, workers))


@app.command()
def worker(library: LibraryDir = None, workers: Workers = None) -> None:
    """Draft the jobs of other processes, until stopped."""
    from agent.faces.cli import commands  # noqa: PLC0415

    raise typer.Exit(commands.worker(library, workers))


@app.command()
def jobs(as_json: AsJson = False, library: LibraryDir = None) -> None:
    """List the drafts and watches of the workers."""
    from agent.faces.cli import commands  # noqa: PLC0415

    raise typer.Exit(commands.list_jobs(library, as_json=as_json))


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


@app.command()
def check(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="A cited text: Word, HTML, Markdown, text or our JSON; - for stdin.",
        ),
    ],
    against: Annotated[
        str | None,
        typer.Option(
            metavar="DRAFT",
            help="Say what changed since this draft: its id, or its page in a file "
            "(default: the draft that our Word or HTML file says it is).",
        ),
    ] = None,
    as_json: AsJson = False,
    library: LibraryDir = None,
) -> None:
    """Rule on a cited text that a person or another model wrote."""
    from agent.faces.cli import check_commands  # noqa: PLC0415  (heavy imports only where used)

    raise typer.Exit(check_commands.check(file, library, against=against, as_json=as_json))


@app.command()
def recheck(
    drafts: Annotated[
        list[str] | None,
        typer.Argument(metavar="[DRAFT]...", help="Ids of drafts; by default all that are due."),
    ] = None,
    by: Annotated[str | None, typer.Option(help="Your name, for the trail.")] = None,
    only_list: Annotated[
        bool, typer.Option("--list", help="Only list drafts and sentences; verify nothing.")
    ] = False,
    as_json: AsJson = False,
    library: LibraryDir = None,
) -> None:
    """Verify drafts again whose sources changed.

    Only sentences whose cited words moved or are gone are verified. The desk shows the drafts.
    """
    from agent.faces.cli import recheck_command  # noqa: PLC0415

    raise typer.Exit(
        recheck_command.recheck(drafts or (), by, library, only_list=only_list, as_json=as_json)
    )


@app.command()
def judge(
    file: Annotated[
        Path,
        typer.Argument(metavar="PAIRS", help="One JSON object a line; .gz is read; - for stdin."),
    ],
    out: Out = None,
) -> None:
    """Label pairs of a claim and its evidence.

    A row {"id", "claim", "evidence": [text, ...]} becomes {"id", "support", "score", "checks"};
    support is supported, partial, contradicted, unsupported or unchecked.
    """
    from agent.faces.cli import check_commands  # noqa: PLC0415

    raise typer.Exit(check_commands.judge(file, out))
