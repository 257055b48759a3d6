"""What a language model wrote, made into cited sentences or refused."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from agent.language.absences import is_absence
from agent.language.text import content, expanded, lemma, shared
from agent.llm.context import Pack
from agent.types import Citation, Evidence, Kind, Plan, Sentence
from agent.writers.anaphora import IN_QUOTES, INSTRUCTS, MARKUP, OWN_VOICE
from agent.writers.attribution import LOWERED
from prompts import repeated, runs
from prompts.write import Written, WrittenSection
from retrieval.sentences import split_sentences
from retrieval.types import Passage

LONGEST: Final = 70
"""Words of a sentence."""
ADDRESS: Final = re.compile(r"\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:/\S*)?\b|\S+@\S+", re.IGNORECASE)
FIGURE: Final = re.compile(r"\d+")
PRONOUN: Final = re.compile(
    r"^(?:He|She|They|Its|Their|His|Her|It(?! (?:is|was|has been|remains)\b)|This (?:is|was|has))\b"
)
"""An opening that stands for something; "it is not known" and "both outlets" stand for nothing."""
OPENS_WITH_PRONOUN: Final = re.compile(r"^(?:It|This|That|They|These|Those|Both|He|She)\b")
QUESTION_WORDS: Final = range(5, 31)
"""Words of a follow-up question."""
SCRIPTS: Final = ("LATIN ", "DIGIT ")


def faults(text: str, held: str, before: str) -> Iterator[str]:
    """Name each fault of a sentence that no reading of its evidence could mend.

    Args:
        text: One line of visible characters.
        held: The passages it cites, and who published them, in small letters.
        before: The sentence before it, on which it may lean.
    """
    yield from _faults_of_form(text)
    if any(a[0].lower() not in held for a in ADDRESS.finditer(text)):
        yield "it writes an address that the passages it cites do not have"
    if any(_foreign(c) and c.lower() not in held for c in text):
        yield "it uses letters or digits of another script than the passages it cites"
    told = repeated(text)
    if told and not set(told) <= set(runs(held)):
        yield "it repeats what the model was told, and no source"
    if not before and PRONOUN.match(text):
        yield "it does not say what it is about: a pronoun points at another sentence"


def _faults_of_form(text: str) -> Iterator[str]:
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
    if OWN_VOICE.search(text):
        yield "it asks, exclaims or speaks in the first person"
    if is_absence(text):
        yield "it speaks of what the record lacks, which only a search can tell"


def _foreign(character: str) -> bool:
    """Whether it is a letter or a digit that looks like a Latin one, or is none."""
    return character.isalnum() and not unicodedata.name(character, "").startswith(SCRIPTS)


MOST_CITATIONS: Final = 6
"""Citations of a sentence."""
SAME: Final = 0.8
"""Share of words in common (Jaccard) from which a sentence says what another said."""
ALIKE: Final = 0.4
"""Share of a sentence's words from which a passage of another origin may carry it as well."""
BESIDE: Final = 2
"""Such passages of a sentence, that its writer did not name."""
SPAN: Final = 2
"""Sentences of a passage that a citation holds until the judge names the words."""


def sentence(written: Written, packed: Pack, before: str = "", *, beside: bool = True) -> Sentence:
    """Cite the passages that a sentence names; what is wrong with it becomes its fault.

    With `beside`, passages of other origins that may say it too are cited with them: the judge
    keeps those that do.
    """
    said = _plain(written.text)
    names = list(dict.fromkeys(written.passages))
    passages = [p for p in (packed.passage(name) for name in names) if p is not None]
    fault = "" if names else "it names no passage"
    if len(passages) < len(names):
        fault = "it cites a passage that its writer was not given"
    passages = passages[:MOST_CITATIONS]
    others = _others(said, passages, packed) if beside else []
    held = " ".join(f"{p.text} {p.source.publisher} {p.source.title}" for p in passages).lower()
    return Sentence(
        text=said or "(nothing)",
        citations=tuple(nearest_words(said, p) for p in (*passages, *others)),
        fault=fault or next(faults(said, held, before), ""),
        offered=len(others),
        before=before,
    )


