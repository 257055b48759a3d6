"""Options that several commands take."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from agent.faces.exit_codes import BadInput

LibraryDir = Annotated[
    Path | None,
    typer.Option("--library", help="Folder of the library (default: the user's data folder)."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AsOf = Annotated[
    str | None, typer.Option(metavar="YYYY-MM-DD", help="Leave out what was published later.")
]
Out = Annotated[Path | None, typer.Option(help="Write to this file instead of stdout.")]


def day(text: str | None) -> date | None:
    """Read a date typed as YYYY-MM-DD.

    Raises:
        BadInput: it is none.
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{text!r} is not a date. Write it as 2026-01-27.") from None
