"""What a person sees on a terminal: a page wrapped at words, and talk that is not in a pipe."""

import os
import pty
import subprocess
import sys
from pathlib import Path

from agent.faces.terminal import wrapped
from tests.faces.front import ROOT, started


def on_a_terminal(*typed: object, columns: int = 80) -> str:
    """Run `verdict ...` with stdout and stderr on a terminal of so many columns."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "agent", *map(str, typed)],
        cwd=ROOT,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "COLUMNS": str(columns), "TERM": "dumb"},
    )
    os.close(theirs)
    seen = b""
    try:
        while block := os.read(ours, 65_536):
            seen += block
    except OSError:  # Linux says so when the other side has closed
        pass
    finally:
        os.close(ours)
    process.wait(timeout=60)
    return seen.decode("utf-8").replace("\r\n", "\n")


def test_lines_end_at_words_where_the_terminal_ends(library: Path) -> None:
    seen = on_a_terminal("search", "is aspartame safe", "--library", library)
    lines = seen.splitlines()
    assert max(map(len, lines)) <= 80
    assert all(line.startswith("   ") for line in lines if line and not line[0].isdigit())


def test_a_pipe_gets_whole_paragraphs(library: Path) -> None:
    out, _ = started("search", "is aspartame safe", "--library", library).communicate(timeout=60)
    assert max(map(len, out.splitlines())) > 200


def test_a_table_is_cut_at_the_edge_of_a_terminal_only(library: Path) -> None:
    seen = on_a_terminal("library", "list", "--library", library, columns=60)
    rows = seen.splitlines()
    assert len(rows) == 76
    assert max(map(len, rows)) == 60
    assert any(row.endswith("…") for row in rows)


def test_paragraphs_hang_under_their_text_and_addresses_stay_whole() -> None:
    address = "https://example.org/" + "a-long-way/" * 6
    assert wrapped("- one two three", 9).splitlines() == ["- one two", "  three"]
    assert wrapped("[12] one two", 9).splitlines() == ["[12] one", "     two"]
    assert wrapped("   one two", 8).splitlines() == ["   one", "   two"]
    assert wrapped(f"see {address}", 20).splitlines() == ["see", address]
    assert wrapped("\n\n", 20) == "\n\n"
