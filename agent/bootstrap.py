"""The one place where settings become objects. Heavy imports happen here, not at the top."""

# ruff: noqa: PLC0415  (each branch imports only what it builds)

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from agent.ports import Verifier
from agent.service import Desk
from agent.settings import Settings
from retrieval.cached import CachedEmbedder
from retrieval.library import RECORD, Library
from retrieval.ports import Embedder

Progress = Callable[[int, int, str], None]


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


def build_verifier(settings: Settings) -> Verifier:
    """The embedded verifier. It never leaves this machine, whatever embeds the library."""
    from agent.verifiers.embedded import EmbeddedVerifier

    return EmbeddedVerifier(_embedded(settings.threads).embed)


@cache
def _embedded(threads: int) -> CachedEmbedder:
    """One model in memory, shared by library, drafter and verifier."""
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

    Raises:
        LibraryMissing: `directory` was named and holds no library (and `create` is false).
    """
    embedder = build_embedder(settings)
    own = directory is None
    place = directory or settings.library
    if own and not (place / RECORD).exists():
        from retrieval import demonstration

        demonstration.build(place, embedder, today(), progress)
    return Library.open(place, embedder, create=create, chroma_url=settings.chroma_url)


def build_desk(settings: Settings, library: Library) -> Desk:
    """Everything behind `Desk.draft`, with the drafts kept beside the library."""
    from agent.drafters.embedded import EmbeddedDrafter
    from agent.planner import EmbeddedPlanner
    from agent.store import SqliteStore

    return Desk(
        shelf=library,
        planner=EmbeddedPlanner(),
        drafter=EmbeddedDrafter(library.embed),
        verifier=build_verifier(settings),
        store=SqliteStore(library.directory / "drafts.sqlite3"),
    )
