"""A question as it was typed, made readable: marks, capitals, spelling, names and dates in it."""

import html
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Final, NamedTuple

from agent.language import lexicon
from agent.language.dates import dates, relative
from agent.language.lexicon import word_list, words
from agent.language.names import names
from agent.language.phrases import day
from agent.language.text import STOP, lemma
from agent.language.verbs import base_of
from retrieval.embedding import MODEL_FOLDER, TOKENIZER_FILE
from retrieval.types import Hit

TYPOGRAPHY: Final = str.maketrans(
    {**dict.fromkeys("“”„‟«»″", '"'), **dict.fromkeys("‘’‚‛′`´", "'"), "…": "... "}  # noqa: RUF001
)
DASH: Final = re.compile(r"\s+[–—-]{1,3}\s+|—")
ARROWS: Final = 0x2190
"""Symbols of Unicode from here on are pictures; below are signs such as ° and №."""
SLACK_LINK: Final = re.compile(r"<(?:https?|mailto):[^<>|\s]*\|([^<>]*)>")
SLACK_NAME: Final = re.compile(r"<[@!#][^<>|\s]*(?:\|[^<>]*)?>")
LINK: Final = re.compile(
    r"<?\b(?:https?://|www\.|pic\.twitter\.com/|t\.co/)[^\s<>]+>?", re.IGNORECASE
)
REPOST: Final = re.compile(r"(?:^|(?<=\s))(?:RT|QT)\s+@\w+:?\s*")
CALLED: Final = re.compile(r"^(?:\s*@\w+[,:]?(?=\s))+")
CODE: Final = re.compile(r"(?<![\w:]):[a-z][a-z0-9_+-]+:(?![\w:])")
FACE: Final = re.compile(r"(?<!\S)(?:[:;=][-']?[)(DPpOo/|\\3]+|<3+|[xX]D+|\^\^)(?!\S)")
MARKED: Final = re.compile(r"(?<!\w)([*_~]{1,3})(\S(?:[^*_~]*\S)?)\1(?!\w)")
LAST_TAGS: Final = re.compile(r"(?:\s*#\w+)+\s*$")
TAG: Final = re.compile(r"(?<!\w)#(?=[A-Za-z_])(\w+)")
HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|_")
COUNTER: Final = re.compile(r"\(?\b\d{1,2}/(?:\d{1,2}|n)\)?(?=\s|$)")
QUOTED_LINE: Final = re.compile(r"^[ \t]*(?:>|[-*•])+[ \t]+", re.MULTILINE)
QUOTED: Final = re.compile(r"(?:^|(?<=[.?!:] ))>+ ")
STRESS: Final = re.compile(r"([!?])(?:\s*[!?])+")
TRAIN: Final = re.compile(r"([,;:.-])(?:\s*[,;:.-]){3,}")
WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
SHOUTED: Final = 0.7
"""Share of words in capitals from which a text is shouted."""
INITIALS: Final = words("claims.initials")
"""Kept in capitals where everything else is brought down."""


def tidy(text: str) -> str:
    """One line of plain text: what was typed, less what says nothing in words.

    Straight quotation marks and apostrophes; no links, addresses of people, emoji, hashtags at the
    end, markup; nobody shouts. Figures, names and every word in between stay as they are.
    """
    text = _strip_markup(DASH.sub(" - ", html.unescape(text).translate(TYPOGRAPHY)))
    text = "".join(_drop_picture(c) for c in unicodedata.normalize("NFC", text))
    text = FACE.sub("", CODE.sub("", text))
    text = STRESS.sub(lambda m: "?" if "?" in m[0] else m[1], TRAIN.sub(r"\1 ", text))
    return _calm_capitals(QUOTED.sub("", " ".join(text.split())))


def _strip_markup(text: str) -> str:
    text = SLACK_NAME.sub("", SLACK_LINK.sub(r"\1", text))
    text = QUOTED_LINE.sub("", LINK.sub("", text))
    text = REPOST.sub("", text)
    called = CALLED.match(text)
    if called and not _opens_with_verb(text[called.end() :]):
        text = text[called.end() :]
    text = text.replace("@", "") if "@" in text and not re.search(r"\w@\w", text) else text
    if (last := LAST_TAGS.search(text)) and len(text[: last.start()].split()) > 2:
        text = text[: last.start()]
    text = TAG.sub(lambda m: HUMP.sub(" ", m[1]), COUNTER.sub("", text) if "(" in text else text)
    return MARKED.sub(r"\2", text)


def _opens_with_verb(rest: str) -> bool:
    """Whether what follows makes the person before it its subject ("@cdc says …")."""
    first = rest.split(maxsplit=1)[:1]
    return bool(first) and (
        (base_of(first[0].lower()) is not None and first[0].lower() not in {"did", "does"})
        or first[0].lower()
        in lexicon.words("core.be") | lexicon.words("core.have") | {"just", "will"}
    )


