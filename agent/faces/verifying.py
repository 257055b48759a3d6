"""`verdict check` and `verdict judge`, declared; `agent.faces.ruling` does them."""

from pathlib import Path
from typing import Annotated

import typer

from agent.faces.options import AsJson, LibraryDir, Out

app = typer.Typer()


@app.command()
def check(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="A cited text: Markdown, text or our JSON; - for stdin."
        ),
    ],
    as_json: AsJson = False,
    library: LibraryDir = None,
) -> None:
    """Rule on a cited text that a person or another model wrote."""
    from agent.faces import ruling  # noqa: PLC0415  (heavy imports only where used)

    raise typer.Exit(ruling.check(file, library, as_json=as_json))


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
    from agent.faces import ruling  # noqa: PLC0415

    raise typer.Exit(ruling.judge(file, out))
