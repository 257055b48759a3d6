"""The front door: commands as they are typed, and what a person gets back."""

import io
import json
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agent.faces.cli.app import main

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds"
VETTING = SEEDS / "vetting.toml"
Json = dict[str, Any]
QUESTION = "Are nyc cops taking down I.C.E. agents?"


@dataclass(frozen=True)
class Told:
    """What a command said, and the status it ended with."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401  # an object or a list, as the command says
        return json.loads(self.out)

    @property
    def error(self) -> str:
        """The one line of a failure."""
        assert self.err.startswith("verdict: "), self.err
        assert len(self.err.splitlines()) == 1, self.err
        assert not self.out, self.out
        return self.err


def verdict(*typed: object) -> Told:
    """Run `verdict ...` in this process."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main([str(word) for word in typed])
    return Told(int(ended.value.code or 0), out.getvalue(), err.getvalue())


def started(*typed: object, before: str = "") -> subprocess.Popen[str]:
    """Start `verdict ...` as a process of its own; `before` is Python that runs first."""
    code = f"{before}\nimport sys\nfrom agent.faces.cli.app import main\nmain(sys.argv[1:])"
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, typed)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> Told:
    out, err = process.communicate(timeout=60)
    return Told(process.returncode, out, err)


def note(folder: Path, source_id: str, body: str, **changes: str | None) -> Path:
    """Write a note whose front matter is right but for `changes`; None leaves a field out."""
    front: dict[str, str | None] = {
        "id": source_id,
        "title": f"About {source_id}",
        "publisher": "The Harbour Paper",
        "url": f"https://harbour-paper.org/{source_id}",
        "published": "2025-05-01",
    }
    lines = [f"{k}: {json.dumps(v)}" for k, v in (front | changes).items() if v is not None]
    path = folder / f"{source_id}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["---", *lines, "---", "", body, ""]), "utf-8")
    return path


def sources(library: Path) -> list[str]:
    """Ids of what a library holds."""
    return [row["id"] for row in verdict("library", "list", "--json", "--library", library).json]
