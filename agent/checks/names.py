"""Every name of a claim must be in its evidence, and in the same role."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from agent.checks.evidence_text import ENOUGH, EvidenceText, Line
from agent.language import lexicon
from agent.language.names import (
    LINKS,
    LONG_FORMS,
    OFFICES,
    SAME,
    TITLES,
    Name,
    names,
    same,
)
from agent.language.text import (
    STOP,
    content_stems,
    plain,
    stem,
    stems,
    words,
)
from agent.language.verbs import PASTS, is_participle
from agent.types import CheckName, CheckResult, Outcome

_OF_A_PLACE = re.compile(r"(?:ian|ean|an|ese|ish)s?$")
_PLACE = re.compile(r"(?:|a|e|o|y|ia|u?m|ium|ey|en|any|land|ica)$")
"""What a people's name and its country add to what they share: Belg-ian and Belg-ium."""
_SHORTEST_BASE = 4
_PRONOUN = lexicon.pattern(r"\W*(?:{core.pronouns}|this|these|his|its|their|both)\b", re.IGNORECASE)


def check_names(claim: str, reading: EvidenceText) -> CheckResult:
    """Look every name of the claim up in the evidence.

    A part of a name is enough ("Branca" for "Francesco Branca"), so is an acronym whose expansion
    the evidence has, or the reverse. Offices and courtesy titles may come and go.
    """
    wanted = names(claim)
    if not any(_significant(name) for name in wanted):
        return CheckResult(name=CheckName.NAMES, outcome=Outcome.NOT_APPLICABLE)
    for name in wanted:
        said, line = claim[name.start : name.end], None
        if not _named(name, said, reading):
            detail = f'the cited text does not name "{said}"'
        elif not _together(name, said, reading):
            detail = f'the cited text has the words of "{said}" but never together'
        elif line := _in_place_of(name, claim, reading):
            detail = f'the cited text says this of somebody or something else than "{said}"'
        else:
            continue
        return CheckResult(
            name=CheckName.NAMES,
            outcome=Outcome.VIOLATED,
            detail=detail,
            span=(name.start, name.end),
            evidence=line.text if line else None,
        )
    return CheckResult(name=CheckName.NAMES, outcome=Outcome.OK)


def check_presence(claim: str, reading: EvidenceText) -> CheckResult:
    """Look every name of the claim up in the evidence; who did what with it is not compared."""
    wanted = [name for name in names(claim) if _significant(name)]
    for name in wanted:
        said = claim[name.start : name.end]
        if not _named(name, said, reading):
            return CheckResult(
                name=CheckName.NAMES,
                outcome=Outcome.VIOLATED,
                detail=f'the cited text does not name "{said}"',
                span=(name.start, name.end),
            )
    outcome = Outcome.OK if wanted else Outcome.NOT_APPLICABLE
    return CheckResult(name=CheckName.NAMES, outcome=outcome)


def share_named(claim: str, reading: EvidenceText) -> float:
    """Give the share of the claim's names that the evidence has, in [0, 1]; 1 without names."""
    wanted = names(claim)
    known = sum(_named(name, claim[name.start : name.end], reading) for name in wanted)
    return known / len(wanted) if wanted else 1.0


def _significant(name: Name) -> list[str]:
    return [t for t in name.tokens if t not in TITLES and t not in LINKS]


def _named(name: Name, said: str, reading: EvidenceText) -> bool:
    tokens = _significant(name)
    known = reading.vocabulary
    whole = "".join(tokens)
    initials = "".join(t[0] for t in tokens)
    if whole in known.words or SAME.get(whole, whole) in known.words:
        return True
    if len(tokens) > 1 and initials in known.acronyms:
        return True
    missing = [t for t in tokens if not _known(t, reading)]
    opener = name.opens and missing == tokens[:1] and said.split(maxsplit=1)[0][1:].islower()
    return not missing or opener


def _known(token: str, reading: EvidenceText) -> bool:
    known = reading.vocabulary
    if token in known.words or SAME.get(token) in known.words or token in known.initials:
        return True
    if "-" in token:
        return all(_known(part, reading) for part in token.split("-") if part)
    if any(phrase in text for phrase in LONG_FORMS.get(token, ()) for text in reading.flat):
        return True
    return any(_of_one_place(token, word) for word in known.words if word[:3] == token[:3])


