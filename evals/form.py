"""The form of a page, as a linter: `python -m evals.form PAGE.txt` (exit 1 where a MUST fails).

A page in its text form is title, date, disclaimer, verdict line, executive summary, numbered
sections, three follow-up questions and the list of sources. Rules are named as in `RULES`.
"""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

MARK: Final = re.compile(r"\[(\d+)\]")
GROUP: Final = re.compile(r"\[\d+\](?: \[\d+\])*")
HEADING: Final = re.compile(r"^(\d+)\. (\S.*)$")
STOP: Final = re.compile(r"[.?!](?:\s*\[\d+\])*(?=\s+[\"“A-Z]|$)")
ABBREVIATION: Final = re.compile(
    r"\b(?:U\.S|U\.K|U\.N|I\.C\.E|N\.Y|vs|Mr|Mrs|Ms|Dr|St|Gov|Sen|Rep|No|Inc|Jr|[A-Z])$"
)
ABSENCE: Final = re.compile(
    r"\bno (?:credible |verified |direct )?evidence\b"
    r"|\b(?:does|do|did) not (?:contain|mention|show|prove)"
    r"|\b(?:found|finds?) (?:none|no)\b|\bnone of (?:these|those|the)\b",
    re.IGNORECASE,
)
RECORD: Final = re.compile(
    r"\b(?:record|reporting|sources? (?:provided|reviewed)|available sources)\b", re.IGNORECASE
)
LEAK: Final = re.compile(r"\[\d+\s*[,;–-]\s*\d+\]|\]\[|\(\[?\d|【|†|\[\^|\[source", re.IGNORECASE)
MARKUP: Final = re.compile(r"^\s*[-*•]|\*\*|^#|\|", re.MULTILINE)


@dataclass
class PageParts:
    """A page taken apart: paragraphs as they stand, sections as (number, heading, paragraphs)."""

    title: str = ""
    checked: str = ""
    disclaimer: str = ""
    summary: list[str] = field(default_factory=list)
    sections: list[tuple[int, str, list[str]]] = field(default_factory=list)
    follow_ups: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)

    @property
    def paragraphs(self) -> list[str]:
        return self.summary + [p for _, _, paragraphs in self.sections for p in paragraphs]

    @property
    def sentences(self) -> list[str]:
        return [s for p in self.paragraphs for s in split_sentences(p)]

    @property
    def numbers(self) -> list[int]:
        return _find_numbers(self.sentences)


Level = Literal["MUST", "SHOULD"]
Rule = tuple[str, Level, str, Callable[[PageParts], bool]]


def split_sentences(paragraph: str) -> list[str]:
    """Sentences of a paragraph, each with the citation group before its full stop."""
    found, start = [], 0
    for stop in STOP.finditer(paragraph):
        more = stop.end() < len(paragraph)
        if more and ABBREVIATION.search(paragraph[start : stop.start()]):
            continue
        found.append(paragraph[start : stop.end()].strip())
        start = stop.end()
    rest = paragraph[start:].strip()
    return [*found, rest] if rest else found


