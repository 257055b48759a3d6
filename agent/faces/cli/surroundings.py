"""What a desk stands on: model files, disk, clock, rights of files, extras, servers, jobs."""

import hashlib
import shutil
import stat
import time
import tomllib
from collections.abc import Iterator
from datetime import date, datetime
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from agent.bootstrap import database_of, has_jobs, open_watch_schedule, today
from agent.jobs.port import JobError, State
from agent.settings import Settings
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
    if wrong or len(sums) < len(MODELS):
        detail = f"not as shipped: {', '.join(wrong) or 'files are missing'}"
        return Finding(
            subject="models", fine=False, detail=detail, advice="Reinstall Verdict Desk."
        )
    detail = f"{len(names)} files, each with the hash it was shipped with"
    return Finding(subject="models", fine=True, detail=detail)


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
    there = [name for name, module in EXTRAS.items() if find_spec(module)]
    lacking = [name for name in EXTRAS if name not in there]
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


def look_at_jobs(settings: Settings, library: Library) -> list[Finding]:
    """Whether the schedule on which the web is watched is kept, and who drafts."""
    try:
        return [*_watch(settings, library), _workers(settings, library)]
    except JobError as error:
        return [Finding(subject="jobs", fine=False, detail=str(error))]


def _watch(settings: Settings, library: Library) -> Iterator[Finding]:
    """Nothing where there is no schedule."""
    if not has_jobs(settings, library):
        return
    with open_watch_schedule(settings, library) as schedule:
        crontab, slots = schedule.get(), schedule.recent(2)
    if crontab is None:
        return
    detail, advice = f"at {crontab} (UTC)", ""
    if slots:
        last = slots[0]
        came = last.error or (last.made.summary if last.made else last.state.value)
        detail = f"{detail}; {last.slot:%Y-%m-%d %H:%M}: {came}"
        if last.state is State.FAILED:
            advice = "See the log of the worker; `verdict library watch` shows what is wrong now."
        if [slot.state for slot in slots] == [State.QUEUED, State.QUEUED]:
            advice = "No worker takes it: run `verdict worker` with VERDICT_VETTING set."
    if settings.vetting is None:
        advice = "Set VERDICT_VETTING to the vetting list, here and for every worker."
    yield Finding(subject="watch", fine=not advice, detail=detail, advice=advice)


def _workers(settings: Settings, library: Library) -> Finding:
    """Those that count up while they are looked at."""
    from agent.jobs.inspection import read_beats  # noqa: PLC0415  (SQLAlchemy is heavy)

    url = database_of(settings, library)
    before = read_beats(url)
    if before:
        time.sleep(BEAT)
    after = read_beats(url) if before else {}
    alive = [name for name, beat in after.items() if beat != before.get(name)]
    idle = settings.workers == 0 and not alive
    return Finding(
        subject="workers",
        fine=not idle,
        detail=f"{len(alive)} at work elsewhere, {settings.workers} in a desk started here"
        + (f"; {len(after) - len(alive)} silent" if len(after) > len(alive) else ""),
        advice="Start `verdict worker`: with VERDICT_WORKERS=0 nobody drafts." if idle else "",
    )
