"""Names in a text: capitalised words that belong together, and acronyms."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from agent.language import lexicon
from agent.language.text import (
    STOP,
    fold,
    plain,
    stem,
)

_TOKEN = re.compile(r"(?:[A-Za-z]\.){2,}|[^\W_]+(?:['.&-][^\W_]+)*", re.UNICODE)
LINKS = lexicon.words("core.name_links")
_GAP = re.compile(r"[ \u00a0]|\. |, ?(?=Jr|Sr|Inc)")
_LOOK_BACK = 16
"""Characters before a word in which the mark that opens a sentence stands."""
_LONGEST_NAME = 6
"""Capitalised words that a name or the expansion of an acronym has at most."""
OFFICES = lexicon.words("core.offices")
TITLES = OFFICES | lexicon.words("core.titles")
"""They may be dropped or added without changing who is meant."""
_NOT_NAMES = frozenset().union(
    *(lexicon.words(f"core.{name}") for name in ("months", "weekdays", "not_names"))
)
_ALIKE = [row.split(", ") for row in lexicon.word_list("core.aliases").words]
_OPENERS = STOP | lexicon.words("core.openers")
SAME = {word: row[0] for row in _ALIKE if " " not in row[1] for word in row}
"""Countries and their people: only what a reader takes for the same."""
_BODIES = [row.split() for row in lexicon.word_list("core.bodies").words]
PART_OF = {
    part: {whole for whole, *parts in _BODIES if part in parts}
    for _, *all_ in _BODIES
    for part in all_
}
"""What a body belongs to; an acronym counts only in capitals: "who" and "ice" are words."""
LONG_FORMS = {row[0]: row[1:] for row in _ALIKE if row[0] not in SAME}
"""Abbreviations whose long form is written in small letters, as in a dictionary."""


@dataclass(frozen=True, slots=True)
class Name:
    """One name: its tokens in plain form; `start` and `end` are character offsets."""

    tokens: tuple[str, ...]
    start: int
    end: int
    opens: bool = False
    """Stands at the start of a sentence or quotation, where every word is capitalised."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a text can name, in plain form."""

    words: frozenset[str]
    """Every word and part of a word, and each run of capitalised words run together."""
    acronyms: frozenset[str]
    initials: frozenset[str]
    """First letters of each run of capitalised words: "who" for the World Health Organization."""


@lru_cache(maxsize=8_192)
def names(text: str) -> tuple[Name, ...]:
    """Find the names of a sentence: runs of capitalised words, linked by "of", "de" and the like.

    Weekdays, months and function words at the start of the sentence are no names.
    """
    flat = fold(text)
    runs: list[list[re.Match[str]]] = []
    last: re.Match[str] | None = None
    pending: list[re.Match[str]] = []
    for token in _TOKEN.finditer(flat):
        joined = last is not None and _joined(last, token, flat)
        opens = _opens(flat, token.start())
        if _is_capital(token[0]) and not (opens and plain(token[0]) in _OPENERS):
            if joined and runs and (runs[-1][-1] is last or pending):
                runs[-1] += [*pending, token]
            else:
                runs.append([token])
            pending = []
        elif joined and token[0] in LINKS and runs and (runs[-1][-1] is last or pending):
            pending.append(token)
        else:
            pending = []
        last = token
    found = (_name(run, flat) for run in runs)
    return tuple(name for name in found if name.tokens)


_BODY = re.compile(r"[A-Z][\w-]+(?:,? (?:(?:and|of|for|the|on) )*[A-Z][\w-]+){2,5}")
"""A run of capitalised words, small words between them, that may have an acronym."""


def vocabulary(texts: Iterable[str]) -> Vocabulary:
    """Collect what the texts can name."""
    words: set[str] = set()
    named: set[str] = set()
    acronyms: set[str] = set()
    initials: set[str] = set()
    for text in texts:
        flat = fold(text)
        for token in _TOKEN.findall(flat):
            words |= _parts(token)
            if token.isupper():
                acronyms.add(plain(token))
        for body in _BODY.findall(flat):  # "Food and Agriculture Organization"
            first = "".join(w[0] for w in body.split() if w[0].isupper()).lower()
            initials |= {
                first[a:b] for a in range(len(first)) for b in range(a + 3, len(first) + 1)
            }
        for name in names(flat):
            capitals = [t for t in name.tokens if t not in LINKS]
            named |= set(capitals)
            for size in range(2, min(len(capitals), _LONGEST_NAME) + 1):
                for run in zip(*(capitals[at:] for at in range(size)), strict=False):
                    initials.add("".join(t[0] for t in run))
                    named.add("".join(run))
    words |= named
    bodies = named | {acronym.upper() for acronym in acronyms}
    words |= {whole for body in bodies for whole in PART_OF.get(body, ())}
    words |= {SAME[word] for word in words if word in SAME}
    return Vocabulary(frozenset(words), frozenset(acronyms), frozenset(initials))


def _joined(last: re.Match[str], token: re.Match[str], text: str) -> bool:
    """Tell whether two words may belong to one name: nothing but a space between, no possessive."""
    gap = _GAP.fullmatch(text, last.end(), token.start())
    return gap is not None and not last[0].endswith("'s")


def _name(run: list[re.Match[str]], text: str) -> Name:
    tokens = tuple(plain(t[0]) for t in run)
    start = run[0].start()
    keep = tuple(t for t in tokens if not _NOT_NAMES.issuperset(t.removeprefix("mid-").split("-")))
    return Name(keep, start, run[-1].end(), _opens(text, start))


@lru_cache(maxsize=65_536)
def _parts(token: str) -> frozenset[str]:
    whole = plain(token)
    return frozenset({whole, *(plain(part) for part in re.split(r"[-'&.]", token) if part)})


def _opens(text: str, at: int) -> bool:
    before = text[max(0, at - _LOOK_BACK) : at].rstrip(" ")
    return not before or before[-1] in '.:;!?"([\n-*#' or before.endswith("'")


def _is_capital(token: str) -> bool:
    return not token.islower() and any(c.isupper() for c in token)


def same(one: Name, other: Name) -> bool:
    """Tell whether two names may mean the same: a word in common, initials, a people's country."""
    mine, theirs = known_as(one), known_as(other)
    if mine & theirs or not mine or not theirs:
        return True
    return bool(_shortened(one) & theirs or _shortened(other) & mine)


def _shortened(name: Name) -> set[str]:
    """Initials of a name of several words, and each two neighbouring words run together."""
    if len(name.tokens) < 2:
        return set()
    return {"".join(t[0] for t in name.tokens), *("".join(p) for p in pairwise(name.tokens))}


def known_as(name: Name) -> set[str]:
    """Stems that a name goes by: its words but for titles, and all of them run together."""
    tokens = [t for t in name.tokens if t not in TITLES | LINKS]
    whole = "".join(tokens)
    return {SAME.get(t, stem(t)) for t in tokens} | {SAME.get(whole, whole)}
