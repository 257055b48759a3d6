"""`verdict library …`: the commands for sources, declared."""

from pathlib import Path
from typing import Annotated

import typer

from agent.faces.exit_codes import BadInput
from agent.faces.options import AsJson, LibraryDir

library_app = typer.Typer(
    help="Add, list and look after the sources.", no_args_is_help=True, rich_markup_mode=None
)

Vetting = Annotated[
    Path | None, typer.Option("--vetting", help="TOML list of admitted publishers and domains.")
]
VettedBy = Annotated[
    str | None, typer.Option("--vetted-by", help="Name of the person who vouches for the sources.")
]
Wait = Annotated[
    float, typer.Option(min=0, help="Seconds to wait for another process that is writing.")
]

Ray = Annotated[
    str | None,
    typer.Option(
        "--ray",
        metavar="ADDRESS",
        help="Have a Ray cluster read and embed: `auto`, `local` or its address.",
    ),
]


@library_app.command()
def add(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH", help="Files, folders or web addresses.")
    ],
    vetting: Vetting = None,
    vetted_by: VettedBy = None,
    wait: Wait = 60.0,
    ray: Ray = None,
    as_json: AsJson = False,
    library: LibraryDir = None,
) -> None:
    """Add sources, or replace those whose files changed."""
    from agent.faces.cli import (  # noqa: PLC0415  (heavy imports only where used)
        library_commands,
        web_commands,
    )

    if any(map(web_commands.is_address, paths)):
        if ray:
            raise BadInput("--ray is for files. Leave it out for web addresses.")
        raise typer.Exit(web_commands.fetch(paths, vetting, vetted_by, library, as_json=as_json))
    raise typer.Exit(
        library_commands.add(
            [Path(one) for one in paths],
            vetting,
            vetted_by,
            library,
            wait=wait,
            as_json=as_json,
            prune=False,
            ray=ray,
        )
    )


@library_app.command()
def sync(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Folder that the library should mirror.")
    ],
    vetting: Vetting = None,
    vetted_by: VettedBy = None,
    wait: Wait = 60.0,
    ray: Ray = None,
    as_json: AsJson = False,
    library: LibraryDir = None,
) -> None:
    """Add, and remove the sources whose files are gone."""
    from agent.faces.cli import library_commands  # noqa: PLC0415

    raise typer.Exit(
        library_commands.add(
            [folder], vetting, vetted_by, library, wait=wait, as_json=as_json, prune=True, ray=ray
        )
    )


@library_app.command("list")
def list_(as_json: AsJson = False, library: LibraryDir = None) -> None:
    """List the sources."""
    from agent.faces.cli import library_commands  # noqa: PLC0415

    raise typer.Exit(library_commands.list_sources(library, as_json=as_json))


@library_app.command()
def show(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="Id of the source.")],
    as_json: AsJson = False,
    library: LibraryDir = None,
) -> None:
    """Show one source with its stored text."""
    from agent.faces.cli import library_commands  # noqa: PLC0415

    raise typer.Exit(library_commands.show(source, library, as_json=as_json))


@library_app.command()
def remove(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="Id of the source.")],
    library: LibraryDir = None,
) -> None:
    """Remove a source; its text leaves the files."""
    from agent.faces.cli import library_commands  # noqa: PLC0415

    raise typer.Exit(library_commands.remove(source, library))


@library_app.command()
def stats(as_json: AsJson = False, library: LibraryDir = None) -> None:
    """Count what the library holds."""
    from agent.faces.cli import library_commands  # noqa: PLC0415

    raise typer.Exit(library_commands.stats(library, as_json=as_json))


@library_app.command()
def copy(
    source: Annotated[
        str, typer.Argument(metavar="FROM", help="Folder of a library, or the word `database`.")
    ],
    target: Annotated[
        str,
        typer.Argument(metavar="TO", help="Empty folder, or `database` (VERDICT_DATABASE_URL)."),
    ],
) -> None:
    """Copy a library between a folder and PostgreSQL, and compare.

    A copy that was interrupted goes on when the command is run again.
    """
    from agent.faces.cli import library_commands  # noqa: PLC0415

    raise typer.Exit(library_commands.copy(source, target))


@library_app.command()
def verify(
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be mended.")] = False,
    as_json: AsJson = False,
    library: LibraryDir = None,
) -> None:
    """Compare record, index and search for every difference."""
    from agent.faces.cli import library_commands  # noqa: PLC0415

    raise typer.Exit(library_commands.verify(library, repair=repair, as_json=as_json))


@library_app.command()
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


@library_app.command()
def watch(
    vetting: Vetting = None,
    every: Annotated[
        float | None,
        typer.Option(metavar="MINUTES", min=1, help="Go on, with a pause of so many minutes."),
    ] = None,
    most: Annotated[int, typer.Option(min=1, help="Pages visited in one pass at most.")] = 500,
    schedule: Annotated[
        str | None,
        typer.Option(
            metavar="CRONTAB",
            help='Leave it to `verdict worker`, as in "*/30 * * * *" (UTC), or `off` to end that.',
        ),
    ] = None,
    as_json: AsJson = False,
    library: LibraryDir = None,
) -> None:
    """Bring in what feeds name, look again at what is there.

    The feeds are those of the vetting list.
    """
    from agent.faces.cli import web_commands  # noqa: PLC0415

    if schedule is not None:
        if vetting is not None or every is not None:
            raise BadInput("Give --schedule alone: workers take the list from VERDICT_VETTING.")
        raise typer.Exit(web_commands.schedule_watch(schedule, library))
    raise typer.Exit(web_commands.watch_feeds(vetting, every, most, library, as_json=as_json))


@library_app.command("fact-checks")
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


@library_app.command()
def notices(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV of the Retraction Watch data.")],
    as_json: AsJson = False,
    library: LibraryDir = None,
) -> None:
    """Mark sources that a register calls retracted or corrected."""
    from agent.faces.cli import web_commands  # noqa: PLC0415

    raise typer.Exit(web_commands.read_register(file, library, as_json=as_json))


@library_app.command()
def changes(
    after: Annotated[int, typer.Option(min=0, help="Number of the last one known.")] = 0,
    as_json: AsJson = False,
    library: LibraryDir = None,
) -> None:
    """List what became of sources, in order."""
    from agent.faces.cli import web_commands  # noqa: PLC0415

    raise typer.Exit(web_commands.list_changes(after, library, as_json=as_json))


@library_app.command()
def history(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="Id of the source.")],
    as_json: AsJson = False,
    library: LibraryDir = None,
) -> None:
    """Show notices about a source and what changed in it."""
    from agent.faces.cli import web_commands  # noqa: PLC0415

    raise typer.Exit(web_commands.show_history(source, library, as_json=as_json))
