"""What is installed, configured and reachable, and what to do about what is not."""

import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions, version
from pathlib import Path

from agent.bootstrap import build_embedder, build_verifier
from agent.settings import Settings
from agent.types import Extract, Pair, Value
from retrieval.errors import LibraryError
from retrieval.library import RECORD, Library

OURS = ("agent", "retrieval", "prompts", "evals")


class Finding(Value):
    """One thing that was looked at."""

    subject: str
    fine: bool
    detail: str
    advice: str = ""


def examine(settings: Settings, directory: Path | None = None) -> list[Finding]:
    """Look at everything that a draft needs; nothing is changed and nothing is called."""
    return [
        _versions(),
        _names(),
        _embedder(settings),
        _verifier(settings),
        *_library(settings, directory or settings.library),
        Finding(subject="drafter", fine=True, detail="embedded: it says only what passages say"),
    ]


def _versions() -> Finding:
    python = ".".join(map(str, sys.version_info[:3]))
    return Finding(
        subject="installation",
        fine=True,
        detail=f"verdict-desk {version('verdict-desk')}, Python {python}",
    )


def _names() -> Finding:
    """The four package names are generic: another distribution may have overwritten one."""
    owners = packages_distributions()
    strangers = {o for name in OURS for o in owners.get(name, ())} - {"verdict-desk"}
    return Finding(
        subject="package names",
        fine=not strangers,
        detail=f"also owned by {', '.join(sorted(strangers))}" if strangers else "ours alone",
        advice="Install verdict-desk into an environment of its own." if strangers else "",
    )


def _embedder(settings: Settings) -> Finding:
    if settings.embedding_base_url:
        detail = f"endpoint {settings.embedding_base_url}, model {settings.embedding_model}"
        return Finding(subject="embedder", fine=True, detail=f"{detail} (not called)")
    try:
        embedder = build_embedder(settings)
        embedder.embed(["ready"])
    except LibraryError as error:
        return Finding(subject="embedder", fine=False, detail=error.args[0], advice=error.advice)
    return Finding(subject="embedder", fine=True, detail=f"{embedder.id}, on this machine")


def _verifier(settings: Settings) -> Finding:
    verifier = build_verifier(settings)
    said = "The bridge was closed in May."
    [ruling] = verifier.judge([Pair(claim=said, evidence=(Extract(text=said),))])
    return Finding(
        subject="verifier",
        fine=ruling.stands,
        detail=f"{verifier.name}, on this machine" if ruling.stands else ruling.reason,
        advice="" if ruling.stands else "Reinstall Verdict Desk: no page is drafted without it.",
    )


def _library(settings: Settings, directory: Path) -> Iterator[Finding]:
    if not (directory / RECORD).exists():
        yield Finding(
            subject="library",
            fine=True,
            detail=f"none yet in {directory}; the first draft fills it with our notes",
        )
        return
    try:
        with Library.open(
            directory, build_embedder(settings), chroma_url=settings.chroma_url
        ) as held:
            held.settle()
            stats = held.stats()
    except LibraryError as error:
        yield Finding(subject="library", fine=False, detail=error.args[0], advice=error.advice)
        return
    detail = f"{stats.sources} sources, {stats.passages} passages in {directory}"
    yield Finding(subject="library", fine=True, detail=detail)
    yield Finding(subject="index", fine=True, detail=f"{stats.index}; search by {stats.search}")


def status(findings: list[Finding]) -> int:
    """Exit status: 0, or 6 for the library, or 5 for a model."""
    broken = [f.subject for f in findings if not f.fine]
    if not broken:
        return 0
    return 6 if "library" in broken else 5


def as_text(findings: list[Finding]) -> str:
    """A line each, advice below."""
    lines = []
    for found in findings:
        lines.append(f"{'ok  ' if found.fine else 'FAIL'} {found.subject}: {found.detail}")
        if found.advice:
            lines.append(f"     {found.advice}")
    return "\n".join(lines)
