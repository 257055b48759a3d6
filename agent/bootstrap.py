"""The one place where settings become objects. Heavy imports happen here, not at the top."""

# ruff: noqa: PLC0415  (each branch imports only what it builds)

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from agent.jobs.port import Jobs
from agent.jobs.recording import Drafting, RecordedChat
from agent.llm.budget import Budget, Limits
from agent.ports import Chat, Judge, NliModel, Store
from agent.service import Desk
from agent.settings import OPENAI, Settings
from agent.types import Page
from retrieval.embedding import CachedEmbedder
from retrieval.errors import LibraryError, LibraryMissing
from retrieval.library import Library
from retrieval.types import Embedder

if TYPE_CHECKING:
    from agent.jobs.watching import Watching, WatchSchedule
    from agent.review.port import Reviews
    from retrieval.web.fetching import Fetcher
    from retrieval.workers import Workers

Progress = Callable[[int, int, str], None]

JOBS = "jobs.sqlite3"
"""File of the jobs, beside a library in a folder."""
BESIDE = 2_500
"""Tokens of a prompt beside its evidence: instructions, schema, question."""
ROOM = 10_000
"""Tokens of evidence that a model is given."""


def today() -> date:
    """The clock of the faces."""
    return datetime.now(UTC).date()


def build_embedder(settings: Settings) -> Embedder:
    """The embedded embedder, or the endpoint where one is configured."""
    if settings.embedding_base_url is None:
        return _embedded(settings.threads)
    from retrieval.endpoint import EndpointEmbedder

    key = settings.embedding_api_key
    return CachedEmbedder(
        EndpointEmbedder(
            base_url=settings.embedding_base_url,
            api_key=key.get_secret_value() if key else None,
            model=settings.embedding_model,
        )
    )


def build_judge(settings: Settings) -> Judge:
    """The embedded verifier. It never leaves this machine, whatever embeds the library."""
    from agent.verification.embedded import EmbeddedJudge

    return EmbeddedJudge(build_nli_model(settings.threads))


@cache
def build_nli_model(threads: int) -> NliModel:
    """One cross-encoder in memory, for verifier, stance and ranking."""
    from agent.verification.cross_encoder import CachedNliModel, CrossEncoder

    return CachedNliModel(CrossEncoder(threads=threads))


@cache
def _embedded(threads: int) -> CachedEmbedder:
    """One model in memory, shared by library, writer and verifier."""
    from retrieval.embedding import MiniLM

    return CachedEmbedder(MiniLM(threads=threads))


def open_library(
    settings: Settings,
    directory: Path | None = None,
    *,
    create: bool = False,
    progress: Progress | None = None,
) -> Library:
    """Open the library in `directory`, or the user's own, filled with the demonstration notes.

    The user's own is the one in the database of `Settings.database_url` where that is set.

    Raises:
        LibraryMissing: `directory` was named and holds no library (and `create` is false); or the
            database holds none, and there is one on this machine that may belong there.
    """
    embedder = build_embedder(settings)
    own = directory is None
    place = directory or settings.library
    if own and settings.database_url is not None:
        return _open_shared(settings, settings.database_url.get_secret_value(), embedder, progress)
    if own and not Library.is_in(place):
        from retrieval import demonstration

        demonstration.build(place, embedder, today(), progress)
    return Library.open(place, embedder, create=create, chroma_url=settings.chroma_url)


def _open_shared(
    settings: Settings, url: str, embedder: Embedder, progress: Progress | None
) -> Library:
    """The library of many machines; who finds none there brings the demonstration notes."""
    from retrieval.record import postgres

    if postgres.has_record(url):
        return _open_at(settings, url, embedder)
    if Library.is_in(settings.library):
        raise LibraryMissing(
            "The database of VERDICT_DATABASE_URL holds no library, and there is one on this "
            f"machine in {settings.library}.",
            f"Copy it there with `verdict library copy {settings.library} database`, or name it "
            "with --library.",
        )
    from retrieval import demonstration

    demonstration.build(settings.library, embedder, today(), progress)
    copy_library(settings, settings.library, None, progress)
    return _open_at(settings, url, embedder)


def _open_at(settings: Settings, url: str, embedder: Embedder, *, create: bool = False) -> Library:
    """The library in the database; what this machine derives from it is beside its own."""
    return Library.open(
        settings.library.with_name("shared-library"),
        embedder,
        create=create,
        chroma_url=settings.chroma_url,
        database_url=url,
        partial=create,
    )


