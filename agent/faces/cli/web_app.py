"""`verdict library …`: the commands that bring sources from the web, declared."""

from pathlib import Path
from typing import Annotated

import typer

from agent.faces.options import AsJson, LibraryDir

web_app = typer.Typer(rich_markup_mode=None)

Vetting = Annotated[
    Path | None, typer.Option("--vetting", help="TOML list of admitted publishers and domains.")
]
VettedBy = Annotated[
    str | None, typer.Option("--vetted-by", help="Name of the person who vouches for the sources.")
]


@web_app.command()
def fetch(
    urls: Annotated[list[str], typer.Argument(metavar="URL", help="Web addresses.")],
    vetting: Vetting = None,
    vetted_by: VettedBy = None,
    as_json: AsJson = False,
    library: LibraryDir = None,
) -> None:
    """Fetch web pages, or look again at those that are there."""
    from agent.faces.cli import web_commands  # noqa: PLC0415

    raise typer.Exit(web_commands.fetch(urls, vetting, vetted_by, library, as_json=as_json))


@web_app.command()
def watch(
    vetting: Vetting = None,
    every: Annotated[
        float | None,
        typer.Option(metavar="MINUTES", min=1, help="Go on, with a pause of so many minutes."),
    ] = None,
    most: Annotated[int, typer.Option(min=1, help="Pages visited in one pass at most.")] = 500,
    as_json: AsJson = False,
    library: LibraryDir = None,
) -> None:
    """Bring in what feeds name, look again at what is there.

    The feeds are those of the vetting list.
    """
    from agent.faces.cli import web_commands  # noqa: PLC0415

    raise typer.Exit(web_commands.watch_feeds(vetting, every, most, library, as_json=as_json))


@web_app.command("fact-checks")
def fact_checks(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE", help="JSON with ClaimReview.")
    ] = None,
    search: Annotated[
        str | None,
        typer.Option(metavar="WORDS", help="Ask Google's Fact Check Tools for these words."),
    ] = None,
    language: Annotated[str | None, typer.Option(help="Of what is searched for, as en.")] = None,
    vetting: Vetting = None,
    vetted_by: VettedBy = None,
    as_json: AsJson = False,
    library: LibraryDir = None,
) -> None:
    """Add fact-checks that others published."""
    from agent.faces.cli import web_commands  # noqa: PLC0415

    raise typer.Exit(
        web_commands.add_fact_checks(
            files or [], search, language, vetting, vetted_by, library, as_json=as_json
        )
    )


@web_app.command()
def notices(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV of the Retraction Watch data.")],
    as_json: AsJson = False,
    library: LibraryDir = None,
) -> None:
    """Mark sources that a register calls retracted or corrected."""
    from agent.faces.cli import web_commands  # noqa: PLC0415

    raise typer.Exit(web_commands.read_register(file, library, as_json=as_json))


@web_app.command()
def changes(
    after: Annotated[int, typer.Option(min=0, help="Number of the last one known.")] = 0,
    as_json: AsJson = False,
    library: LibraryDir = None,
) -> None:
    """List what became of sources, in order."""
    from agent.faces.cli import web_commands  # noqa: PLC0415

    raise typer.Exit(web_commands.list_changes(after, library, as_json=as_json))


@web_app.command()
def history(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="Id of the source.")],
    as_json: AsJson = False,
    library: LibraryDir = None,
) -> None:
    """Show notices about a source and what changed in it."""
    from agent.faces.cli import web_commands  # noqa: PLC0415

    raise typer.Exit(web_commands.show_history(source, library, as_json=as_json))
