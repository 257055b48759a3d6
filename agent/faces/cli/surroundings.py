"""What a desk stands on: model files, disk, clock, rights of files, extras, servers, workers."""

import hashlib
import shutil
import stat
import time
import tomllib
from collections.abc import Iterator
from datetime import date, datetime
from importlib.metadata import requires
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from agent.bootstrap import database_of, today
from agent.settings import APP, Settings
from agent.types import Value
from retrieval import Library, without_secrets

PACKAGES: Final = Path(__file__).parents[3]
MODELS: Final = ("retrieval/models", "agent/verification/models")
ROOM: Final = 1_000_000_000
"""Bytes that a library, its index and a second one beside it while it is rebuilt should find."""
EXTRAS: Final = {"mcp": "mcp", "slack": "slack_bolt", "evals": "scipy", "ray": "ray"}
"""What can be installed beside, and a module that only it brings."""
BEAT: Final = 6.0
"""Seconds in which a worker that lives counts up once."""


class Finding(Value):
    """One thing that was looked at."""

    subject: str
    fine: bool
    detail: str
    advice: str = ""


def look_around(settings: Settings, place: Path) -> Iterator[Finding]:
    """Everything that is no part of a draft and can still stop one."""
    yield _models()
    yield _disk(place)
    yield from _secrets(place)
    yield _extras()
    if settings.database_url is not None:
        yield _database(settings.database_url.get_secret_value())
    if settings.chroma_url is not None:
        yield _chroma(settings.chroma_url)


def _models() -> Finding:
    """Whether the files of the embedded models are those that were shipped."""
    sums = [found for folder in MODELS for found in (PACKAGES / folder).glob("*/SHA256SUMS")]
    names = [(sums_.parent / n, h) for sums_ in sums for h, n in _lines(sums_)]
    wrong = [path.name for path, wanted in names if _hash(path) != wanted]
    return Finding(
        subject="models",
        fine=not wrong and len(sums) == len(MODELS),
        detail=f"not as shipped: {', '.join(wrong) or 'files are missing'}"
        if wrong or len(sums) < len(MODELS)
        else f"{len(names)} files, each with the hash it was shipped with",
        advice="Reinstall Verdict Desk." if wrong or len(sums) < len(MODELS) else "",
    )


def _lines(sums: Path) -> list[tuple[str, str]]:
    rows = (line.split(maxsplit=1) for line in sums.read_text("utf-8").splitlines() if line)
    return [(found, name.lstrip("*")) for found, name in rows]


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _disk(place: Path) -> Finding:
    there = next(p for p in (place, *place.absolute().parents) if p.exists())
    free = shutil.disk_usage(there).free
    return Finding(
        subject="disk",
        fine=free >= ROOM,
        detail=f"{free / 1e9:,.1f} GB free in {there}",
        advice="" if free >= ROOM else "Free 1 GB: an index is rebuilt beside the old one.",
    )


def _secrets(place: Path) -> Iterator[Finding]:
    """Files that hold keys or tokens, and whether others on this machine can read them."""
    held = [path for path in (_config(), *place.glob("slack-installs.sqlite3*")) if path]
    for path in held:
        open_to = stat.S_IMODE(path.stat().st_mode) & 0o077
        yield Finding(
            subject="secrets",
            fine=not open_to,
            detail=f"{path} holds secrets and "
            + ("others on this machine can read it" if open_to else "is yours alone"),
            advice=f"chmod 600 {path}" if open_to else "",
        )


def _config() -> Path | None:
    """The settings file, where it holds a secret."""
    path = Path(str(Settings.model_config.get("toml_file")))
    if not path.is_file():
        return None
    secret = {name for name, f in Settings.model_fields.items() if "Secret" in str(f.annotation)}
    return path if secret & tomllib.loads(path.read_text("utf-8")).keys() else None


def _extras() -> Finding:
    named = " ".join(requires(APP) or ()).replace('"', "'")
    offered = {one for one in EXTRAS if f"extra == '{one}'" in named}
    there = [name for name in EXTRAS if name in offered and find_spec(EXTRAS[name])]
    lacking = [name for name in EXTRAS if name in offered and name not in there]
    told = f"{', '.join(there) or 'none'} installed"
    return Finding(
        subject="extras",
        fine=True,
        detail=told + (f"; not {', '.join(lacking)}" if lacking else "") + "; no browser is needed",
    )


def _database(url: str) -> Finding:
    """Whether PostgreSQL answers, and what it is."""
    from agent.jobs.inspection import describe_database  # noqa: PLC0415  (SQLAlchemy is heavy)

    found, why = describe_database(url)
    where = urlsplit(url)
    detail = f"{where.hostname}{where.path}: {found or why}"
    advice = "" if found else "Check VERDICT_DATABASE_URL and that the server is running."
    return Finding(subject="database", fine=bool(found), detail=detail, advice=advice)


def _chroma(url: str) -> Finding:
    """Where the Chroma server is; the line of the index says whether it answers."""
    host = urlsplit(url).hostname or ""
    try:
        near = ip_address(host).is_loopback
    except ValueError:  # a name
        near = host == "localhost"
    return Finding(
        subject="chroma",
        fine=True,
        detail=f"server at {without_secrets(url)}",
        advice=""
        if near
        else "It asks nobody who they are: let this machine alone reach it, or a proxy.",
    )


def look_at_clock(library: Library) -> Finding:
    """Whether today comes after all that the library remembers."""
    latest = max((source.accessed for source in library.sources()), default=date.min)
    behind = today() < latest
    return Finding(
        subject="clock",
        fine=not behind,
        detail=f"{datetime.now().astimezone():%Y-%m-%d %H:%M %Z}"
        + (f", before a source that was read on {latest}" if behind else ""),
        advice="Set the clock: pages and verdicts carry its date." if behind else "",
    )


def look_at_pages(library: Library) -> Iterator[Finding]:
    """When the pages behind sources were last looked at; nothing where there are none."""
    pages = library.history.pages()
    if not pages:
        return
    gone = sum(page.gone for page in pages)
    failing = sum(page.failures > 0 and not page.gone for page in pages)
    yield Finding(
        subject="pages",
        fine=True,
        detail=f"{len(pages)} of the web, last looked at {max(p.checked for p in pages)}"
        f"{f', {gone} gone' if gone else ''}{f', {failing} not to be had' if failing else ''}",
        advice="" if not failing else "`verdict library watch` tries them again.",
    )


def look_at_workers(settings: Settings, library: Library) -> Iterator[Finding]:
    """Who drafts: those that count up while they are looked at."""
    from agent.jobs.inspection import read_beats  # noqa: PLC0415  (SQLAlchemy is heavy)

    url = database_of(settings, library)
    before = read_beats(url)
    if before:
        time.sleep(BEAT)
    after = read_beats(url) if before else {}
    alive = [name for name, beat in after.items() if beat != before.get(name)]
    idle = settings.workers == 0 and not alive
    yield Finding(
        subject="workers",
        fine=not idle,
        detail=f"{len(alive)} at work elsewhere, {settings.workers} in a desk started here"
        + (f"; {len(after) - len(alive)} silent" if len(after) > len(alive) else ""),
        advice="Start `verdict worker`: with VERDICT_WORKERS=0 nobody drafts." if idle else "",
    )
