"""What the record leaves open, and the questions a reporter would ask next."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from agent.language.absences import is_absence
from agent.language.lexicon import pattern
from agent.language.phrases import day, publisher
from agent.language.text import content, expanded
from agent.statements import RecordStatements
from agent.types import Citation, Evidence, Plan
from agent.writers.attribution import VISIBLE, about_itself
from agent.writers.facets import institutions, subject, terms
from retrieval.sentences import split_sentences
from retrieval.types import Source

SILENT: Final = pattern(
    r"\b(?:do(?:es)?|did) not (?:itself )?(?P<verb>{writing.reporting}|give|address|discuss"
    r"|cover|contain"
    r"|break down|deal with)\b(?P<what>[^,;.]*)"
)
WONDERS: Final = re.compile(r"^ ?(?:how|wh(?:o|at|en|ere|y|ich|ether))\b")
ANSWERED: Final = 0.6
"""Share of a question's content words in one sentence from which it may be answered there."""


@dataclass(frozen=True)
class Gap:
    """A sentence by which a source says what it does not hold."""

    citation: Citation
    source: Source
    near: int
    """Content words that it shares with the claim."""

    def question(self) -> str | None:
        """What it leaves open, asked; None where it cannot be asked by rule."""
        found = SILENT.search(self.citation.quote)
        what = found["what"].strip() if found else ""
        if not 4 <= len(what.split()) <= 16:
            return None
        if WONDERS.match(what):
            return f"Is it known {what}?"
        if what.startswith(("any ", "that any ")):
            that = "that" if what.startswith("that") else "of"
            return f"Is there a record anywhere {that} {what.removeprefix('that ')}?"
        if what.startswith("the ") and found and found["verb"] in {"state", "give", "name"}:
            return f"What is known about {what}?"
        return None


def speaks_of_a_gap(text: str, source: Source) -> bool:
    """Whether a source says here what it does not say."""
    itself = about_itself(text, source) or VISIBLE.search(text)
    return bool(itself and SILENT.search(text))


def gaps(evidence: Evidence, used: set[str], claim: str) -> list[Gap]:
    """The gaps of the sources in use, nearest to the claim first, one of each origin."""
    wanted = set(expanded(claim))
    found = [
        Gap(citation, source, len(wanted & set(expanded(citation.quote))))
        for citation, source in _sentences(evidence)
        if source.id in used
        and speaks_of_a_gap(citation.quote, source)
        and not is_absence(citation.quote)
    ]
    found.sort(key=lambda gap: (-gap.near, gap.source.id, gap.citation.start))
    return list({gap.source.origin: gap for gap in reversed(found)}.values())[::-1]


def unanswered(question: str, evidence: Evidence) -> bool:
    """Whether no sentence of the evidence but a gap comes near the words of a question."""
    words = set(content(question)) - {"know", "record"}
    return not any(
        len(words & set(content(citation.quote))) >= ANSWERED * len(words)
        for citation, source in _sentences(evidence)
        if not speaks_of_a_gap(citation.quote, source)
    )


def _sentences(evidence: Evidence) -> Iterator[tuple[Citation, Source]]:
    for passage in evidence.passages:
        for start, end in split_sentences(passage.text):
            yield Citation.of(passage, start, end), passage.source


MOST: Final = 8
"""Questions that are offered, so that three are left that the library does not answer."""
EACH: Final = 2
"""Questions at most of those that a source's own words raise, by kind."""
WORDS: Final = range(8, 25)
NAME: Final = r"(?:the )?[A-Z][\w.'’-]*(?: (?:(?:of|for|and|the|on) )*[A-Z][\w.'’-]*)*"
REST: Final = r"(?:[^,;:\"“”()]|,(?=\d))+"
"""What follows up to a comma that is in no figure."""
ASKED: Final = re.compile(
    rf"\b(?:want|wants|wanted|asked|asks|urged|urges|called on|ordered|told|pressed) "
    rf"(?P<who>{NAME}) to (?P<what>[a-z]+ {REST})"
)
"""Somebody was asked to do something."""
PLANNED: Final = re.compile(
    rf"(?P<who>{NAME}) (?:plans|planned|intends|promised|vowed|agreed|proposes|expects|expected)"
    rf" to (?P<what>[a-z]+ {REST})"
)
PROPOSED: Final = re.compile(
    rf"(?P<who>{NAME}) propose[sd] that (?P<whom>{NAME}) (?P<what>[a-z]+ {REST})"
)
UNDER_WAY: Final = re.compile(
    r"\b(?P<what>(?:[a-z]+ )?(?:investigation|inquiry|lawsuit|appeal|trial|case|review|probe) "
    rf"(?:into|against|of|over|on) {REST})"
)
MORE_WORK: Final = re.compile(
    rf"\bmore (?:research|data|studies|evidence|work) (?:on|about|into) (?P<what>{REST})"
)
UNTOLD: Final = re.compile(
    rf"(?P<who>{NAME}) (?:did|does|do|had|has) not (?:yet )?(?:say|said|explain|explained|disclose"
    r"|disclosed|name|named|give|given)"
    rf" (?P<wh>which|who|whom|why|when|where|how|what) (?P<what>{REST}(?:, if any,[^,;:]+)?)"
)
LATER: Final = re.compile(
    r" (?:after|because|while|when|where|which|who|that|during which|so that|and|but|according"
    r"|rests|is|was|are|were|has|had|will|would|to)\b.*$"
)
"""What a question leaves out of the sentence that it was made of."""
LEANING: Final = pattern(
    r"\b(?:{core.pronouns}|this|these|those|such|first|last|page)\b", re.IGNORECASE
)


