"""Short forms of a finding: a section's heading and the reason of the verdict line.

What is cut off is an aside, a remark, or who says so. What restricts a sentence stays: without its
"unless" or "in mice" it would say more than its source. The judge has the last word.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from agent.claims.questions import finite
from agent.language.lexicon import pattern
from agent.language.text import content
from agent.types import CheckedSentence, Citation, Evidence, Kind, Sentence
from agent.writers.anaphora import DANGLING, KNOWN, LEANS, fit, points_back
from agent.writers.attribution import FRAME, capitalise_first, name_source
from agent.writers.follow_ups import speaks_of_a_gap
from agent.writers.reading import Reader
from retrieval.sentences import split_sentences
from retrieval.types import Source

LENGTH: Final = range(4, 15)
"""Words of a heading."""
REASON: Final = range(5, 27)
"""Words of the reason in the verdict line."""
READ: Final = 2
"""Short forms of a sentence that the judge reads."""
KEEPS: Final = 0.38
"""Share of a sentence's words with a meaning that a heading has at least."""
NEAR: Final = 0.25
"""Cosine to the claim below which a form is no heading: it would announce what is beside it."""
TELLS: Final = 0.3
"""Taken off a form that says who reports it: a heading says what is found."""
TELLER: Final = re.compile(
    r", according to |^[^,;:]{3,50}? (?:said|says|noted|notes|reported|reports|explains?) that "
)
CUTS: Final = 4
"""Cuts inside a sentence that are read, the longest first."""
SAME: Final = 0.3
"""P(sentence | form) from which a cut inside it has taken nothing that restricts it."""
UNFIT: Final = re.compile(r"[“”;()]|\"[^\"]{24,}\"")
"""Marks that a heading does without; a word or two may stand in quotation marks."""
NAME: Final = r"[A-Z][\w'’-]*(?: (?:(?:of|for|and|on|in|the|to) )*[A-Z][\w'’-]*)+"
SHORT_NAME: Final = re.compile(rf"(?:\b[Tt]he )?{NAME} \(([A-Z]{{3,6}})\)")
"""The World Health Organization (WHO), of which the initials are enough."""
BRACKET: Final = re.compile(r" \([^()]*\)")
ASIDE: Final = re.compile(
    r", (?:an?|the|who|which|in|on|at|by|with|after|under|from|citing|before|as|then|aged|read"
    r"|for example|including|among them)\b[^,;:\"]{2,90},(?= [a-z])"
    r"|, citing \"[^\"]+\",(?= [a-z])"
)
"""A remark between commas in the middle."""
LED: Final = re.compile(
    r"^(?:On|In) (?:[A-Z][a-z]+ \d{1,2}, \d{4}|[A-Z][a-z]+ \d{4}),? (?=[A-Za-z])"
)
"""A date before the sentence."""
TAIL: Final = re.compile(
    r",? (?:(?:which|citing|as well as|among them|for example|compared with|compared to"
    r"|because|so that|on the ground that)\b).*$"
    r"|,? on [A-Z][a-z]+ \d{1,2}(?:, \d{4})?$"
    r"|, (?:and|while|where|who|after|including|according|possibly|then|the|an?)\b.*$"
    r"| (?:after|before|during|since|following|believing|under [A-Z]|near [A-Z\d])\b.*$"
)
"""What may go at the end: a remark, a comparison, a time, a reason."""
SERIES: Final = re.compile(r"^(?P<first>[^,;]+), [^,;]+(?:, [^,;]+)*,? (?:or|and) [^,;]+$")
"""Things in a row, of which the first may stand alone."""
FIRST: Final = pattern(
    r"^(?P<who>[A-Z][^,;:\"]{2,50}?)(?:,[^;:\"]{3,80},)? (?P<verb>said|says|reported|reports|noted"
    r"|concluded|concludes|wrote|writes|explained|announced|found|admitted|testified|confirmed"
    r"|(?:said|told) [^,;]{3,40}?)(?: on [A-Z][a-z]+ \d+, \d{4})? that "
)
"""Who says so, without what stands between the name and the verb."""
INNER: Final = pattern(r" (?=(?:{core.prepositions}|when|where|as|to|that|which|who)\b)")
"""Where a phrase begins that may go if the rest says the same."""
NEVER: Final = pattern(
    r"\b(?:{core.negation}|n't|all|every|any|only|unless|until|except|may|if|than)\b",
    re.IGNORECASE,
)
"""Words beside which nothing is cut off inside: what follows them may be all they deny."""
ENDS: Final = pattern(
    r"\b(?:{core.prepositions}|{core.determiners}|{core.be}|{core.have}|{core.modals}|{core.do}"
    r"|and|or|but|that|the|an?|who|which|not|no|about|than|to|where|when|up|down)$",
    re.IGNORECASE,
)
"""A last word after which something is missing."""


Closeness = Callable[[Sequence[str]], Sequence[float]]
"""How near each text is to the claim, in [-1, 1]."""


