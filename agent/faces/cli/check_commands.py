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
from agent.audit.check import AuditedSentence, AuditReport, check_text
from agent.audit.frame import CheckedFrame
from agent.audit.reading import read_text, suffix_of
from agent.faces.exit_codes import BadInput, Exit
from agent.faces.opening import open_library, read_settings
from agent.faces.terminal import counted, deliver, progress, require_folder_of, stdin

STDIN: Final = Path("-")
"""Stands for what is piped in."""


def check(file: Path, at: Path | None, *, as_json: bool) -> Exit:
    """`verdict check`."""
    typed = _text_of(file)
    text = read_text(typed, suffix_of(typed) if file == STDIN else file.suffix)
    settings = read_settings()
    with open_library(at) as library, progress():
        judge = bootstrap.build_judge(settings)
        report = check_text(text, library, judge, bootstrap.build_nli_model(settings.threads))
    deliver(report.model_dump_json(indent=2) if as_json else _told(report), prose=not as_json)
    return Exit.SENTENCES_FALL if report.falling or report.falling_frame else Exit.OK


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


def _text_of(file: Path) -> str:
    try:
        return stdin().read() if file == STDIN else file.read_text("utf-8")
    except OSError as error:
        raise BadInput(f"{file} cannot be opened: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{file} is not a text in UTF-8.") from error


def _told(report: AuditReport) -> str:
    """The sentences that fall, each with where it stands and why; then the count."""
    lines = [line for f in report.falling_frame for line in _framed(f)]
    lines += [line for e in report.falling for line in _examined(e, report)]
    total, fallen = len(report.examined), len(report.falling)
    if report.unknown_sources:
        names = ", ".join(report.name_of(n) for n in report.unknown_sources)
        lines += [f"Not in the library: {names}", ""]
    if remarks := [f"Remark: {remark}." for remark in _remarks(report)]:
        lines += [*remarks, ""]
    lines.append(f"{total - fallen} of {counted(total, 'sentence')} stand, {fallen} fall.")
    lines.append(_around(report))
    return "\n".join(lines)


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