def _others(text: str, named: Sequence[Passage], packed: Pack) -> list[Passage]:
    """Passages of other origins that may say it too; the judge cites those that do."""
    words = set(content(text))
    known = {p.source.origin for p in named}
    found: dict[str, tuple[float, Passage]] = {}
    for passage in packed.names.values() if named else ():
        share = shared(words, passage.text)
        origin = passage.source.origin
        if origin not in known and share >= ALIKE and share > found.get(origin, (0.0,))[0]:
            found[origin] = share, passage
    best = sorted(found.values(), key=lambda f: -f[0])[:BESIDE]
    return [passage for _, passage in best]


def nearest_words(text: str, passage: Passage) -> Citation:
    """The sentences in a row, at most `SPAN`, that share most words with a text."""
    words = set(content(text))
    spans = split_sentences(passage.text)
    runs = [(a, b) for a, _ in spans for _, b in spans if a < b]
    rows = [(a, b) for a, b in runs if sum(a <= s < b for s, _ in spans) <= SPAN]
    start, end = max(
        rows or [(0, len(passage.text))],
        key=lambda r: (len(words & set(content(passage.text[r[0] : r[1]]))), r[0] - r[1]),
    )
    return Citation.of(passage, start, end)


def heading(written: WrittenSection, packed: Pack) -> Sentence:
    """A heading as a sentence that must be carried; it is printed without its full stop."""
    named = Written(text=written.heading, passages=written.passages)
    made = sentence(named, packed, beside=False)
    fault = made.fault or ("a heading stands alone" if OPENS_WITH_PRONOUN.match(made.text) else "")
    return Sentence(**{**dict(made), "fault": fault})


def questions(asked: Sequence[str], packed: Pack) -> tuple[str, ...]:
    """The follow-ups that are plain questions: no orders, addresses, marks, hidden characters."""
    held = " ".join(f"{p.text} {p.source.publisher}" for p in packed.names.values()).lower()
    found = []
    for text in asked:
        said = _plain(text)
        body = said.removesuffix("?")
        plain = said.endswith("?") and len(said.split()) in QUESTION_WORDS
        plain = plain and said == " ".join(text.split()) and not ADDRESS.search(body)
        if plain and not any(faults(body, held, "-")):
            found.append(said)
    return tuple(dict.fromkeys(found))


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


MOST_ABSENCES: Final = 2
WORDS: Final = range(5, 21)
PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z ,'’-]+")
"""No digits, quotation or sentence marks: nothing that could be a figure or an address."""
COMMON: Final = frozenset(
    lemma(w)
    for w in """announce announced arrest confirm confirmed data document evidence find found figure
    investigation law official order police public publish published record report reported rule
    said show source state statement study verify verified""".split()  # noqa: SIM905
)


def absences(
    absent: Sequence[str], plan: Plan, evidence: Evidence, cites: Sequence[Citation]
) -> list[Sentence]:
    """Sentences about what no passage says; each stands on its own certificate or falls."""
    if not cites:
        return []
    return [
        Sentence(
            text=f"No passage in the library reviewed here says that {statement}.",
            kind=Kind.ABSENCE,
            citations=tuple(cites),
        )
        for statement in _grounded(absent, plan, evidence)
    ]


def _grounded(absent: Sequence[str], plan: Plan, evidence: Evidence) -> list[str]:
    """Statements made of known words alone, as they stand behind a "that"."""
    asked = {*expanded(plan.claim.text), *content(plan.claim.text)}
    known = (
        asked | COMMON | {word for passage in evidence.passages for word in content(passage.text)}
    )
    found = []
    for text in absent:
        bare = " ".join(text.split()).rstrip(".")
        bare = f"{bare[0].lower()}{bare[1:]}" if LOWERED.match(bare) else bare
        names = set(content(" ".join(w for w in bare.split() if not w.islower())))
        plain = PLAIN.fullmatch(bare) and len(bare.split()) in WORDS
        if plain and set(content(bare)) <= known and names <= known:
            found.append(bare)
    return found[:MOST_ABSENCES]
