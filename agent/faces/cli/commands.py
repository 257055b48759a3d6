"""What the commands do: parse nothing, decide nothing, call the desk."""

import json
import logging
import signal
import sys
import threading
from datetime import date, datetime
from pathlib import Path
from types import FrameType

from agent import bootstrap
from agent.claims import read_claim
from agent.faces.exit_codes import BadInput, Exit
from agent.faces.opening import (
    open_library,
    question_of,
    read_models_ahead,
    read_settings,
    share_heaps,
)
from agent.faces.terminal import (
    counted,
    deliver,
    deliver_file,
    progress,
    require_folder_of,
    say,
    width,
)
from agent.jobs.port import State
from agent.language.phrases import day
from agent.pipeline.published_checks import find_checks
from agent.render import FILES, FORMATS, SUFFIXES, render, render_file, short_answer
from agent.render.wording import CHECKED, notice_line, told_check
from agent.settings import Settings
from agent.types import Insufficient, Page
from retrieval import Filters, Library


def worker(at: Path | None, workers: int | None) -> Exit:
    """`verdict worker`."""
    settings = read_settings()
    at_once = settings.workers if workers is None else workers
    if not at_once:
        raise BadInput("A worker makes at least one draft at a time. Give --workers 1 or more.")
    _talk()
    share_heaps()
    stop = threading.Event()

    def told(number: int, _: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, told)
    with (
        open_library(at) as library,
        bootstrap.open_jobs(settings, library, at_once, watches=True),
    ):
        logging.getLogger("dbos").setLevel(logging.ERROR)  # tracebacks of drafts that fail
        say(f"Drafting up to {at_once} at a time from {library.directory}. Stop with Ctrl-C.")
        stop.wait()
    say("Stopped. What was in work is begun anew by the next worker.")
    return Exit.OK


def list_jobs(at: Path | None, *, as_json: bool) -> Exit:
    """`verdict jobs`: drafts and watches that were asked for last, newest first."""
    settings = read_settings()
    rows: list[tuple[datetime, str, State, str]] = []
    with open_library(at) as library:
        if bootstrap.has_jobs(settings, library):
            with bootstrap.open_watch_schedule(settings, library) as schedule:
                drafts, passes = schedule.jobs.recent(), schedule.recent()
            rows += [(j.submitted, "draft", j.state, j.error or j.question.text) for j in drafts]
            rows += [
                (p.slot, "watch", p.state, p.error or (p.made.summary if p.made else ""))
                for p in passes
            ]
    rows.sort(key=lambda row: row[0], reverse=True)
    if as_json:
        names = ("at", "kind", "state", "told")
        found = [dict(zip(names, (row[0].isoformat(), *row[1:]), strict=True)) for row in rows]
        deliver(json.dumps(found, ensure_ascii=False, indent=2))
        return Exit.OK
    lines = [f"{at:%Y-%m-%d %H:%M}  {kind}  {state:<9}  {told}" for at, kind, state, told in rows]
    deliver("\n".join(lines) or "No job was asked for yet.")
    return Exit.OK


