"""`verdict slack` and `verdict forget-user`, declared; `agent.faces.slack.commands` does them."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()

LibraryDir = Annotated[
    Path | None,
    typer.Option("--library", help="Folder of the library (default: the user's data folder)."),
]


@app.command()
def slack(library: LibraryDir = None) -> None:
    """Answer "Is this true?" in Slack, until stopped."""
    from agent.faces.slack import commands  # noqa: PLC0415  (heavy imports only where used)

    raise typer.Exit(commands.slack(library))


@app.command(name="forget-user")
def forget_user(
    user: Annotated[str, typer.Argument(metavar="USER", help="Slack's id of the person (U…).")],
    library: LibraryDir = None,
) -> None:
    """Delete what a person asked in Slack."""
    from agent.faces.slack import commands  # noqa: PLC0415

    raise typer.Exit(commands.forget_user(user, library))
