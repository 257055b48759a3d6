"""`verdict …`: the command line. Commands are declared here and done in `agent.faces.commands`."""

import sys
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from agent.faces.failures import BadInput, Exit, status_of, words_of
from agent.faces.library import app as library_app
from agent.faces.terminal import say

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

LibraryDir = Annotated[
    Path | None,
    typer.Option("--library", help="Folder of the library (default: the user's data folder)."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AsOf = Annotated[
    str | None, typer.Option(metavar="YYYY-MM-DD", help="Leave out what was published later.")
]
Out = Annotated[Path | None, typer.Option(help="Write to this file instead of stdout.")]

Model = Annotated[
    str | None, typer.Option(help="Language model that plans, writes and repairs (VERDICT_MODEL).")
]
BaseUrl = Annotated[
    str | None,
    typer.Option(metavar="URL", help="OpenAI-compatible endpoint of it (VERDICT_BASE_URL)."),
]


class Format(StrEnum):
    """Forms of a page."""

    TEXT = "text"
    MD = "md"
    HTML = "html"
    JSON = "json"


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
def check(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A cited text: Markdown, text, or our JSON.")
    ],
    as_json: AsJson = False,
    library: LibraryDir = None,
) -> None:
    """Rule on a cited text that a person or another model wrote."""
    from agent.faces import commands  # noqa: PLC0415

    raise typer.Exit(commands.check(file, library, as_json=as_json))


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
def judge(
    file: Annotated[
        Path,
        typer.Argument(metavar="PAIRS", help="Pairs, one JSON object a line; .gz is read too."),
    ],
    out: Out = None,
) -> None:
    """Label pairs of a claim and its evidence.

    A row {"id", "claim", "evidence": [text, ...]} becomes {"id", "support", "score", "checks"};
    support is supported, partial, contradicted, unsupported or unchecked.
    """
    from agent.faces import commands  # noqa: PLC0415

    raise typer.Exit(commands.judge(file, out))


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


def day(text: str | None) -> date | None:
    """Read a date typed as YYYY-MM-DD."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{text!r} is not a date. Write it as 2026-01-27.") from None


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run; known failures become one line and an exit status, unknown ones keep their traceback.

    Args:
        arguments: what was typed after `verdict`; by default that of this process.
    """
    try:
        app(arguments, prog_name="verdict")
    except KeyboardInterrupt:
        say("Stopped.")
        sys.exit(130)
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