def _talk() -> None:
    """A line on stderr for each job."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logger = logging.getLogger("agent.jobs.worker")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)


def draft(
    question: str,
    as_of: date | None,
    form: str | None,
    out: Path | None,
    at: Path | None,
    *,
    model: str | None = None,
    base_url: str | None = None,
    length: str | None = None,
    self_test: bool = False,
    unproven: bool = False,
) -> Exit:
    """`verdict draft`."""
    settings = read_settings(model=model, base_url=base_url, length=length)
    form = form or _form_of(out)
    require_folder_of(out)
    if form in FILES and out is None:
        raise BadInput(f"This form of the page is a file: add --out page.{form}.")
    read_models_ahead(settings)
    with open_library(at) as library:
        made = _draft(library, question, as_of, settings)
        if out is not None and form in FILES:
            deliver_file(render_file(made, form), out)
        else:
            deliver(_written(made, form, settings, unproven), out, prose=form == "text")
    if isinstance(made, Insufficient):
        return Exit.NOT_ENOUGH_EVIDENCE
    if made.fallen:
        say(f"{counted(len(made.fallen), 'sentence')} rejected; --out page.html lists the reasons.")
    if self_test:
        from agent.audit import selftest  # noqa: PLC0415 - what it plants takes time to prepare

        say(selftest.summarize(selftest.self_test(made, bootstrap.build_judge(settings))))
    return Exit.OK


def ask(claim: str, as_of: date | None, at: Path | None, *, as_json: bool) -> Exit:
    """`verdict ask`."""
    settings = read_settings()
    read_models_ahead(settings)
    with open_library(at) as library:
        made = _draft(library, claim, as_of, settings, brief=True)
    answer = short_answer.short_answer(made)
    text = answer.model_dump_json(indent=2) if as_json else short_answer.as_text(answer)
    deliver(text, prose=not as_json)
    return Exit.NOT_ENOUGH_EVIDENCE if isinstance(made, Insufficient) else Exit.OK


def search(query: str, k: int, as_of: date | None, at: Path | None, *, as_json: bool) -> Exit:
    """`verdict search`."""
    with open_library(at) as library:
        scope = Filters(published_to=as_of, dated_only=as_of is not None)
        hits = library.search(query, k, scope)
        nli = bootstrap.build_nli_model(read_settings().threads)
        checks = find_checks(read_claim(query), library, nli, scope) if query.strip() else ()
        notices = library.notices([hit.passage.source.id for hit in hits])
    if as_json:
        rows = [hit.model_dump(mode="json") for hit in hits]
        deliver(json.dumps(rows, ensure_ascii=False, indent=2))
        return Exit.OK
    lines = [f"{CHECKED}: {told_check(c)} ({c.source.id})" for c in checks]
    lines += [""] if checks else []
    for n, hit in enumerate(hits, 1):
        source = hit.passage.source
        when = day(source.published) if source.published else "no date"
        lines += [f"{n}. {source.title} ({source.id})"]
        lines += [f"   {source.publisher}, {when}, tier {source.tier}, score {hit.score:.2f}"]
        lines += [f"   {notice_line(one)}" for one in notices if one.source_id == source.id]
        lines += [f"   {' '.join(hit.passage.text.split())}", ""]
    deliver("\n".join(lines) or "Nothing found.", prose=True)
    return Exit.OK


def doctor(at: Path | None, *, as_json: bool, call: bool = False) -> Exit:
    """`verdict doctor`."""
    from agent.faces.cli import doctor as examination  # noqa: PLC0415 - it looks at everything

    findings = examination.examine(read_settings(), at, call=call)
    if as_json:
        rows = [f.model_dump(mode="json") for f in findings]
        deliver(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        deliver(examination.as_text(findings, width() if sys.stdout.isatty() else None))
    return Exit(examination.status(findings))


def _draft(
    library: Library, text: str, as_of: date | None, settings: Settings, *, brief: bool = False
) -> Page | Insufficient:
    asked = question_of(text, as_of)
    desk = bootstrap.build_desk(settings, library)
    desk = desk.brief() if brief else desk
    with progress() as step:
        made = desk.draft(asked, step)
    for note in made.usage.notes:
        say(note)
    return made


def _written(made: Page | Insufficient, form: str, settings: Settings, unproven: bool) -> str:
    if form != "claimreview":
        return render(made, form)
    from agent.render import claimreview  # noqa: PLC0415

    return claimreview.render(
        made,
        claimreview.Publication(
            url=settings.publish_url or "", name=settings.publish_name or "", unproven=unproven
        ),
    )


def _form_of(out: Path | None) -> str:
    """The form that a file's name asks for; text for any other name, and for stdout."""
    suffix = out.suffix.lower().lstrip(".") if out else ""
    suffix = SUFFIXES.get(suffix, suffix)
    return suffix if suffix in {*FORMATS, *FILES} else "text"
