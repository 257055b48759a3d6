"""Every name of a claim must be in the evidence, or be its publisher."""

import re
from itertools import pairwise

from agent.checks.names import LINKS, LONG_FORMS, SAME, TITLES, Name, names, same
from agent.checks.normalise import content, stem, stems
from agent.checks.reading import ENOUGH, Line, Reading
from agent.types import Check, Outcome

NAME = "names"
_OF_A_PLACE = re.compile(r"(?:ian|ean|an|ese|ish)s?$")
_PLACE = re.compile(r"(?:|a|e|o|y|ia|u?m|ium|ey|en|any|land|ica)$")
"""What a people's name and its country add to what they share: Belg-ian and Belg-ium."""
_SHORTEST_BASE = 4
_PRONOUN = re.compile(
    r"\W*(?:he|she|it|they|this|these|his|her|its|their|both|we|i)\b", re.IGNORECASE
)


def check(claim: str, reading: Reading) -> Check:
    """Look every name of the claim up in the evidence.

    A part of a name is enough ("Branca" for "Francesco Branca"), so is an acronym whose expansion
    the evidence has, or the reverse. Offices and courtesy titles may come and go.
    """
    wanted = names(claim)
    if not any(_significant(name) for name in wanted):
        return Check(name=NAME, outcome=Outcome.NOT_APPLICABLE)
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
        return Check(
            name=NAME,
            outcome=Outcome.VIOLATED,
            detail=detail,
            span=(name.start, name.end),
            evidence=line.text if line else None,
        )
    return Check(name=NAME, outcome=Outcome.OK)


def share_named(claim: str, reading: Reading) -> float:
    """Give the share of the claim's names that the evidence has, in [0, 1]; 1 without names."""
    wanted = names(claim)
    known = sum(_named(name, claim[name.start : name.end], reading) for name in wanted)
    return known / len(wanted) if wanted else 1.0


def _significant(name: Name) -> list[str]:
    return [t for t in name.tokens if t not in TITLES and t not in LINKS]


def _named(name: Name, said: str, reading: Reading) -> bool:
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


def _known(token: str, reading: Reading) -> bool:
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


def _together(name: Name, said: str, reading: Reading) -> bool:
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


def _in_place_of(name: Name, claim: str, reading: Reading) -> Line | None:
    """Find the line that says all the rest of the claim, but of another name.

    Where such a line opens with a pronoun, the line before may hold the name.
    """
    own = set(stems(claim[name.start : name.end])) | set(name.tokens)
    own.add("".join(t[0] for t in _significant(name)))
    stated = {stem for n in names(claim) for stem in stems(claim[n.start : n.end])}
    rest = frozenset(content(claim)) - own
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