def parse(text: str) -> PageParts:
    """Take a page in its text form apart."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    title, checked, disclaimer = (*lines, "", "", "")[:3]
    parts = PageParts(title=title, checked=checked, disclaimer=disclaimer)
    mode = ""
    for line in lines[3:]:
        low = line.lower()
        if low == "executive summary":
            mode = "summary"
        elif low.startswith("want to dive deeper"):
            mode = "follow-ups"
        elif low in {"sources", "references"}:
            mode = "sources"
        elif mode in {"summary", "section"} and (heading := HEADING.match(line)):
            mode = "section"
            parts.sections.append((int(heading[1]), heading[2], []))
        else:
            _add_line(parts, mode, line)
            continue
        parts.order.append(mode)
    return parts


def _add_line(parts: PageParts, mode: str, line: str) -> None:
    places = {
        "summary": parts.summary,
        "follow-ups": parts.follow_ups,
        "sources": parts.sources,
        "section": parts.sections[-1][2] if parts.sections else [],
    }
    places.get(mode, []).append(line)


def _find_numbers(texts: list[str]) -> list[int]:
    return [int(n) for text in texts for n in MARK.findall(text)]


def _is_date(line: str) -> bool:
    found = re.fullmatch(r"Checked on ([A-Z][a-z]+ \d{1,2}, \d{4})", line)
    try:
        return bool(found) and bool(datetime.strptime(found[1], "%B %d, %Y"))  # type: ignore[index]  # noqa: DTZ007
    except ValueError:
        return False


def _cited_numbers(paragraphs: list[str]) -> set[int]:
    return set(_find_numbers(paragraphs))


def _last_sections(p: PageParts) -> list[tuple[int, str, list[str]]]:
    return p.sections[-2:]


def _limits_text(p: PageParts) -> str:
    return " ".join(p.sections[-2][2]) if len(p.sections) > 1 else ""


def _first_appearance(p: PageParts) -> list[int]:
    return list(dict.fromkeys(p.numbers))


def _listed_numbers(p: PageParts) -> list[int]:
    return [int(n[1]) for line in p.sources if (n := re.match(r"\[?(\d+)[\].]", line))]


def _closing_brings_nothing_new(p: PageParts) -> bool:
    prior = {n for _, _, ps in p.sections[:-2] for n in _cited_numbers(ps)} | _cited_numbers(
        p.summary
    )
    last = {n for _, _, ps in _last_sections(p) for n in _cited_numbers(ps)}
    return bool(last) and last <= prior


def _has_good_density(p: PageParts) -> bool:
    return bool(p.sentences) and 1.5 <= len(p.numbers) / len(p.sentences) <= 3.5


def _count_summary_words(p: PageParts) -> int:
    return sum(len(s.split()) for s in p.summary)


RULES: Final[tuple[Rule, ...]] = (
    ("title", "MUST", "the first line is the question, ends in '?' and is uncited",
     lambda p: p.title.endswith("?") and not MARK.search(p.title)),
    ("date", "MUST", "the second line is 'Checked on Month D, YYYY'",
     lambda p: _is_date(p.checked)),
    ("disclaimer", "MUST", "the third line tells the reader to verify",
     lambda p: p.disclaimer.startswith("Disclaimer:") and "verify" in p.disclaimer.lower()),
    ("summary", "MUST", "the summary is one paragraph of one to three sentences",
     lambda p: len(p.summary) == 1 and 1 <= len(split_sentences(p.summary[0])) <= 3),
    ("summary-length", "SHOULD", "the summary has 40 to 110 words",
     lambda p: 40 <= _count_summary_words(p) <= 110),
    ("sections", "MUST", "four to nine sections, numbered from 1 without gaps",
     lambda p: [n for n, _, _ in p.sections] == list(range(1, len(p.sections) + 1))
     and 4 <= len(p.sections) <= 9),
    ("empty", "MUST", "no section is empty", lambda p: all(ps for _, _, ps in p.sections)),
    ("heading-length", "SHOULD", "headings have 4 to 14 words",
     lambda p: all(4 <= len(h.split()) <= 14 for _, h, _ in p.sections)),
    ("heading-cites", "MUST", "headings carry no citation",
     lambda p: not any(MARK.search(h) for _, h, _ in p.sections)),
    ("bottom-line", "MUST", "the last section is the bottom line",
     lambda p: bool(p.sections) and "bottom line" in p.sections[-1][1].lower()),
    ("limits", "MUST", "the one before it is about the record and its limits",
     lambda p: len(p.sections) > 1 and bool(re.search("record|limit", p.sections[-2][1].lower()))),
    ("order", "MUST", "summary, sections, follow-ups, sources, in this order",
     lambda p: [k for k, _ in _group_runs(p.order)]
     == ["summary", "section", "follow-ups", "sources"]),
    ("cited", "MUST", "every sentence is cited", lambda p: bool(p.sentences)
     and all(MARK.search(s) for s in p.sentences)),
    ("group-place", "MUST", "the citations stand before the closing full stop",
     lambda p: all(re.search(r"\[\d+\][.?!]$", s) for s in p.sentences)),
    ("numbering", "MUST", "numbers follow first appearance, from 1, without gaps",
     lambda p: _first_appearance(p) == list(range(1, len(set(p.numbers)) + 1)) != []),
    ("brackets", "MUST", "one number a bracket, single spaces, no internal ids",
     lambda p: not LEAK.search("\n".join(p.paragraphs))),
    ("repeats", "MUST", "no number twice in one group",
     lambda p: all(len(n) == len(set(n)) for s in p.sentences for g in GROUP.findall(s)
                   for n in [MARK.findall(g)])),
    ("at-most-four", "SHOULD", "at most four citations a sentence",
     lambda p: all(len(MARK.findall(s)) <= 4 for s in p.sentences)),
    ("density", "SHOULD", "1.5 to 3.5 citations a sentence", _has_good_density),
    ("summary-cites", "MUST", "what the summary cites, the body cites again",
     lambda p: set() != _cited_numbers(p.summary)
     <= {n for _, _, ps in p.sections for n in _cited_numbers(ps)}),
    ("no-new-source", "MUST", "limits and bottom line bring no new source",
     _closing_brings_nothing_new),
    ("record", "MUST", "the limits speak about the record itself",
     lambda p: bool(RECORD.search(_limits_text(p)))),
    ("absence", "SHOULD", "the limits say what the record does not contain",
     lambda p: any(ABSENCE.search(s) for s in split_sentences(_limits_text(p)))),
    ("watch", "SHOULD", "the bottom line names what to watch next",
     lambda p: bool(p.sections) and bool(re.search(r"\b(?:watch|monitor|next)\b",
                                                   " ".join(p.sections[-1][2])))),
    ("follow-ups", "MUST", "exactly three follow-up questions",
     lambda p: len(p.follow_ups) == 3 and all(q.endswith("?") for q in p.follow_ups)),
    ("follow-up-form", "SHOULD", "follow-ups of 8 to 24 words, uncited",
     lambda p: all(8 <= len(q.split()) <= 24 and not MARK.search(q) for q in p.follow_ups)),
    ("voice", "MUST", "no first person, no exclamation mark",
     lambda p: not re.search(r"\b(?:I|[Ww]e|[Oo]ur|[Mm]y)\b(?!\.)|!", " ".join(p.sentences))),
    ("prose", "MUST", "prose only: no bullets, tables or bold",
     lambda p: not MARKUP.search("\n".join(p.paragraphs))),
    ("source-list", "MUST", "the source list holds the cited numbers, in order, and no other",
     lambda p: _listed_numbers(p) == _first_appearance(p)),
)  # fmt: skip


def _group_runs(order: list[str]) -> list[tuple[str, int]]:
    runs: list[tuple[str, int]] = []
    for kind in order:
        if runs and runs[-1][0] == kind:
            runs[-1] = (kind, runs[-1][1] + 1)
        else:
            runs.append((kind, 1))
    return runs


def lint(text: str) -> list[tuple[str, Level, str]]:
    """The rules that a page in its text form breaks, as (name, level, what is asked)."""
    parts = parse(text)
    return [(name, level, asked) for name, level, asked, holds in RULES if not holds(parts)]


def main() -> int:
    """Lint each file named on the command line."""
    failed = False
    for argument in sys.argv[1:]:
        broken = lint(Path(argument).read_text("utf-8"))
        for name, level, asked in broken:
            print(f"{argument}: {level} {name}: {asked}")
        failed = failed or any(level == "MUST" for _, level, _ in broken)
        print(f"{argument}: {len(RULES) - len(broken)} of {len(RULES)} rules hold")
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
