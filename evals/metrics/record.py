"""What a page says of its own sources, counted again from the page.

Nothing here calls the code that wrote these sentences: counts, dates, tiers, origins and names are
read from the list of sources and compared with what the words say. A sentence in a form that no
rule reads is not scored.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Final

from agent.types import Certificate, Value
from evals.metrics.types import Score

_WORDS: Final = "no one two three four five six seven eight nine".split()  # noqa: SIM905
_DAY: Final = re.compile(r"[A-Z][a-z]+ \d{1,2}, \d{4}")
_RECORD: Final = re.compile(
    r"^The record reviewed for this page is (\w+) cited sources? of (\w+) independent origins?(.*)$"
)
_UNDATED: Final = re.compile(r"(\w+) (?:carry|carries) no publication date")
_TIERS: Final = re.compile(r"^Of the (\w+) cited sources? reviewed here, (.+)\.$")
_TIER: Final = re.compile(r"(\w+) (?:is|are) (primary|established|advocacy)")
_KINDS: Final = {"primary": 1, "established": 2, "advocacy": 3}
_COPIES: Final = "Not all of the record is independent: "
_GROUP: Final = re.compile(
    r"^(.+?) (?:go back to (.+)|tell the same story) and count as one origin"
)
_SEARCH: Final = re.compile(r"^A search of all ([\d,]+) passages? from ([\d,]+) sources? .* none ")
_STANCES: Final = (
    (re.compile(r"^(?:The sources|One independent origin) reviewed here contradicts? "), "refuted"),
    (re.compile(r"^(?:The sources|One independent origin) reviewed here bears? out "), "supported"),
    (re.compile(r"^The sources reviewed here point both ways "), "mixed"),
    (re.compile(r"^The sources reviewed here do not settle "), "not_enough_evidence"),
    (re.compile(r"which is not enough for a verdict on "), "not_enough_evidence"),
)
_BOTTOM: Final = re.compile(r"^The bottom line is that the claim .* is (\w+) on the evidence ")
_COUNTED: Final = re.compile(r"(\w+) independent origins? (?:den|report|hold)")
_MORE: Final = re.compile(r"(\w+) (?:more|independent) origins?\b(?! reviewed)")
_LABELS: Final = {"unproven": "not_enough_evidence"}
_REPORTED: Final = re.compile(r"^What (?:else )?(.+) reported$")
_FIXED: Final = re.compile(
    r"^(?:Executive summary|What the record |Bottom line|What other sources reported$)",
    re.IGNORECASE,
)
_JOINTS: Final = re.compile(r"^(?:[\s,]|\band\b|\bthe\b)*$", re.IGNORECASE)


class Listed(Value):
    """A source in a page's list."""

    id: str
    publisher: str = ""
    origin: str = ""
    tier: int | None = None
    published: date | None = None
    copy_of: str = ""
    """The outlet whose report it copies."""

    @property
    def name(self) -> str:
        """The publisher without what stands in brackets behind it."""
        return self.publisher.split(" (")[0].strip()


class Told(Value):
    """A sentence of a page's own, with the sources that it cites."""

    text: str
    cites: tuple[str, ...] = ()
    certificate: Certificate | None = None


Sources = Sequence[Listed]
Rule = Callable[[Told, Sources, str | None], bool | None]


def record_truth(told: Sequence[Told], sources: Sources, verdict: str | None) -> Score:
    """Statements on the record that are true / statements on the record that a rule reads.

    They are: how many sources of how many origins and dates, of which tiers, which are copies,
    what was searched, what the sources come to. No page makes all of them.

    Args:
        told: every sentence of the page.
        sources: the page's list.
        verdict: what the page says its verdict is, in the words of the cases.
    """
    found = (rule(s, sources, verdict) for s in told for rule in RULES)
    return Score.of(float(mark) for mark in found if mark is not None)


def heading_truth(headings: Sequence[tuple[str, Sequence[str]]], sources: Sources) -> Score:
    """Headings "What X and Y reported" that name what their section cites / such headings.

    Args:
        headings: of each section, with the ids of the sources that the section cites.
        sources: the page's list.
    """
    known = {s.id: s for s in sources}
    return Score.of(
        float(_only_names(found[1], [known[i] for i in cites if i in known]))
        for text, cites in headings
        if (found := _REPORTED.match(text)) and not _FIXED.match(text)
    )


def says_something(heading: str) -> bool:
    """Whether a heading is a statement of its own: neither a fixed one nor a list of names."""
    return not (_FIXED.match(heading) or _REPORTED.match(heading))


def follow_up_truth(questions: Sequence[str], sources: Sources) -> Score:
    """Follow-up questions that suppose what the list of sources shows / those that suppose it.

    That a source carries no date, is a copy, is on the page, or that the latest is of a day.
    Questions that suppose nothing of the kind are not scored.
    """
    return Score.of(_mark_question(question, sources) for question in questions)


def _count(word: str) -> int | None:
    word = word.lower()
    return int(word) if word.isdigit() else _WORDS.index(word) if word in _WORDS else None


def _days(text: str) -> set[date]:
    return {
        datetime.strptime(found, "%B %d, %Y").date()  # noqa: DTZ007 - a day, no moment
        for found in _DAY.findall(text)
    }


def _check_record(told: Told, sources: Sources, verdict: str | None) -> bool | None:
    found = _RECORD.match(told.text)
    if not found:
        return None
    dated = [s.published for s in sources if s.published]
    undated = len(sources) - len(dated)
    counts = (_count(found[1]), _count(found[2])) == (len(sources), _count_origins(sources))
    ends = {min(dated), max(dated)} if dated else set()
    silent = _UNDATED.search(found[3])
    if silent:
        said = _count(silent[1])
    elif "none of them carries" in found[3]:
        said = len(sources)
    else:
        said = len(sources) - 1 if "only one of them carries" in found[3] else 0
    return counts and said == undated and _days(found[3]) == ends


