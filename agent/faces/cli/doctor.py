"""What is installed, configured and reachable, and what to do about what is not."""

import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions, version
from pathlib import Path
from textwrap import wrap

from agent.bootstrap import (
    build_budget,
    build_chat,
    build_embedder,
    build_judge,
    has_drafts,
    open_library,
    open_reviews,
    today,
)
from agent.faces.cli.surroundings import (
    Finding,
    look_around,
    look_at_clock,
    look_at_jobs,
    look_at_pages,
)
from agent.llm.budget import prices
from agent.llm.dialect import MEMORY, STEPS
from agent.llm.errors import ChatError
from agent.review.port import ReviewError
from agent.settings import OPENAI, Settings
from agent.types import EMBEDDED, ClaimEvidence, EvidenceSpan, Question
from retrieval import Library, LibraryError, without_secrets

OF_MODELS = {"installation", "package names", "models", "embedder", "verifier", "call", "extras"}
OF_JOBS = {"jobs", "watch"}
HANG = " " * 5
OURS = ("agent", "retrieval", "prompts", "evals")
DRAFT_INPUT = 16_000
DRAFT_OUTPUT = 4_000
"""Tokens of a page of seven sections with one repair."""


def examine(
    settings: Settings, directory: Path | None = None, *, call: bool = False
) -> list[Finding]:
    """Look at everything that a draft needs; nothing is changed, and nothing is called unasked."""
    return [
        _versions(),
        _names(),
        _embedder(settings),
        _judge(settings),
        *look_around(settings, directory or settings.library),
        *_library(settings, directory),
        *_writer(settings, call=call),
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
        where = without_secrets(settings.embedding_base_url)
        detail = f"endpoint {where}, model {settings.embedding_model} (not called)"
        return Finding(subject="embedder", fine=True, detail=detail)
    try:
        embedder = build_embedder(settings)
        embedder.embed(["ready"])
    except LibraryError as error:
        return Finding(subject="embedder", fine=False, detail=error.args[0], advice=error.advice)
    return Finding(subject="embedder", fine=True, detail=f"{embedder.id}, on this machine")


def _judge(settings: Settings) -> Finding:
    said = "The bridge was closed in May."
    try:
        judge = build_judge(settings)
        asked = ClaimEvidence(claim=said, evidence=(EvidenceSpan(text=said),))
        [verification] = judge.verify([asked])
    except LibraryError as error:
        return Finding(subject="verifier", fine=False, detail=error.args[0], advice=error.advice)
    return Finding(
        subject="verifier",
        fine=verification.accepted,
        detail=f"{judge.name}, on this machine" if verification.accepted else verification.reason,
        advice=""
        if verification.accepted
        else "Reinstall Verdict Desk: no page is drafted without it.",
    )


def _writer(settings: Settings, *, call: bool) -> Iterator[Finding]:
    """Who writes, where it runs and what it would cost at most."""
    if not settings.uses_model:
        detail = "embedded: it says only what passages say (no VERDICT_API_KEY or VERDICT_BASE_URL)"
        yield Finding(subject="writer", fine=True, detail=detail)
        return
    models = ", then ".join((settings.model, *settings.fallback_models))
    how = f"Azure {settings.azure_api_version}, " if settings.azure_api_version else ""
    where = f"{without_secrets(settings.base_url or OPENAI)} ({how}{settings.api})"
    detail = f"{models} at {where}, after it the embedded one"
    yield Finding(subject="writer", fine=True, detail=detail)
    yield Finding(subject="cost", fine=True, detail=_cost(settings))
    if call:
        yield _called(settings)
        yield from _understood(settings)


def _cost(settings: Settings) -> str:
    """A draft of four calls, as measured on the demonstration library."""
    table = prices(settings.input_price, settings.output_price)
    cost = table.cost(settings.model, DRAFT_INPUT, 0, DRAFT_OUTPUT)
    tokens = f"about {DRAFT_INPUT:,} tokens in and {DRAFT_OUTPUT:,} out"
    if cost is None:
        return (
            f"{tokens} a draft; the price of {settings.model} is not known here "
            "(VERDICT_INPUT_PRICE and VERDICT_OUTPUT_PRICE state it)"
        )
    most = f"; never more than ${settings.draft_cost:g}" if settings.draft_cost else ""
    return f"{tokens} a draft: ${cost:,.4f}{most}"


def _called(settings: Settings) -> Finding:
    """One small call: the model reads a claim from a question."""
    from agent.pipeline.plan import ModelPlanner  # noqa: PLC0415  (only where it is asked for)

    budget = build_budget(settings)
    question = Question(text="Is the Great Wall visible from space?", asked_on=today())
    try:
        with budget.open() as account:
            ModelPlanner(build_chat(settings, budget)).plan(question)
    except ChatError as error:
        return Finding(subject="call", fine=False, detail=error.args[0], advice=error.advice)
    usage = account.usage()
    took = f"{usage.input_tokens + usage.output_tokens:,} tokens"
    if usage.uncounted:
        took = f"tokens not known (about {took} by our own count)"
    detail = f"{usage.model} answered in {usage.seconds:.1f} s, {took}"
    if usage.model == EMBEDDED:  # nothing came back that could be used
        advice = "Drafts are written without the model until this is mended."
        return Finding(subject="call", fine=False, detail=" ".join(usage.notes), advice=advice)
    return Finding(subject="call", fine=True, detail=detail)


def _understood(settings: Settings) -> Iterator[Finding]:
    """What the endpoint takes of a call as it is published, and what was left out for it."""
    for model in (settings.model, *settings.fallback_models):
        known = MEMORY.recall(settings.base_url or OPENAI, settings.api, model)
        takes = [name for name in STEPS if name in known.accepted]
        lacks = [f"{name} ({step})" for name, step in STEPS.items() if name in known.refused]
        if takes or lacks:
            taken = f"{model} takes {', '.join(takes) or 'plain requests'}"
            left = f"refused and left out: {', '.join(lacks)}" if lacks else "nothing was left out"
            yield Finding(subject="interface", fine=True, detail=f"{taken}; {left}")


def _library(settings: Settings, directory: Path | None) -> Iterator[Finding]:
    shared = directory is None and settings.database_url is not None
    place = directory or settings.library
    if not shared and not Library.is_in(place):
        yield Finding(
            subject="library",
            fine=True,
            detail=f"none yet in {place}; the first draft fills it with our notes",
        )
        return
    try:
        with open_library(settings, directory) as held:
            held.settle()
            stats = held.stats()
            rest = [*_trail(settings, held), look_at_clock(held), *look_at_pages(held)]
            rest += look_at_jobs(settings, held)
    except LibraryError as error:
        yield Finding(subject="library", fine=False, detail=error.args[0], advice=error.advice)
        return
    where = "the database of VERDICT_DATABASE_URL" if shared else place
    detail = f"{stats.sources} sources, {stats.passages} passages in {where}"
    yield Finding(subject="library", fine=True, detail=detail)
    yield Finding(subject="index", fine=True, detail=f"{stats.index}; search by {stats.search}")
    yield from rest


def _trail(settings: Settings, library: Library) -> Iterator[Finding]:
    """Whether the trail and every version of every draft is as it was written."""
    if not has_drafts(settings, library):
        return
    try:
        with open_reviews(settings, library) as reviews:
            broken = reviews.verify_trail()
    except ReviewError as error:
        yield Finding(subject="trail", fine=False, detail=str(error))
        return
    whole = "every entry fits the one before it, every version its entry"
    yield Finding(
        subject="trail",
        fine=broken is None,
        detail=whole if broken is None else f"entry {broken} is not as it was written",
        advice="" if broken is None else "Compare the drafts with a backup.",
    )


def status(findings: list[Finding]) -> int:
    """Exit status: 0, or 6 for the library and what it stands on, 7 for the jobs, 5 for a model."""
    broken = {f.subject for f in findings if not f.fine}
    if not broken:
        return 0
    if broken <= OF_JOBS:
        return 7
    return 5 if broken <= OF_MODELS else 6


def as_text(findings: list[Finding], columns: int | None = None) -> str:
    """A line each, advice below; broken at `columns` where a person reads it."""
    lines = []
    for found in findings:
        told = f"{'ok  ' if found.fine else 'FAIL'} {found.subject}: {found.detail}"
        for text in (told, found.advice and f"{HANG}{found.advice}"):
            if text and columns:
                lines += wrap(
                    text, columns, subsequent_indent=HANG, break_long_words=False,
                    break_on_hyphens=False,
                )  # fmt: skip
            elif text:
                lines.append(text)
    return "\n".join(lines)