def _drop_picture(character: str) -> str:
    kind = unicodedata.category(character)
    if character.isspace():
        return " "
    picture = (
        kind == "So" and ord(character) >= ARROWS
    ) or "\U0001f3fb" <= character <= "\U0001f3ff"
    selector = "\ufe00" <= character <= "\ufe0f" or character == "\u20e3"
    return " " if picture else "" if selector or kind[0] == "C" else character


def _calm_capitals(text: str) -> str:
    """Bring down capitals that are only loud."""
    plain = [w for w in WORD.findall(text) if len(w) > 1 and w not in INITIALS]
    loud = [w for w in plain if w.isupper()]
    if len(WORD.findall(text)) >= 3 and len(loud) >= SHOUTED * len(plain) > 0:
        return WORD.sub(lambda m: _lower_shouted(m, text), text)
    return WORD.sub(lambda m: m[0].lower() if _is_stressed(m[0]) else m[0], text)


def _lower_shouted(match: re.Match[str], text: str) -> str:
    word = match[0]
    # In a question the first word asks: WHO is then no organisation.
    asking = word == "WHO" and match.start() == 0 and text.endswith("?")
    return word if word in INITIALS and not asking else word.lower()


def _is_stressed(word: str) -> bool:
    small = len(word) > 1 and word.isupper() and word.lower() in STOP
    return small and word not in INITIALS