def _of_one_place(one: str, other: str) -> bool:
    """Tell a plural, a people's name or its country; any other ending makes another name."""
    if one.removesuffix("s") == other.removesuffix("s"):
        return True
    if one.removesuffix("i") == other.removesuffix("i"):  # Israel, Israeli
        return len(min(one, other, key=len)) >= _SHORTEST_BASE
    return _people_and_place(one, other) or _people_and_place(other, one)


def _people_and_place(people: str, place: str) -> bool:
    base = _OF_A_PLACE.sub("", people)
    if base == people or len(base) < _SHORTEST_BASE or not place.startswith(base):
        return False
    return _PLACE.fullmatch(place[len(base) :]) is not None or _OF_A_PLACE.sub("", place) == base


def _together(name: Name, said: str, reading: EvidenceText) -> bool:
    """Tell whether each two neighbouring words of a name share a line of the evidence.

    Acronyms and titles separate names that merely follow each other ("NYPD Commissioner Tisch").
    """
    vocabulary, upper = reading.vocabulary, {w.casefold() for w in said.split() if w.isupper()}
    for first, second in pairwise(name.tokens):
        if {first, second} & (TITLES | LINKS | upper) or first + second in vocabulary.words:
            continue
        if not {first, second} <= vocabulary.words:
            continue
        both = {stem(first), stem(second)}
        if not any(both <= set(line.stems) for line in reading.lines):
            return False
    return True


def _in_place_of(name: Name, claim: str, reading: EvidenceText) -> Line | None:
    """Find the line that says all the rest of the claim, but of another name.

    Where such a line opens with a pronoun, the line before may hold the name.
    """
    own = set(stems(claim[name.start : name.end])) | set(name.tokens)
    own.add("".join(t[0] for t in _significant(name)))
    stated = {word for n in names(claim) for word in stems(claim[n.start : n.end])}
    rest = frozenset(content_stems(claim)) - own
    close = reading.close(rest) if len(rest) >= ENOUGH else []
    for line in close:
        at = reading.lines.index(line)
        before = reading.lines[at - 1].stems if at and _PRONOUN.match(line.text) else ()
        if own & {*line.stems, *before}:
            return None
    for line in close:
        found = [n for n in names(line.text) if _significant(n) and not _shares(n, line, stated)]
        others = [n for n in found if not same(name, n)]
        if any(not n.opens or len(n.tokens) > 1 for n in others):
            return line
    return None


def _shares(name: Name, line: Line, stated: set[str]) -> bool:
    return bool(stated & set(stems(line.text[name.start : name.end])))


_BY = re.compile(r"\b(\w+) by (?:the )?$")
_SAME_DEED = 0.6
"""Share of what is said to be done by somebody that a sentence must have to tell of it."""
_BESIDE = 40
"""Characters around a name within which its office may stand ("Kim, the city's mayor")."""


def named_instead(claim: str, name: Name, reading: EvidenceText) -> tuple[str, Line] | None:
    """Find the name that the evidence has where the claim has this one, and the line.

    Two places tell: before the name an office that only others of the evidence hold ("Judge Kim"),
    and "by" after a past participle whose like the evidence has with another name only.
    """
    return _other_holder(name, reading) or _other_agent(claim, name, reading)


def own_stems(name: Name) -> frozenset[str]:
    """Give the stems of a name without titles."""
    return frozenset(stem(t) for t in name.tokens if t not in TITLES | LINKS)


def is_past(word: str) -> bool:
    """A past form; nouns between two names ("Smith, lawyer of Jones") turn freely."""
    low = plain(word)
    return low not in STOP and (is_participle(low) or low in PASTS)


def _other_holder(name: Name, reading: EvidenceText) -> tuple[str, Line] | None:
    office, who = OFFICES & set(name.tokens[:1]), own_stems(name)
    if not office or not who:
        return None
    met, others = False, list[tuple[str, Line]]()
    for line in reading.lines:
        told = words(line.text)
        for other in names(line.text):
            if who & own_stems(other):
                met = True
                if office <= {plain(w) for w, *at in told if _beside(other, *at)}:
                    return None
            elif office <= set(other.tokens[:1]) and own_stems(other):
                others.append((line.text[other.start : other.end], line))
    return others[0] if met and others else None


def _other_agent(claim: str, name: Name, reading: EvidenceText) -> tuple[str, Line] | None:
    led = _BY.search(claim[: name.start])
    if led is None or not is_past(led[1]):
        return None
    verb, wanted = stem(led[1]), frozenset(content_stems(claim[: led.end()]))
    found = None
    for line in (line for line in reading.lines if verb in line.stems):
        for other in names(line.text):
            if same(name, other):
                return None
            by = _BY.search(line.text[: other.start])
            if by and stem(by[1]) == verb and reading.overlap(wanted, line) >= _SAME_DEED:
                found = line.text[other.start : other.end], line
    return found


