"""What a language model wrote, made into cited sentences or refused."""

import re
import unicodedata
from collections.abc import Container, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final

from agent.language.absences import is_absence
from agent.language.phrases import day
from agent.language.text import content, expanded, stem
from agent.llm.context import Pack
from agent.statements import RecordStatements
from agent.types import Evidence, Kind, Plan, Section, Sentence, Support, VerdictLabel, Verification
from agent.writers.anaphora import (
    IN_QUOTES,
    INSTRUCTS,
    LEANS,
    MARKUP,
    OWN_VOICE,
)
from agent.writers.attribution import LOWERED, standing_alone
from agent.writers.quotations import Place, find
from prompts.base import Quote
from retrieval.sentences import split_sentences

LONGEST: Final = 70
"""Words of a sentence."""
ADDRESS: Final = re.compile(r"\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:/\S*)?\b|\S+@\S+", re.IGNORECASE)
FIGURE: Final = re.compile(r"\d+")
NUMBERS: Final = """zero one two three four five six seven eight nine ten eleven twelve thirteen
    fourteen fifteen sixteen seventeen eighteen nineteen twenty""".split()  # noqa: SIM905
OPENERS: Final = (
    r"According|Authorities|Both|Documents|During|Figures|Investigators|Lawmakers|Officials|People"
    r"|Police|Reporting|Reports|Researchers|Residents|Two|Three|Four|Several|Another|Since|Until"
    r"|Separately|Meanwhile|Earlier|Later|Although|While|After|Before|Under|Among|Citing|Neither"
)
NAME: Final = re.compile(rf"\b(?!(?:{OPENERS})\b)[A-Z][\w'’.-]*\w")
"""Words in capitals or with a capital, but for those that often open a sentence."""
OPENER: Final = re.compile(r"([A-Z][a-z]+)(?= [a-z])")
"""The first word, where no second word with a capital makes a name of it."""
SCRIPTS: Final = ("LATIN ", "DIGIT ")


def faults(text: str, held: str, small: Container[str] = ()) -> Iterator[str]:
    """Name each fault of a sentence.

    Args:
        text: One line of visible characters.
        held: The words it cites, and who published them when, in small letters.
        small: Words that are no names, though they may open a sentence with a capital.
    """
    yield from _of_form(text)
    opener = OPENER.match(text)
    plain = opener and opener[1].lower() in small
    yield from _of_substance(text[opener.end(1) :] if opener and plain else text, held)


def _of_form(text: str) -> Iterator[str]:
    unquoted = IN_QUOTES.sub("", text)
    if not content(text):
        yield "it says nothing"
    if len(text.split()) > LONGEST:
        yield f"it is longer than {LONGEST} words"
    if len(split_sentences(text)) > 1:
        yield "it is more than one sentence"
    if MARKUP.search(text):
        yield "it carries marks that are not prose"
    if INSTRUCTS.search(unquoted):
        yield "it gives instructions instead of saying what a source says"
    if OWN_VOICE.search(unquoted):
        yield "it asks, exclaims or speaks in the first person"
    if is_absence(text):
        yield "it speaks of what the record lacks, which only a search can tell"


def _of_substance(text: str, held: str) -> Iterator[str]:
    known = set(content(held))
    if any(a[0].lower() not in held for a in ADDRESS.finditer(text)):
        yield "it writes an address that the words it cites do not have"
    if any(_foreign(c) and c.lower() not in held for c in text):
        yield "it uses letters or digits of another script than the words it cites"
    if set(FIGURE.findall(text)) - _figures(held):
        yield "it has a figure that the words it cites do not have"
    if names := [n for n in NAME.findall(text) if not set(content(n)) <= known]:
        yield f"the words it cites do not have {names[0]!r}"


def _foreign(character: str) -> bool:
    """Whether it is a letter or a digit that looks like a Latin one, or is none."""
    return character.isalnum() and not unicodedata.name(character, "").startswith(SCRIPTS)


def _figures(held: str) -> set[str]:
    """The runs of digits in a text, small numbers in words among them."""
    spelled = {str(n) for n, word in enumerate(NUMBERS) if re.search(rf"\b{word}\b", held)}
    return spelled | set(FIGURE.findall(held))


MOST_CITATIONS: Final = 4
"""Citations of a sentence."""
SAME: Final = 0.8
"""Share of words in common (Jaccard) from which a sentence says what another said."""


def sentence(text: str, quotes: Sequence[Quote], packed: Pack) -> Sentence:
    """Place the quotations, then look at the words; what is wrong becomes the sentence's fault.

    A sentence that rests on one source and does not say who reports it is given that source's name.
    """
    said = _plain(text)
    places, fault = _placed(quotes, packed)
    sources = {p.source.id: p.source for q in quotes if (p := packed.passage(q.passage))}
    known = [f"{s.publisher} {day(s.published) if s.published else ''}" for s in sources.values()]
    held = " ".join([*(p.citation.quote for p in places), *known]).lower()
    fault = fault or next(faults(said, held, packed.small), "")
    if not fault and _leans(said, places):
        fault = "it does not say what it is about: a pronoun points at another sentence"
    if not fault and len(sources) == 1:
        said = standing_alone(said, next(iter(sources.values())))
    citations = {(p.citation.passage, p.citation.start): p.citation for p in places}
    return Sentence(
        text=said or "(nothing)", citations=tuple(citations.values())[:MOST_CITATIONS], fault=fault
    )


