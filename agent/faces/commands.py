"""What the commands of `agent.faces.cli` do: parse nothing, decide nothing, call the desk."""

import gzip
import json
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from agent import bootstrap, brief
from agent import doctor as examination
from agent.checking import Examined, Report
from agent.checking import check as check_text
from agent.faces.failures import BadInput, Exit
from agent.faces.terminal import bar, deliver, progress, require_folder_of, say
from agent.ledger import day
from agent.reading import read
from agent.render import FORMATS, render
from agent.settings import Settings
from agent.types import Insufficient, Page, Question
from retrieval.library import Library
from retrieval.types import Filters

MOST = 4_000
"""Characters of a question; longer texts belong in a file for `verdict check`."""


def configured(**typed: str | None) -> Settings:
    """The settings, with what was typed on the command line before all else.

    Raises:
        BadInput: one of them cannot be what it is set to; the message names it.
    """
    try:
        return Settings.model_validate({k: v for k, v in typed.items() if v is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(map(str, ("VERDICT", *first["loc"]))).upper()
        raise BadInput(f"{name} (or config.toml) is wrong: {first['msg']}.") from None
    except ValueError as error:  # the file is no TOML
        raise BadInput(f"config.toml cannot be read: {error}.") from None


@contextmanager
def shelf(directory: Path | None, *, create: bool = False) -> Iterator[Library]:
    """The library, opened and closed; made from the demonstration notes on first use."""
    with bar("Filling the library") as step:
        library = bootstrap.open_library(configured(), directory, create=create, progress=step)
    with library:
        yield library


def draft(
    question: str,
    as_of: date | None,
    form: str | None,
    out: Path | None,
    at: Path | None,
    *,
    model: str | None = None,
    base_url: str | None = None,
) -> Exit:
    """`verdict draft`."""
    settings = configured(model=model, base_url=base_url)
    form = form or _form_of(out)
    require_folder_of(out)
    with shelf(at) as library:
        made = _draft(library, question, as_of, settings)
        deliver(render(made, form), out, prose=form == "text")
    if isinstance(made, Insufficient):
        return Exit.NOT_ENOUGH_EVIDENCE
    if made.fallen:
        say(f"{_count(len(made.fallen), 'sentence')} did not stand; see --format html or json.")
    return Exit.OK


def ask(claim: str, as_of: date | None, at: Path | None, *, as_json: bool) -> Exit:
    """`verdict ask`."""
    with shelf(at) as library:
        made = _draft(library, claim, as_of, configured())
    answer = brief.answer(made)
    text = answer.model_dump_json(indent=2) if as_json else brief.as_text(answer)
    deliver(text, prose=not as_json)
    return Exit.NOT_ENOUGH_EVIDENCE if isinstance(made, Insufficient) else Exit.OK


def check(file: Path, at: Path | None, *, as_json: bool) -> Exit:
    """`verdict check`."""
    text = read(_text_of(file), file.suffix)
    with shelf(at) as library, progress():
        report = check_text(text, library, bootstrap.build_verifier(configured()))
    deliver(report.model_dump_json(indent=2) if as_json else _told(report), prose=not as_json)
    return Exit.SENTENCES_FALL if report.falling else Exit.OK


def search(query: str, k: int, as_of: date | None, at: Path | None, *, as_json: bool) -> Exit:
    """`verdict search`."""
    with shelf(at) as library:
        hits = library.search(query, k, Filters(published_to=as_of, dated_only=as_of is not None))
    if as_json:
        rows = [hit.model_dump(mode="json") for hit in hits]
        deliver(json.dumps(rows, ensure_ascii=False, indent=2))
        return Exit.OK
    lines = []
    for n, hit in enumerate(hits, 1):
        source = hit.passage.source
        when = day(source.published) if source.published else "no date"
        lines += [f"{n}. {source.title} ({source.id})"]
        lines += [f"   {source.publisher}, {when}, tier {source.tier}, score {hit.score:.2f}"]
        lines += [f"   {' '.join(hit.passage.text.split())}", ""]
    deliver("\n".join(lines) or "Nothing found.", prose=True)
    return Exit.OK


def judge(file: Path, out: Path | None) -> Exit:
    """`verdict judge`: row by row, in bounded memory."""
    from agent.judge import judge_rows  # noqa: PLC0415  (no other command needs it)

    if not file.is_file():
        raise BadInput(f"There is no file {file}. Give a JSONL file of pairs.")
    if out is not None and out.exists() and out.samefile(file):
        raise BadInput(f"{out} is the file that is read. Write the labels to another one.")
    require_folder_of(out)
    verifier = bootstrap.build_verifier(configured())
    opened = gzip.open if file.suffix == ".gz" else open
    target = sys.stdout if out is None else out.open("w", encoding="utf-8")
    try:
        with opened(file, "rt", encoding="utf-8") as lines:
            for row in judge_rows(lines, verifier):
                target.write(f"{json.dumps(row, ensure_ascii=False)}\n")
    except (gzip.BadGzipFile, zlib.error, EOFError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} cannot be read as JSON lines ({error}).") from error
    finally:
        if out is not None:
            target.close()
    return Exit.OK


def doctor(at: Path | None, *, as_json: bool, call: bool = False) -> Exit:
    """`verdict doctor`."""
    findings = examination.examine(configured(), at, call=call)
    if as_json:
        rows = [f.model_dump(mode="json") for f in findings]
        deliver(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        deliver(examination.as_text(findings))
    return Exit(examination.status(findings))


def _draft(
    library: Library, text: str, as_of: date | None, settings: Settings
) -> Page | Insufficient:
    if not text.strip():
        raise BadInput(
            'The question is empty. Ask for example "Is the Great Wall visible from space?"'
        )
    if len(text) > MOST:
        raise BadInput(
            f"The question has {len(text)} characters; at most {MOST} are read. Ask one claim, or "
            "put the text in a file and run `verdict check`."
        )
    desk = bootstrap.build_desk(settings, library)
    question = Question(text=" ".join(text.split()), asked_on=bootstrap.today(), as_of=as_of)
    with progress() as step:
        made = desk.draft(question, step)
    for note in made.usage.notes:
        say(note)
    return made


def _form_of(out: Path | None) -> str:
    """The form that a file's name asks for; text for any other name, and for stdout."""
    suffix = out.suffix.lower().lstrip(".") if out else ""
    return suffix if suffix in FORMATS else "text"


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except OSError as error:
        raise BadInput(f"{file} cannot be opened: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{file} is not a text file in UTF-8.") from error


def _told(report: Report) -> str:
    """The sentences that fall, each with where it stands and why; then the count."""
    lines = [line for e in report.falling for line in _examined(e)]
    total, fallen = len(report.examined), len(report.falling)
    if report.unknown_sources:
        numbers = ", ".join(f"[{n}]" for n in report.unknown_sources)
        lines += [f"Not in the library: {numbers}", ""]
    lines.append(f"{total - fallen} of {_count(total, 'sentence')} stand, {fallen} fall.")
    lines.append("Title, verdict line and headings were not checked.")
    return "\n".join(lines)


def _examined(found: Examined) -> list[str]:
    sentence, ruling = found.sentence, found.ruling
    cited = " ".join(f"[{n}]" for n in sentence.numbers) or "no citation"
    place = f"line {sentence.line}" if sentence.line else sentence.section
    lines = [f"{ruling.support.value.upper()} ({place}, {cited})", f"  {sentence.text}"]
    lines.append(f"  Why: {ruling.reason}.")
    if found.nearest:
        lines.append(f"  Nearest ({found.nearest.source}): {found.nearest.quote}")
    return [*lines, ""]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