def _beside(name: Name, start: int, end: int) -> bool:
    return name.start - _BESIDE <= start and end <= name.end + _BESIDE


_REACH = 6
"""Words between a verb and the names on either side of it."""
_PASSIVE = lexicon.words("core.be") | {"got", "gets"}
MUTUAL = frozenset(map(stem, lexicon.words("stance.mutual")))
"""Verbs that say the same either way round."""
_TOGETHER = re.compile(r"\b(?:with|and|or)\b", re.IGNORECASE)

Words = Sequence[tuple[str, int, int]]
Sides = tuple[frozenset[str], frozenset[str]]


def check_roles(claim: str, reading: EvidenceText) -> CheckResult:
    """Compare the direction of a verb between two names with that in the evidence.

    It is a violation where the evidence has the same names around the same verb, and only the other
    way round; the passive ("was sued by") turns a direction. So it is where the evidence gives what
    was done, or the office, to another name only (`named_instead`). Nothing is said about other
    sentences.
    """
    judged = False
    for sides, verb, forward, span in _said(claim):
        found = {d for line in reading.lines for d in _directions(line, sides, verb)}
        if found == {not forward}:
            line = next(ln for ln in reading.lines if any(_directions(ln, sides, verb)) != forward)
            return CheckResult(
                name=CheckName.ROLES,
                outcome=Outcome.VIOLATED,
                detail=f'the cited text has "{claim[span[0] : span[1]]}" the other way round',
                span=span,
                evidence=line.text,
            )
        judged = judged or bool(found)
    for name in names(claim):
        if instead := named_instead(claim, name, reading):
            given, told = instead
            return CheckResult(
                name=CheckName.ROLES,
                outcome=Outcome.VIOLATED,
                detail=f'the sentence says "{claim[name.start : name.end]}"; the cited text has'
                f' "{given}"',
                span=(name.start, name.end),
                evidence=told.text,
            )
    return CheckResult(
        name=CheckName.ROLES, outcome=Outcome.OK if judged else Outcome.NOT_APPLICABLE
    )


def _said(claim: str) -> Iterator[tuple[Sides, str, bool, tuple[int, int]]]:
    """Yield (names, stem of the verb, first acts on second, characters) for neighbouring names."""
    for first, second in pairwise(names(claim)):
        sides = own_stems(first), own_stems(second)
        between = words(claim[first.end : second.start])
        told = [w for w, _, _ in between]
        verbs = [w for w in told if is_past(w)]
        apart = bool(sides[0] and sides[1]) and not sides[0] & sides[1]
        if len(verbs) != 1 or not apart or len(told) > _REACH:
            continue
        if _TOGETHER.search(" ".join(told)) or stem(verbs[0]) in MUTUAL or _agentless(told):
            continue
        yield sides, stem(verbs[0]), not _passive(told), (first.start, second.end)


def _passive(between: Sequence[str]) -> bool:
    low = [plain(w) for w in between]
    return bool(_PASSIVE & set(low)) and "by" in low


def _agentless(around: Sequence[str]) -> bool:
    """Tell a passive that names nobody who acts ("was ranked the best of")."""
    low = [plain(w) for w in around]
    return "by" not in low and any(a in _PASSIVE and is_past(b) for a, b in pairwise(low))


def _directions(line: Line, sides: Sides, verb: str) -> Iterator[bool]:
    """Yield, for each place of the verb between the two names, whether the first acts."""
    if not (verb in line.stems and sides[0] & set(line.stems) and sides[1] & set(line.stems)):
        return
    told: Words = words(line.text)
    for at, (word, _, _) in enumerate(told):
        if stem(word) != verb or not is_past(word):
            continue
        left = _nearest(told[max(0, at - _REACH) : at][::-1], sides)
        right = _nearest(told[at + 1 : at + 1 + _REACH], sides)
        if left is None or right is None or left[0] == right[0]:
            continue
        around = [w for w, _, _ in told[max(0, at - 3) : at + 1 + right[1]]]
        if not _agentless(around):
            yield (left[0] == 0) != _passive(around)


def _nearest(told: Words, sides: Sides) -> tuple[int, int] | None:
    """Give the side that comes first, and how many words stand before it."""
    for at, (word, _, _) in enumerate(told):
        for side, tokens in enumerate(sides):
            if stem(word) in tokens:
                return side, at
    return None