def _check_tiers(told: Told, sources: Sources, verdict: str | None) -> bool | None:
    found = _TIERS.match(told.text)
    if not found or any(s.tier is None for s in sources):
        return None
    held = {tier: sum(s.tier == tier for s in sources) for tier in _KINDS.values()}
    said = {_KINDS[kind]: _count(number) for number, kind in _TIER.findall(found[2])}
    if 0 not in said and "all are " in found[2]:
        [kind] = re.findall(r"all are (\w+)", found[2])
        said = {_KINDS[kind]: len(sources)}
    return _count(found[1]) == len(sources) and said == {t: n for t, n in held.items() if n}


def _check_copies(told: Told, sources: Sources, verdict: str | None) -> bool | None:
    if not told.text.startswith(_COPIES):
        return None
    groups = told.text.removeprefix(_COPIES).split("; ")
    return all(_is_one_origin(group, sources) for group in groups)


def _is_one_origin(said: str, sources: Sources) -> bool:
    found = _GROUP.match(said)
    if not found:
        return False
    for origin in {s.origin for s in sources}:
        group = [s for s in sources if s.origin == origin]
        if len({s.name for s in group}) > 1 and _only_names(found[1], group):
            return not found[2] or found[2] in {s.copy_of for s in group}
    return False


def _check_search(told: Told, sources: Sources, verdict: str | None) -> bool | None:
    found = _SEARCH.match(told.text)
    if not found:
        return None
    proof = told.certificate
    said = [int(n.replace(",", "")) for n in found.groups()]
    return (
        proof is not None
        and not proof.found
        and said
        == [
            proof.scope.passages,
            proof.scope.sources,
        ]
    )


def _check_answer(told: Told, sources: Sources, verdict: str | None) -> bool | None:
    """The verdict that it speaks of, and that every origin it cites is named or counted."""
    label = next((label for form, label in _STANCES if form.search(told.text)), None)
    if label is None:
        return None
    if label == "not_enough_evidence" or verdict != label:
        return verdict == label
    origins = {s.origin for s in sources if s.id in told.cites}
    named = {s.origin for s in sources if s.id in told.cites and s.name in told.text}
    counted = sum(_count(word) or 0 for word in _MORE.findall(told.text))
    return len(origins) == len(named) + counted


def _check_bottom(told: Told, sources: Sources, verdict: str | None) -> bool | None:
    """The verdict, and that its count of origins lies between those it cites and those listed.

    A sentence has room for few citations, so it may count more origins than it cites.
    """
    found = _BOTTOM.match(told.text)
    if not found:
        return None
    least = _count_origins([s for s in sources if s.id in told.cites])
    counted = _COUNTED.search(told.text)
    right = verdict == _LABELS.get(found[1], found[1])
    if not counted:
        return right
    return right and least <= (_count(counted[1]) or 0) <= _count_origins(sources)


RULES: Final[tuple[Rule, ...]] = (
    *(_check_record, _check_tiers, _check_copies, _check_search, _check_answer, _check_bottom),
)


def _count_origins(sources: Sources) -> int:
    return len({s.origin or s.id for s in sources})


def _only_names(said: str, sources: Sources) -> bool:
    """Whether words are names of these sources' publishers and what joins them, nothing else."""
    left = said
    for name in sorted({s.name for s in sources if s.name}, key=len, reverse=True):
        left = re.sub(rf"\b{re.escape(name.removeprefix('The '))}(?!\w)", "", left)
    return left != said and bool(_JOINTS.match(left))


def _mark_question(question: str, sources: Sources) -> float | None:
    for form, holds in _QUESTIONS:
        if found := form.search(question):
            return float(holds(found, sources))
    return None


def _is_latest(found: re.Match[str], sources: Sources) -> bool:
    dated = [s.published for s in sources if s.published]
    return bool(dated) and _days(found[1]) == {max(dated)}


def _is_copy(found: re.Match[str], sources: Sources) -> bool:
    copies = [s for s in sources if s.copy_of == found[1] and _is_named(found[2], s)]
    return bool(copies) and all(s.name != found[1] for s in copies)


def _is_undated(found: re.Match[str], sources: Sources) -> bool:
    return any(s.published is None and _is_named(found[1], s) for s in sources)


def _is_listed(found: re.Match[str], sources: Sources) -> bool:
    return _only_names(found[1], sources)


def _is_named(said: str, source: Listed) -> bool:
    return said.removeprefix("the ").casefold() == source.name.removeprefix("the ").casefold()


_QUESTIONS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Sources], bool]], ...]] = (
    (re.compile(rf" since ({_DAY.pattern})\?$"), _is_latest),
    (re.compile(r"^What does the original (.+) report say that (.+) leaves out\?$"), _is_copy),
    (re.compile(r"^On what date did (.+) publish "), _is_undated),
    (re.compile(r" did (.+) rely on for its report\?$"), _is_listed),
    (re.compile(r"^Who besides (.+) has looked into "), _is_listed),
    (re.compile(r"^Has (.+) corrected what it published "), _is_listed),
)


def list_sections(
    sentences: Sequence[tuple[str, Sequence[str]]],
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Headings in their order, each once, with all that its sentences cite."""
    found: dict[str, dict[str, None]] = {}
    for heading, cites in sentences:
        found.setdefault(heading, {}).update(dict.fromkeys(cites))
    return ((heading, tuple(cites)) for heading, cites in found.items())