def find_headings(
    sentences: Sequence[Sentence], evidence: Evidence, reader: Reader, near: Closeness
) -> list[Sentence | None]:
    """For each sentence a short form that can head a section, cited as it is; None without one.

    It keeps most of its sentence, is near to the claim, and its source carries it.

    Args:
        sentences: as sources have them.
        evidence: what they cite.
        reader: reads the short forms; the judge has the last word.
        near: tells how close they are to the claim.
    """
    forms = [_heading_forms(s, evidence, reader) for s in sentences]
    every = [text for mine in forms for text in mine]
    close = dict(zip(every, near(every), strict=True)) if every else {}
    tried: list[list[Sentence]] = []
    for sentence, mine in zip(sentences, forms, strict=True):
        worth = {t: mine[t] + close[t] - TELLS * bool(TELLER.search(t)) for t in mine}
        best = sorted((t for t in mine if close[t] >= NEAR), key=lambda t: -worth[t])
        cites = sentence.citations
        tried.append([Sentence(text=t, citations=cites) for t in best[:READ]])
    rulings = iter(reader.carried([s for mine in tried for s in mine], evidence))
    accepted = [[s for s in mine if next(rulings)] for mine in tried]
    return [mine[0] if mine else None for mine in accepted]


def _heading_forms(sentence: Sentence, evidence: Evidence, reader: Reader) -> dict[str, float]:
    """Forms of the length of a heading, each with the share of its sentence that it keeps."""
    found: dict[str, float] = {}
    for words, _, source in _told([sentence], evidence):
        whole = set(content(words))
        safe = [t for t in short_forms(words, source) if len(t.split()) in LENGTH]
        cuts = [t for t in _phrase_cuts(words, source) if len(t.split()) in LENGTH][:CUTS]
        kept = [] if safe else reader.kept(bare(words), cuts)
        safe += [t for t, share in zip(cuts, kept, strict=False) if share >= SAME]
        shares = {t: len(set(content(t)) & whole) / max(1, len(whole)) for t in safe}
        found |= {t: share for t, share in shares.items() if share >= KEEPS}
    return found


def find_reasons(lead: Sequence[CheckedSentence | Sentence], evidence: Evidence) -> list[Sentence]:
    """The first findings in few words, for the verdict line, the best form first."""
    found: list[Sentence] = []
    for words, citation, source in _told(lead, evidence):
        forms = [t for t in short_forms(words, source) if len(t.split()) in REASON]
        longest = sorted(forms, key=lambda t: (t.endswith("?"), -len(t.split())))
        found += [Sentence(text=t, citations=(citation,)) for t in longest]
    return found


def _told(
    sentences: Sequence[CheckedSentence | Sentence], evidence: Evidence
) -> list[tuple[str, Citation, Source]]:
    """The sentences of sources that these rest on, in order, each as it is cited."""
    found: list[tuple[str, Citation, Source]] = []
    for citation in (c for s in sentences if s.kind is Kind.FINDING for c in s.citations):
        passage = evidence.passage(citation.passage)
        if passage is None:
            continue
        for start, end in split_sentences(citation.quote):
            first = citation.start - passage.start
            one = Citation.of(passage, first + start, first + end)
            if not speaks_of_a_gap(one.quote, passage.source):
                found.append((one.quote, one, passage.source))
    return found


def bare(text: str) -> str:
    """What a sentence says, without who says it."""
    frame = FRAME.match(text)
    whole = frame is None or not frame[0].endswith((" that ", ", "))  # "reported on" a thing
    return capitalise_first(text[0 if whole or frame is None else frame.end() :].strip(" ."))


def short_forms(words: str, source: Source) -> list[str]:
    """Forms of a source's sentence that say no more than it does, whole first.

    Without asides, remarks and dates; with or without who says so.
    """
    said = BRACKET.sub("", SHORT_NAME.sub(_initials, name_source(words, source).rstrip(" .")))
    forms: list[str] = []
    who = FIRST.match(said)
    if who:
        forms += _cuts(capitalise_first(said[who.end() :]))
        small = said[who.end()].islower()
        inside = [f"{f[0].lower()}{f[1:]}" if small else f for f in forms]
        forms += [f"{who['who']}: {f}" for f in inside]
        forms += [f"{who['who']} {who['verb']} that {f}" for f in inside]
    if not who:
        forms += [*_cuts(bare(said)), *_cuts(said)]
    return [t for t in dict.fromkeys(forms) if _stands(t)]


def _cuts(said: str) -> list[str]:
    """A sentence with ever less at its end."""
    found: list[str] = []
    for start in (said, *(part for part in said.split("; ") if part != said)):
        plain = capitalise_first(LED.sub("", ASIDE.sub("", start)))
        found += [start, plain]
        if (series := SERIES.match(plain)) and not series["first"][-1].isdigit():
            found.append(series["first"])
        while (cut := TAIL.sub("", plain)) != plain:
            found.append(cut)
            plain = cut
    return found


def _phrase_cuts(words: str, source: Source) -> list[str]:
    """Forms that end before a phrase of their sentence, longest first; none where it denies."""
    forms = [f for f in short_forms(words, source) if not NEVER.search(f)]
    cuts = [f[: m.start()].rstrip(" ,") for f in forms for m in INNER.finditer(f)]
    return sorted({c for c in cuts if _stands(c)}, key=lambda c: (-len(c), c))


def _initials(found: re.Match[str]) -> str:
    the = found[0].startswith(("The ", "the "))
    return f"{found[0][:4]}{found[1]}" if the else found[1]


def _stands(text: str) -> bool:
    """Whether a form can be read alone."""
    noun = DANGLING.match(text)
    more = text[noun.end() :] if noun else ""
    dangles = noun and noun[1] not in KNOWN and not re.match(r" (?:of|for|in|on)\b", more)
    leans = LEANS.match(text) or points_back(text)
    return bool(
        text
        and fit(text)
        and finite(text)
        and not (dangles or leans or ENDS.search(text) or UNFIT.search(text))
    )