PLACE: Final = re.compile(
    r"\b(?:in|at|near|outside|inside|across)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
AGO: Final = re.compile(r"(?P<count>\w+)\s+(?P<unit>day|week|month|year)s?\s+ago", re.IGNORECASE)
COUNTS: Final = {"a": 1, "an": 1} | {
    word: n for n, word in enumerate(word_list("core.number_words").words)
}
MOST: Final = 99
"""A larger number of days, months or years ago is left as it is."""


class Particulars(NamedTuple):
    """Names in order; dates as they stand in the claim."""

    actors: tuple[str, ...]
    places: tuple[str, ...]
    dates: tuple[str, ...]
    resolved: tuple[tuple[str, str], ...]
    """Dates that depend on the day of asking, each with the calendar date it was read as."""


def particulars(text: str, asked_on: date | None) -> Particulars:
    """Find the names and dates of a claim; a name behind "in" or "near" is a place."""
    actors: list[str] = []
    places: list[str] = []
    spans = [(d.start, d.end) for d in dates(text)]
    for name in names(text):
        said = text[name.start : name.end].removesuffix("'s")
        if any(a <= name.start < b for a, b in spans) or (name.opens and _common(said)):
            continue
        (places if PLACE.search(text[: name.start]) else actors).append(said)
    when = [text[a:b] for a, b in spans]
    vague = [text[start:end] for start, end in relative(text)]
    spelled = [(w, _calendar(w.lower(), asked_on)) for w in vague] if asked_on else []
    return Particulars(
        actors=tuple(dict.fromkeys(actors)),
        places=tuple(dict.fromkeys(places)),
        dates=tuple(dict.fromkeys((*when, *vague))),
        resolved=tuple((w, s) for w, s in spelled if s),
    )


def _common(word: str) -> bool:
    """A plural that only opens the sentence ("Homicides fell")."""
    return word.istitle() and word.endswith("s") and " " not in word


def _calendar(vague: str, today: date) -> str | None:
    """The calendar date that `vague` words mean on the day `today`, or None."""
    if vague in {"today", "tonight"}:
        return day(today)
    if vague == "yesterday":
        return day(today - timedelta(days=1))
    which, _, unit = vague.partition(" ")
    if which in {"last", "this"}:
        return _period(unit, 1 if which == "last" else 0, today)
    if ago := AGO.fullmatch(vague):
        said = ago["count"]
        written = len(said) <= len(str(MOST)) and said.isdecimal()
        count = COUNTS.get(said, int(said) if written else MOST + 1)
        return _before(count, ago["unit"], today) if count <= MOST else None
    return None


def _period(unit: str, back: int, today: date) -> str | None:
    if unit == "week":
        monday = today - timedelta(days=today.weekday() + 7 * back)
        return f"{day(monday)} to {day(monday + timedelta(days=6))}"
    return _before(back, unit, today) if unit in {"month", "year"} else None


def _before(count: int, unit: str, today: date) -> str:
    if unit in {"day", "week"}:
        return day(today - timedelta(days=count * (7 if unit == "week" else 1)))
    if unit == "year":
        return str(today.year - count)
    months = today.year * 12 + today.month - 1 - count
    return f"{date(months // 12, months % 12 + 1, 1):%B} {months // 12}"


LETTERS: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
SHORTEST: Final = 5
"""Letters; in a shorter word one slip makes another word too easily."""
LONG: Final = 9
"""Letters from which two slips are forgiven."""
NEAR: Final = 30
"""Passages nearest to the question whose words a typo is held against."""
HELD: Final = 2
"""Passages that must have a word before a typo is read as it."""
ENDINGS: Final = re.compile(r"(?:ations?|ations|ional|ings?|edly|ed|ers?|or|ors|ly|al|es|e|s)$")


SLIPS: Final = dict(slip.split(":") for slip in words("claims.misspellings"))
"""Misspelled words, and what is meant."""


class Correction(NamedTuple):
    """A text and what was read differently in it: (typed, read as)."""

    text: str
    changed: tuple[tuple[str, str], ...] = ()


class SpellingCorrector:
    """Reads a word that is neither English nor in the library as the one it is a slip of.

    Only words of the passages nearest to the question are taken; where two are as near, none is.
    A capitalised word inside a sentence is a name and stays as it is.
    """

    def __init__(self, search: Callable[[str, int], Sequence[Hit]]) -> None:
        """Take the library's search: a query and how many passages of it are wanted."""
        self._search = search

    def correct(self, text: str) -> Correction:
        """Correct `text` word by word."""
        typed = [m[0] for m in LETTERS.finditer(text) if not _is_name(m)]
        read = {word: SLIPS[word.lower()] for word in typed if word.lower() in SLIPS}
        if strange := [w for w in typed if w not in read and _is_strange(w.lower())]:
            held = self._count_near_words(text)
            found = {word: _find_meant(word.lower(), held) for word in strange}
            read |= {word: meant for word, meant in found.items() if meant}
        mended = LETTERS.sub(lambda m: m[0] if _is_name(m) else read.get(m[0], m[0]), text)
        return Correction(mended, tuple(read.items()))

    def _count_near_words(self, text: str) -> Counter[str]:
        """Words of the nearest passages, each with how many of them have it."""
        held: Counter[str] = Counter()
        for hit in self._search(text, NEAR):
            passage = hit.passage
            held.update(set(LETTERS.findall(f"{passage.source.title} {passage.text}")))
        return held


@cache
def english_words() -> frozenset[str]:
    """Common English words: those that the embedded model's tokenizer keeps whole."""
    text = (MODEL_FOLDER / TOKENIZER_FILE).read_text("utf-8")
    vocabulary: Iterable[str] = json.loads(text)["model"]["vocab"]
    return frozenset(word for word in vocabulary if word.isalpha() and len(word) > 1)


def slips(one: str, other: str) -> int:
    """Letters put in, left out, mistaken or exchanged with the next (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        before, last, row = row, before, [i]
        for j, b in enumerate(other, start=1):
            least = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                least = min(least, last[j - 2] + 1)
            row.append(least)
    return row[-1]


def _is_name(match: re.Match[str]) -> bool:
    return match.start() > 0 and not match[0].islower()


def _is_strange(word: str) -> bool:
    known = english_words()
    base = word.replace("’", "'").removesuffix("'s")
    forms = {
        base,
        lemma(base),
        f"{lemma(base)}e",
        ENDINGS.sub("", base),
        f"{ENDINGS.sub('', base)}e",
    }
    return len(base) >= SHORTEST and base.isalpha() and not forms & known


def _find_meant(word: str, held: Counter[str]) -> str | None:
    """The one word of `held` that `word` is a slip of."""
    if any(word == h.lower() or lemma(word) == lemma(h.lower()) for h in held):
        return None
    most = 2 if len(word) >= LONG else 1
    often: Counter[str] = Counter()
    for form, count in held.items():
        often[form.lower()] += count
    near = [
        (slips(word, other), other)
        for other, count in often.items()
        if count >= HELD
        and other[0] == word[0]
        and len(other) >= SHORTEST
        and abs(len(other) - len(word)) <= most
        and not _differ_in_ending(word, other)
    ]
    ranked = sorted(n for n in near if n[0] <= most)
    if not ranked or (len(ranked) > 1 and ranked[1][0] == ranked[0][0]):
        return None
    return _restore_case(ranked[0][1], held)


def _differ_in_ending(one: str, other: str) -> bool:
    """Whether two words differ in their endings only: another form is no typo."""
    return ENDINGS.sub("", one) == ENDINGS.sub("", other)


def _restore_case(word: str, held: Counter[str]) -> str:
    """In small letters where the library ever writes it so: else it is a name."""
    forms = [form for form in held if form.lower() == word]
    return word if word in forms else max(forms, key=lambda form: (held[form], form))
