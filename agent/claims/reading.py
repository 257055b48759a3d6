"""One claim out of what people type, with everything that was done on the way."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from agent.claims.checkworthiness import classify_kind, find_question_word, says_something
from agent.claims.framing_patterns import POINTING, strip_framing
from agent.claims.normalize import particulars, tidy
from agent.claims.opposite import count_negations, make_opposite
from agent.claims.questions import (
    AUXILIARIES,
    NEGATED,
    POINTERS,
    PRONOUNS,
    Clauses,
    clauses,
    finite,
    split,
    turn_to_statement,
)
from agent.language.detection import language_of
from agent.language.text import STOP
from agent.types import Claim, ClaimKind

QUOTE: Final = re.compile(r'"([^"]{8,})"')
STAND_IN: Final = "qzx"
"""Put in the place of a quotation to see whether everything around it is frame."""
ROUNDS: Final = 4
MOST_OTHERS: Final = 3
LONGEST_OTHER: Final = 18
"""Words of a follow-up that can be asked in one line."""
INITIALISM: Final = re.compile(r"(?:\b[A-Za-z]\.){2,}$")
KEEP_CAPITAL: Final = frozenset({"i", "will", "may"})
LEANING: Final = frozenset({"it", "they", "them", "its", "their"})
"""Words that lean on a sentence before."""
FULL: Final = 25
"""Words beyond which a longer statement says no more that can be checked."""


class _Read(NamedTuple):
    text: str
    bare: str
    asks: str | None = None
    others: tuple[str, ...] = ()
    joined: bool = False
    cut: bool = False


def read_claim(text: str, asked_on: date | None = None) -> Claim:
    """Read `text`, as it was typed, as one claim.

    By rule: the same text gives the same claim, and a claim read again is itself.

    Args:
        text: A question, a statement, several of them, or `is this true? "…"`.
        asked_on: Day that "last week" is counted from; without it such dates stay as they are.
    """
    plain = _tidy_fully(text)
    got = _read_once(plain)
    statement = got.text
    for _ in range(ROUNDS):
        again = _read_once(_tidy_fully(statement)).text
        if again == statement:
            break
        statement = again
    else:
        statement = plain
    language = language_of(statement)
    kind = ClaimKind.UNCLEAR if language else classify_kind(got.bare, statement)
    found = particulars("" if language else statement, asked_on)
    others = tuple(o for o in got.others if o != statement)[:MOST_OTHERS]
    return Claim(
        text=statement,
        opposite=make_opposite(statement),
        kind=kind,
        asks=None if language else got.asks,
        others=others,
        actors=found.actors,
        places=found.places,
        dates=found.dates,
        notes=tuple(_notes(got, others, language, found.resolved)),
    )


def _notes(
    got: _Read,
    others: Sequence[str],
    language: str | None,
    resolved: Sequence[tuple[str, str]],
) -> list[str]:
    """What a reader has to know to see how the claim came from the question."""
    notes = [f'"{words}" is read as {day}.' for words, day in resolved]
    if language:
        notes.append(
            f"The question is in {language}; the library is searched in English only. Its words "
            "were looked up as typed and nothing was translated: ask again in English."
        )
    elif got.asks:
        notes.append(
            f'The question asks "{got.asks}": it gets what the sources say to it, and no verdict.'
        )
    if got.joined:
        notes.append("The claim has several parts and holds only if each of them does.")
    elif others or got.cut:
        notes.append("The text says more than this; only this was tested.")
    return notes


def _tidy_fully(text: str) -> str:
    """The text without what is no language; where nothing is left, as it was."""
    for _ in range(ROUNDS):
        plain = tidy(text)
        if plain == text:
            break
        text = plain or text
        if not plain:
            break
    return " ".join(text.split())


def _read_once(plain: str) -> _Read:
    """Read once: choose among the claims of the text and turn the chosen one."""
    candidates = _list_candidates(_find_quoted_claim(plain))
    if not candidates:
        bare = _strip_end(strip_framing(plain)) or _strip_end(plain) or plain
        return _Read(_make_statement(bare)[0], bare)
    parted = [_split_clauses(c) for c in candidates]
    best = max(range(len(parted)), key=lambda n: (_weight(parted[n].claim, n), -n))
    chosen = parted[best]
    text, asks = _make_statement(chosen.claim)
    rest = [p.claim for n, p in enumerate(parted) if n != best]
    beside = [
        *chosen.others,
        *rest,
        *(o for n, p in enumerate(parted) if n != best for o in p.others),
    ]
    others = tuple(dict.fromkeys(o for b in beside if (o := _make_other_claim(b)) and o != text))
    joined = chosen.joined and not rest
    return _Read(text, _strip_end(chosen.claim), asks, others, joined, chosen.cut)


def _find_quoted_claim(text: str) -> str:
    """The quotation that is asked about, where all around it only asks; else the whole text."""
    found = [m for m in QUOTE.finditer(text) if len(m[1].split()) > 1]
    if len(found) != 1:
        return text
    around = f"{text[: found[0].start()]}{STAND_IN}. {text[found[0].end() :]}"
    left = [u for s in split(around) if (u := _strip_end(strip_framing(s))) and not _is_pointing(u)]
    return found[0][1].strip() if left == [STAND_IN] else text


def _list_candidates(text: str) -> list[str]:
    """What is said in a text, sentence by sentence, without what only frames it."""
    said = [u for s in split(text) if (u := strip_framing(s)) and not _is_pointing(u)]
    return [u for u in said if says_something(_strip_end(u)) or find_question_word(u)] or said


def _is_pointing(text: str) -> bool:
    return POINTING.fullmatch(text) is not None


def _split_clauses(text: str) -> Clauses:
    """Clauses of a statement; questions are not taken apart."""
    first = text.split(maxsplit=1)[0].lower()
    if find_question_word(text) or first in AUXILIARIES or first in NEGATED:
        return Clauses(text)
    parts = clauses(_strip_end(text))
    return parts if parts.claim != _strip_end(text) else parts._replace(claim=text)


def _weight(text: str, place: int) -> float:
    """How much of a checkable claim a sentence is."""
    words = text.split()
    bare = _strip_end(text)
    weight = float(min(len(words), FULL)) - max(0, len(words) - 2 * FULL) / 2
    weight += 2 * any(c.isdigit() for c in text)
    weight += min(3, sum(w[0].isupper() for w in words[1:]))
    weight += 5 * (text.endswith("?") and len(words) > 3)
    if words[0].lower() in PRONOUNS | POINTERS - {"there", "you"}:
        weight -= 6
    if place and LEANING & {w.lower().strip(".,?!") for w in words}:
        weight -= 4
    return weight - 15 * (classify_kind(bare, _make_statement(bare)[0]) is not ClaimKind.FACTUAL)


def _make_statement(text: str) -> tuple[str, str | None]:
    """A sentence as a statement, and the wh-word where it asks for a missing piece."""
    bare = _strip_end(text)
    if not bare:
        return text, None
    asks = find_question_word(bare)
    made = bare if asks else turn_to_statement(bare)
    fronted = bare.split(maxsplit=1)[0].lower() in NEGATED
    if (count_negations(made) + fronted) % 2 != count_negations(bare) % 2:
        made = bare  # a rule that turned the claim round is no rule
    return _lower_first(made), asks


def _make_other_claim(text: str) -> str | None:
    """Another claim as a statement that can be asked about, or None."""
    if find_question_word(_strip_end(text)):
        return None
    made = _make_statement(text)[0]
    first = made.split(maxsplit=1)[0].lower()
    loose = first in (PRONOUNS - {"there", "you"}) | POINTERS | {"his", "her", "their", "its"}
    if loose or not finite(made) or not 4 <= len(made.split()) <= LONGEST_OTHER:
        return None
    return made if classify_kind(_strip_end(text), made) is ClaimKind.FACTUAL else None


def _strip_end(text: str) -> str:
    """Without the mark that ends a sentence; the dot of "U.S." stays."""
    bare = text.strip(" ,;:-").rstrip("?! ,;:-")
    if bare.endswith(".") and not INITIALISM.search(bare):
        bare = bare.rstrip(".?! ,;:-")
    return bare


def _lower_first(text: str) -> str:
    """Begin with a small letter where the first word is no name: it stands behind a "that"."""
    first = text.split(maxsplit=1)[0]
    plain = first.istitle() and first.lower() in STOP and first.lower() not in KEEP_CAPITAL
    return f"{text[0].lower()}{text[1:]}" if plain else text