def copy_library(
    settings: Settings, source: Path | None, target: Path | None, progress: Progress | None = None
) -> int:
    """Copy a library into an empty place; None stands for the database. Returns its sources.

    Raises:
        LibraryError: no database is set; there is no library; the target is not empty.
    """
    embedder = build_embedder(settings)

    def opened(place: Path | None, *, create: bool) -> Library:
        if place is not None:
            return Library.open(place, embedder, create=create, partial=create)
        if settings.database_url is None:
            raise LibraryError(
                "No database is set.", "Set VERDICT_DATABASE_URL to a postgresql:// address."
            )
        url = settings.database_url.get_secret_value()
        return _open_at(settings, url, embedder, create=create)

    with opened(source, create=False) as old, opened(target, create=True) as new:
        return new.copy_from(old, progress)


def build_workers(address: str | None, library: Library) -> "Workers | None":
    """Who reads and embeds files: a Ray cluster, or None for this machine.

    Raises:
        LibraryError: Ray is not installed.
    """
    if address is None:
        return None
    from retrieval.ray_workers import RayWorkers

    return RayWorkers(address, library.embedder)


def build_fetcher() -> "Fetcher":
    """What fetches pages of the web."""
    from retrieval.web.fetching import Fetcher

    return Fetcher()


def build_desk(settings: Settings, library: Library, store: Store | None = None) -> Desk:
    """Everything behind `Desk.draft`, with the drafts kept in `store` or beside the library.

    A language model plans, writes and repairs where one is configured (see `Settings.uses_model`).
    """
    from agent.claims.normalize import SpellingCorrector
    from agent.pipeline.plan import EmbeddedPlanner
    from agent.verdict.stance import EmbeddedStances
    from agent.writers.embedded import EmbeddedWriter
    from agent.writers.reading import Reader
    from retrieval import LibraryAsOf

    nli = build_nli_model(settings.threads)
    judge = build_judge(settings)
    embedded = Desk(
        library=library,
        on_day=partial(LibraryAsOf, library),
        planner=EmbeddedPlanner(SpellingCorrector(library.search)),
        writer=EmbeddedWriter(library.embed, Reader(nli, judge), settings.length),
        judge=judge,
        nli=nli,
        stances=EmbeddedStances(nli),
        store=store or _drafts(settings, library),
    )
    return _with_model(settings, embedded) if settings.uses_model else embedded


def kept_page(settings: Settings, library: Library, draft: str) -> Page | None:
    """The draft that is kept of a library under an id; a file of drafts is not made for it."""
    return _drafts(settings, library).get(draft) if has_drafts(settings, library) else None


def has_drafts(settings: Settings, library: Library) -> bool:
    """Whether there is a place where drafts made from a library are kept."""
    from agent.store import FILE

    return settings.database_url is not None or (library.directory / FILE).exists()


def _drafts(settings: Settings, library: Library) -> Store:
    from agent.store import FILE, DraftStore

    return DraftStore(_database(settings, library, FILE))