def follow_ups(
    plan: Plan,
    evidence: Evidence,
    said: Sequence[str],
    silent: Sequence[Gap],
    record: RecordStatements,
) -> tuple[str, ...]:
    """Questions that a reporter would chase, no two of one mould while there are others."""
    about = _subject(plan, evidence, said)
    own = (f"Is it true that {_clean(o)}?" for o in plan.claim.others)
    open_, pursued = _open(silent, evidence), _pursued(evidence, record)
    moulds: list[Iterator[str]] = [
        _first_hand(evidence, about, record),
        _since(said, about, evidence, record),
        _own_records(said, about, evidence),
        _elsewhere(plan, about, evidence),
    ]
    chased = [q for mould in (own, open_, pursued) for q in islice(mould, EACH)]
    found = [q for q in dict.fromkeys(chased) if len(q.split()) in WORDS]
    while moulds and len(found) < MOST:
        mould = moulds.pop(0)
        question = next((q for q in mould if len(q.split()) in WORDS and q not in found), None)
        if question:
            found.append(question)
            moulds.append(mould)
    return tuple(found)


def _subject(plan: Plan, evidence: Evidence, said: Sequence[str]) -> str:
    texts = [p.text for p in evidence.passages]
    return subject(plan.claim.text, texts) or (terms(said, most=1) or ["this claim"])[0]


def _open(silent: Sequence[Gap], evidence: Evidence) -> Iterator[str]:
    """What a source says it does not say, where no other source comes near it."""
    for gap in silent:
        question = gap.question()
        if question and unanswered(question, evidence):
            yield question


def _pursued(evidence: Evidence, record: RecordStatements) -> Iterator[str]:
    """What became of what was asked for, planned, under way or left unsaid; nearest first."""
    used = {source.id for source in record.sources}
    asked = set(expanded(record.claim.text))
    lines = [c.quote for c, source in _sentences(evidence) if source.id in used]
    lines.sort(key=lambda line: -len(asked & set(expanded(line))))
    for line in lines:
        question = _pursue(line)
        if question and not LEANING.search(question):
            yield question


PURSUED: Final = (
    (UNTOLD, "Is it known by now {wh} {what}?"),
    (ASKED, "Did {who} {what}?"),
    (PROPOSED, "Did {whom} have to {what} in the end?"),
    (PLANNED, "Did {who} {what} in the end?"),
    (UNDER_WAY, "What came of the {what}?"),
    (MORE_WORK, "What has later work found on {what}?"),
)
"""What a sentence leaves to be found out, and the question for it."""


def _pursue(line: str) -> str | None:
    """One sentence of a source, asked further."""
    for form, mould in PURSUED:
        if found := form.search(line):
            parts = found.groupdict()
            short = parts["what"] if "wh" in parts else LATER.sub("", parts["what"])
            return mould.format(**{**parts, "what": short.strip(" .")})
    return None


def _since(
    said: Sequence[str], about: str, evidence: Evidence, record: RecordStatements
) -> Iterator[str]:
    """What those who are spoken of have published since the last date of a source of the page."""
    dated = [s.published for s in record.sources if s.published]
    if not dated:
        return
    for name in _bodies(said, about, evidence):
        yield f"What has {name} published on {about} since {day(max(dated))}?"
    yield f"Which new figures or findings on {about} have come out since {day(max(dated))}?"


def _first_hand(evidence: Evidence, about: str, record: RecordStatements) -> Iterator[str]:
    """What the original of a copy says in full, where the library has the copy alone."""
    held = {publisher(s).lower() for s in evidence.sources}
    for source in record.sources:
        first = source.syndicated_from
        if first and first.lower() not in held:
            yield f"What does the original {first} report say about {about} beyond its copy?"


def _own_records(said: Sequence[str], about: str, evidence: Evidence) -> Iterator[str]:
    """What the documents of those would show who are spoken of and not heard."""
    for name in _bodies(said, about, evidence):
        yield f"What do the records of {name} itself show about {about}?"


def _elsewhere(plan: Plan, about: str, evidence: Evidence) -> Iterator[str]:
    """Who, where and how many: what no claim and no count answers by itself."""
    places = [p for p in plan.claim.places if p not in about]
    place = f" in {places[0]}" if places else ""
    yield f"Who was the first to make this claim about {about}{place}, and when?"
    yield f"Which documents would show whether this claim about {about} holds, and who keeps them?"
    yield f"Which experts on {about}{place} can be asked on the record, and what do they say?"


def _bodies(said: Sequence[str], about: str, evidence: Evidence) -> list[str]:
    known = [publisher(s) for s in evidence.sources]
    return [n for n in institutions(said, known) if about.lower() not in n.lower()]


def _clean(text: str) -> str:
    return text.strip(' ?!."“”')
