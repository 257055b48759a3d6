"""What `verdict check` and `verdict judge` do: rule on what others wrote."""

import gzip
import json
import sys
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

from agent import bootstrap
from agent.audit.check import AuditedSentence, AuditReport, check_against, check_text
from agent.audit.cited_text import CitedText
from agent.audit.comparison import Change, ComparedSentence, Comparison
from agent.audit.documents import read_file
from agent.audit.frame import CheckedFrame
from agent.audit.reading import read_page, suffix_of
from agent.faces.exit_codes import BadInput, Exit
from agent.faces.opening import open_library, read_settings
from agent.faces.terminal import counted, deliver, progress, require_folder_of, say, stdin
from agent.render import render
from retrieval import Library

STDIN: Final = Path("-")
"""Stands for what is piped in."""


def check(file: Path, at: Path | None, *, against: str | None = None, as_json: bool) -> Exit:
    """`verdict check`."""
    text = _read(file)
    settings = read_settings()
    with open_library(at) as library, progress():
        draft = _draft_of(text, against, library)
        judge = bootstrap.build_judge(settings)
        nli = bootstrap.build_nli_model(settings.threads)
        if draft is None:
            report = check_text(text, library, judge, nli)
        else:
            report = check_against(text, draft, library, judge, nli)
    deliver(report.model_dump_json(indent=2) if as_json else _told(report), prose=not as_json)
    return Exit.SENTENCES_FALL if report.falling or report.falling_frame else Exit.OK


def _read(file: Path) -> CitedText:
    data = _content_of(file)
    return read_file(
        data, suffix_of(data.decode("utf-8", "replace")) if file == STDIN else file.suffix
    )


def _draft_of(text: CitedText, against: str | None, library: Library) -> CitedText | None:
    """The draft to compare with: the one that was typed, else the one that the file says it is.

    Raises:
        BadInput: what was typed is neither a file nor the id of a draft that is kept.
    """
    if against is not None and Path(against).is_file():
        return _read(Path(against))
    name = text.draft if against is None else against
    if not name:
        return None
    page = bootstrap.kept_page(read_settings(), library, name)
    if page is not None:
        return read_page(render(page, "json"), name)
    if against is not None:
        raise BadInput(
            f"There is no file and no draft {against}. Give the page in JSON, or the id of a draft "
            "that was made from this library."
        )
    say(
        f"The file says that it is draft {name}, which is not kept beside this library, so it was "
        "checked by itself. Add --against PAGE.json to compare."
    )
    return None


def judge(file: Path, out: Path | None) -> Exit:
    """`verdict judge`: row by row, in bounded memory."""
    from agent.audit.judge_pairs import judge_rows  # noqa: PLC0415  (no other command needs it)

    if file != STDIN and not file.is_file():
        raise BadInput(f"There is no file {file}. Give a JSONL file of pairs, or - for stdin.")
    if out is not None and out.exists() and file != STDIN and out.samefile(file):
        raise BadInput(f"{out} is the file that is read. Write the labels to another one.")
    require_folder_of(out)
    judge = bootstrap.build_judge(read_settings())
    target = sys.stdout if out is None else out.open("w", encoding="utf-8")
    try:
        with _lines_of(file) as lines:
            for row in judge_rows(lines, judge):
                target.write(f"{json.dumps(row, ensure_ascii=False)}\n")
    except (gzip.BadGzipFile, zlib.error, EOFError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} cannot be read as JSON lines ({error}).") from error
    finally:
        if out is not None:
            target.close()
    return Exit.OK


@contextmanager
def _lines_of(file: Path) -> Iterator[TextIO]:
    if file == STDIN:
        yield stdin()
    elif file.suffix == ".gz":
        with gzip.open(file, "rt", encoding="utf-8") as packed:
            yield packed
    else:
        with file.open(encoding="utf-8") as opened:
            yield opened


def _content_of(file: Path) -> bytes:
    try:
        return stdin().read().encode() if file == STDIN else file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file} cannot be opened: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{file} is not a text in UTF-8.") from error