def repeats(text: str, said: Sequence[str]) -> bool:
    """Whether `text` says again what was said; with another figure it says something else."""
    words, figures = set(content(text)), FIGURE.findall(text)
    for other in said:
        common = set(content(other))
        alike = len(words & common) >= SAME * max(1, len(words | common))
        if alike and figures == FIGURE.findall(other):
            return True
    return False


def _plain(text: str) -> str:
    """One line of visible characters in their plain form: what a check reads, a reader sees."""
    flat = " ".join(unicodedata.normalize("NFKC", text).split())
    return "".join(c for c in flat if not unicodedata.category(c).startswith("C"))


def _placed(quotes: Sequence[Quote], packed: Pack) -> tuple[list[Place], str]:
    """Where the quotations were found, and the first fault."""
    places: list[Place] = []
    fault = "" if quotes else "it quotes nothing"
    for quote in quotes:
        passage = packed.passage(quote.passage)
        place = find(quote.words, passage) if passage else None
        if place is not None:
            places.append(place)
        elif passage is None:
            fault = fault or "it cites a passage that its writer was not given"
        else:
            fault = fault or "the words it quotes are not in the passage it cites"
    return places, fault


def _leans(text: str, places: Sequence[Place]) -> bool:
    """Whether it speaks of what only another sentence names."""
    said = set(content(text))
    return bool(LEANS.match(text)) or any(
        place.lead and not said & set(content(place.lead)) for place in places
    )


WORD: Final = re.compile(r"\S+")
AROUND: Final = 3
"""Words outside the fault that may change with it: a conjunction, a comma, a verb's number."""
KEPT: Final = 0.4
"""Share of the meaning words that stay where the whole sentence is at fault."""


def failing(sentence: Sentence, verification: Verification) -> list[tuple[int, int]]:
    """The characters of the clauses that are not carried; empty where it is the whole sentence."""
    clauses = verification.clauses
    spans = [(c.start, c.end) for c in clauses if c.support is not Support.SUPPORTED]
    spans += [c.span for c in verification.checks if c.span and c.outcome.value == "violated"]
    whole = [s for s in spans if s[1] - s[0] >= len(sentence.text.rstrip(" ."))]
    return [] if whole or len(spans) == 0 else sorted(spans)


def changes_too_much(sentence: Sentence, text: str, faults: Sequence[tuple[int, int]]) -> bool:
    """Whether `text` is another sentence rather than a mended one."""
    if not faults:
        words = set(content(sentence.text))
        return len(words & set(content(text))) < KEPT * len(words)
    before = list(WORD.finditer(sentence.text))
    after = WORD.findall(text)
    compared = SequenceMatcher(None, [_bare(w[0]) for w in before], [_bare(w) for w in after])
    outside = 0
    for tag, a, b, c, d in compared.get_opcodes():
        if tag != "equal" and not _touches(faults, before, a, b):
            outside += max(b - a, d - c)
    return outside > AROUND


def _touches(
    faults: Sequence[tuple[int, int]], words: Sequence[re.Match[str]], first: int, last: int
) -> bool:
    """Whether the words from `first` to `last` lie in a fault, or beside it where none do."""
    if first == last:
        place = words[first].start() if first < len(words) else words[-1].end()
        return any(start - 1 <= place <= end + 1 for start, end in faults)
    inside = [
        any(word.start() < end and start < word.end() for start, end in faults)
        for word in words[first:last]
    ]
    return sum(inside) + AROUND >= len(inside)


def _bare(word: str) -> str:
    return word.strip(".,;:—–\"“”'").lower()


MOST_ABSENCES: Final = 2
WORDS: Final = range(5, 21)
PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z ,'’-]+")
"""No digits, quotation or sentence marks: nothing that could be a figure or an address."""
COMMON: Final = frozenset(
    stem(w)
    for w in """announce announced arrest confirm confirmed data document evidence find found figure
    investigation law official order police public publish published record report reported rule
    said show source state statement study verify verified""".split()  # noqa: SIM905
)


def searched(
    plan: Plan, evidence: Evidence, limits: Section, record: RecordStatements
) -> list[Sentence]:
    """Absence sentences about what was expected; each stands on its own certificate or falls."""
    if record.verdict.label not in {VerdictLabel.REFUTED, VerdictLabel.UNPROVEN}:
        return []
    cites = limits.sentences[0].citations
    return [
        Sentence(
            text=f"No passage in the library reviewed here says that {expected}.",
            kind=Kind.ABSENCE,
            citations=cites,
        )
        for expected in _grounded(plan, evidence)
    ]


def asked(plan: Plan, evidence: Evidence) -> tuple[str, ...]:
    """A question that asserts nothing for the first expectation."""
    return tuple(f"Is it on record anywhere that {e}?" for e in _grounded(plan, evidence)[:1])


def _grounded(plan: Plan, evidence: Evidence) -> list[str]:
    """Expectations made of known words alone, as they stand behind a "that"."""
    asked = {*expanded(plan.claim.text), *content(plan.claim.text)}
    known = (
        asked | COMMON | {word for passage in evidence.passages for word in content(passage.text)}
    )
    found = []
    for text in plan.expected:
        bare = " ".join(text.split()).rstrip(".")
        bare = f"{bare[0].lower()}{bare[1:]}" if LOWERED.match(bare) else bare
        names = set(content(" ".join(w for w in bare.split() if not w.islower())))
        plain = PLAIN.fullmatch(bare) and len(bare.split()) in WORDS
        if plain and set(content(bare)) <= known and names <= asked:
            found.append(bare)
    return found[:MOST_ABSENCES]
