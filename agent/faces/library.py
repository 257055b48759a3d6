"""`verdict library …`: what is in the library, and how it got there."""

from pathlib import Path
from typing import Annotated

import typer

from agent.faces.options import AsJson, LibraryDir

app = typer.Typer(
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


@app.command()
def add(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Files or folders.")],
    vetting: Vetting = None,
    vetted_by: VettedBy = None,
    wait: Wait = 60.0,
    as_json: AsJson = False,
    library: LibraryDir = None,
) -> None:
    """Add sources, or replace those whose files changed."""
    from agent.faces import shelving  # noqa: PLC0415  (heavy imports only where used)

    raise typer.Exit(
        shelving.add(paths, vetting, vetted_by, library, wait=wait, as_json=as_json, prune=False)
    )


@app.command()
def sync(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Folder that the library should mirror.")
    ],
    vetting: Vetting = None,
    vetted_by: VettedBy = None,
    wait: Wait = 60.0,
    as_json: AsJson = False,
    library: LibraryDir = None,
) -> None:
    """Add, and remove the sources whose files are gone."""
    from agent.faces import shelving  # noqa: PLC0415

    raise typer.Exit(
        shelving.add([folder], vetting, vetted_by, library, wait=wait, as_json=as_json, prune=True)
    )


@app.command("list")
def list_(as_json: AsJson = False, library: LibraryDir = None) -> None:
    """List the sources."""
    from agent.faces import shelving  # noqa: PLC0415

    raise typer.Exit(shelving.list_sources(library, as_json=as_json))


@app.command()
def show(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="Id of the source.")],
    as_json: AsJson = False,
    library: LibraryDir = None,
) -> None:
    """Show one source with its stored text."""
    from agent.faces import shelving  # noqa: PLC0415

    raise typer.Exit(shelving.show(source, library, as_json=as_json))


@app.command()
def remove(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="Id of the source.")],
    library: LibraryDir = None,
) -> None:
    """Remove a source; its text leaves the files."""
    from agent.faces import shelving  # noqa: PLC0415

    raise typer.Exit(shelving.remove(source, library))


@app.command()
def stats(as_json: AsJson = False, library: LibraryDir = None) -> None:
    """Count what the library holds."""
    from agent.faces import shelving  # noqa: PLC0415

    raise typer.Exit(shelving.stats(library, as_json=as_json))


@app.command()
def verify(
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be mended.")] = False,
    as_json: AsJson = False,
    library: LibraryDir = None,
) -> None:
    """Compare record, index and search for every difference."""
    from agent.faces import shelving  # noqa: PLC0415

    raise typer.Exit(shelving.verify(library, repair=repair, as_json=as_json))