def _told(report: AuditReport) -> str:
    """What changed; the sentences that fall, each with where it stands and why; then the count."""
    changed = [c for c in _changes(report) if c.change is not Change.MOVED]
    listed = {c.place for c in changed}
    lines = [line for f in report.falling_frame for line in _framed(f)]
    lines += [line for c in _changes(report) for line in _changed(c, report)]
    lines += [
        line
        for n, e in enumerate(report.examined)
        if not e.ruling.accepted and n not in listed
        for line in _examined(e, report)
    ]
    total, fallen = len(report.examined), len(report.falling)
    if report.comparison:
        lines += [_compared(report.comparison), ""]
    if report.unknown_sources:
        names = ", ".join(report.name_of(n) for n in report.unknown_sources)
        lines += [f"Not in the library: {names}", ""]
    if remarks := [f"Remark: {remark}." for remark in _remarks(report)]:
        lines += [*remarks, ""]
    lines.append(f"{total - fallen} of {counted(total, 'sentence')} stand, {fallen} fall.")
    lines.append(_around(report))
    return "\n".join(lines)


def _changes(report: AuditReport) -> tuple[ComparedSentence, ...]:
    if report.comparison is None:
        return ()
    return report.comparison.of(Change.CHANGED, Change.ADDED, Change.REMOVED, Change.MOVED)


def _changed(found: ComparedSentence, report: AuditReport) -> list[str]:
    """One difference: before, now, and what was ruled of it."""
    head, ruled = found.change.value.upper(), []
    if found.place is not None:
        examined = report.examined[found.place]
        cited = " ".join(map(report.name_of, examined.sentence.numbers)) or "no citation"
        head += f" ({_place(examined)}, {cited})"
        if found.change is not Change.MOVED:
            stands = examined.ruling.accepted
            head += ": stands" if stands else f": {examined.ruling.support.value.upper()}"
            ruled = [] if stands else [f"  Why: {examined.ruling.reason}."]
    was = [f"  Was: {found.before.text}"] if found.before and found.before != found.now else []
    now = [f"  Now: {found.now.text}"] if found.now else []
    if found.change is Change.MOVED:
        was, now = [], [f"  {found.now.text}"] if found.now else []
    return [head, *was, *now, *ruled, ""]


def _compared(comparison: Comparison) -> str:
    """How much changed, in one line."""
    names = [c for c in Change if c is not Change.KEPT]
    counts = [f"{len(comparison.of(c))} {c}" for c in names]
    lines = [
        f"{line.what} " + (f'"{line.before}" is now "{line.now}"' if line.now else "is gone")
        for line in comparison.lines
    ]
    kept = len(comparison.of(Change.KEPT))
    draft = f"draft {comparison.draft}" if comparison.draft else "the draft"
    around = f" Also: {'; '.join(lines)}." if lines else ""
    return f"Against {draft}: {', '.join(counts)}, {kept} as they were.{around}"


def _remarks(report: AuditReport) -> Iterator[str]:
    """What an editor may want to mend though nothing falls by it."""
    yield from report.remarks
    for examined in report.examined:
        for name in examined.idle:
            yield (
                f'{name} says nothing of "{examined.sentence.text}" ({_place(examined)}), '
                f"which stands as well without it"
            )


def _place(found: AuditedSentence) -> str:
    sentence = found.sentence
    return f"line {sentence.line}" if sentence.line else sentence.section


def _around(report: AuditReport) -> str:
    """What was looked at besides the sentences."""
    places = Counter(f.place for f in report.frame)
    named = [counted(n, place) if n > 1 else f"the {place}" for place, n in places.items()]
    if not named:
        return "There is no title, verdict line or heading."
    return f"Checked around them: {', '.join(named)}; {len(report.falling_frame)} of these fall."


def _framed(found: CheckedFrame) -> list[str]:
    where = f"line {found.line}, {found.place}" if found.line else found.place.value
    return [f"FALLS ({where})", f"  {found.text}", f"  Why: {found.reason}.", ""]


def _examined(found: AuditedSentence, report: AuditReport) -> list[str]:
    sentence, verification = found.sentence, found.ruling
    cited = " ".join(map(report.name_of, sentence.numbers)) or "no citation"
    lines = [f"{verification.support.value.upper()} ({_place(found)}, {cited})"]
    lines.append(f"  {sentence.text}")
    lines.append(f"  Why: {verification.reason}.")
    if found.nearest:
        lines.append(f"  Nearest ({found.nearest.source}): {found.nearest.quote}")
    return [*lines, ""]