def _database(settings: Settings, library: Library, file: str) -> str:
    """Address of the PostgreSQL database that is set, else of a file beside the library."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    return f"sqlite:///{library.directory / file}"


def database_of(settings: Settings, library: Library) -> str:
    """Address of the database of draft jobs; it need not exist yet."""
    return _database(settings, library, JOBS)


def has_jobs(settings: Settings, library: Library) -> bool:
    """Whether there is a place where the jobs of a library are kept."""
    return settings.database_url is not None or (library.directory / JOBS).exists()


@contextmanager
def open_jobs(
    settings: Settings, library: Library, workers: int | None = None, *, watches: bool = False
) -> Iterator[Jobs]:
    """The draft jobs, with a worker in this process until the block ends.

    Args:
        settings: Where they are stored and how many may wait.
        library: What the drafts are made from.
        workers: Drafts made at once; None for what the settings say, 0 for no worker.
        watches: Whether the worker watches the web too, where there is a schedule and a
            vetting list.

    Raises:
        JobsUnavailable: the file or the server that holds them cannot be used.
    """
    from agent.jobs.durable import DurableJobs
    from agent.jobs.worker import Pace, Worker, slot

    url = database_of(settings, library)
    at_once = settings.workers if workers is None else workers
    with DurableJobs(url, settings.queue) as jobs, ExitStack() as stack:
        if at_once:
            name = stack.enter_context(slot(library.directory))
            drafting = build_drafting(build_desk(settings, library))
            pace = Pace(at_once=at_once, keep_days=settings.job_days)
            watching = build_watching(settings, library) if watches else None
            stack.enter_context(Worker(jobs, drafting, name, pace, watching))
        yield jobs


@contextmanager
def open_watch_schedule(settings: Settings, library: Library) -> Iterator["WatchSchedule"]:
    """When the web is watched, and what came of it.

    Raises:
        JobsUnavailable: the file or the server that holds the jobs cannot be used.
    """
    from agent.jobs.durable import DurableJobs
    from agent.jobs.watching import WatchSchedule

    with DurableJobs(database_of(settings, library), settings.queue) as jobs:
        yield WatchSchedule(jobs)


def build_watching(settings: Settings, library: Library) -> "Watching | None":
    """What makes one pass over the feeds of the vetting list, which is read anew each time.

    None where no list is set.
    """
    path = settings.vetting
    if path is None:
        return None
    from retrieval import VettingList, WebReport, watch

    def make_pass(alive: Callable[[], None]) -> WebReport:
        fetcher, vetting = build_fetcher(), VettingList.read(path)
        return watch(library, vetting, fetcher, progress=lambda done, total, name: alive())

    return make_pass


@contextmanager
def open_reviews(
    settings: Settings, library: Library, desk: Desk | None = None
) -> "Iterator[Reviews]":
    """The drafts under review, in `drafts.sqlite3` beside the library or in PostgreSQL.

    Args:
        settings: Where they are stored.
        library: What the drafts were made from.
        desk: What words, judges and cites anew; made from the settings where none is given.
    """
    from agent.review.checking import Tools
    from agent.review.desk import ReviewDesk
    from agent.store import FILE

    url = _database(settings, library, FILE)
    made = desk or build_desk(settings, library)
    tools = Tools(**{f.name: getattr(made, f.name) for f in fields(Tools)})
    reviews = ReviewDesk(url, tools)
    try:
        yield reviews
    finally:
        reviews.close()


def build_drafting(desk: Desk) -> Drafting:
    """The two halves of a job: what the desk drafts is recorded before it is kept."""
    from agent.store import ReadOnlyStore

    draft = replace(desk, store=ReadOnlyStore(desk.store)).draft
    return Drafting(draft, desk.store.keep, desk.stands)


def build_budget(settings: Settings) -> Budget:
    """The limits in the settings over the spending of this user."""
    from agent.llm.budget import Spending, prices

    settings.spending.parent.mkdir(parents=True, exist_ok=True)
    limits = Limits(
        draft_tokens=settings.draft_tokens,
        draft_cost=settings.draft_cost,
        day_tokens=settings.day_tokens,
        day_cost=settings.day_cost,
        seconds=settings.model_seconds,
    )
    priced = prices(settings.input_price, settings.output_price)
    return Budget(limits, priced, Spending(settings.spending))


def build_chat(settings: Settings, budget: Budget, model: str | None = None) -> Chat:
    """The models of the configured endpoint, in order; `model` in place of the first."""
    from agent.llm.client import EndpointChat, Patience
    from agent.llm.wire import Wire

    key = settings.api_key.get_secret_value() if settings.api_key else None
    wire = Wire(
        settings.base_url or OPENAI,
        key,
        settings.api,
        stream=settings.stream,
        azure=settings.azure_api_version,
    )
    patience = Patience(_output(settings), settings.call_seconds)
    models = (model or settings.model, *settings.fallback_models)
    return RecordedChat(EndpointChat(wire, models, budget, patience))


def _with_model(settings: Settings, desk: Desk) -> Desk:
    """The same desk with a model that writes, and the embedded writer behind it."""
    from agent.pipeline.plan import ModelPlanner
    from agent.verdict.model import ModelStances
    from agent.verification.model import ModelJudge
    from agent.writers.model import ModelWriter

    budget = build_budget(settings)
    chat = build_chat(settings, budget)
    room = settings.context_window - _output(settings) - BESIDE
    return replace(
        desk,
        planner=ModelPlanner(chat, desk.planner),
        writer=ModelWriter(chat, desk.writer, settings.model, room, settings.length),
        judge=ModelJudge(build_chat(settings, budget, settings.judge_model), desk.judge),
        stances=ModelStances(chat, desk.stances, settings.model, room),
        spare=desk.writer,
        searcher=desk.judge,
        room=min(room, ROOM),
        budget=budget,
    )


def _output(settings: Settings) -> int:
    """Tokens of an answer: no more than a third of a small window."""
    return min(settings.output_tokens, settings.context_window // 3)
