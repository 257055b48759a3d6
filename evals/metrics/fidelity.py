"""Hard facts: is every quotation, number, date and name of a statement in the words it cites?

These are facts, not opinions: no judge, and none of the gate's own checkers, so that a slip of the
gate is not repeated here. What the rules below cannot decide is not scored. A fact of a statement
that cites nothing alive stands nowhere and scores 0. A response without such facts is not scored.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from evals.metrics.types import Response, Score

_MONTHS = (  # noqa: SIM905
    "January February March April May June July August September October November December"
).split()
_SPELLED = "|".join(f"{m[:3]}(?:{m[3:]})?" for m in _MONTHS)
_MONTH = rf"(?P<month>(?:{_SPELLED}|Sept)\.?)"
_MONTH_NUMBER = {m[:3]: n for n, m in enumerate(_MONTHS, 1)}
_YEAR = r"(?:1[5-9]|20)\d\d"
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?P<year>{_YEAR})-(?P<iso>\d\d)-(?P<day>\d\d)\b",
        rf"\b{_MONTH}\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s(?P<year>{_YEAR})\b)?",
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s{_MONTH}\b(?:,?\s(?P<year>{_YEAR})\b)?",
        rf"\b{_MONTH}\s(?P<year>{_YEAR})\b",
        rf"(?<![\w$€£.,-])(?P<year>{_YEAR})(?![\w%-]|[.,]\d)",
    )
)
_NUMBER = re.compile(
    r"(?<![\w.])(?P<digits>\d[\d,]*(?:\.\d+)?)\s?(?P<scale>thousand|million|billion|trillion)?\b",
    re.IGNORECASE,
)
_SCALES = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_UNITS = (  # noqa: SIM905
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
_SMALL = {word: n for n, word in enumerate(_UNITS)} | {
    word: 10 * n for n, word in enumerate(_TENS, 2)
}
_WORDED = re.compile(
    rf"\b(?:{'|'.join(_SMALL)})(?:-(?:{'|'.join(_UNITS[1:10])}))?\b", re.IGNORECASE
)
_COUNTED = frozenset(_UNITS[:13])
"""Words that count what is before the reader, or only stand for it ("one of them")."""
_PEOPLE = re.compile(r"(?:ian|an|ish|ese)s?$")
_QUOTED = re.compile(r'"([^"]+)"')
_LEFT_OUT = re.compile(r"\[[^\]]*\]|\.\.\.")
_NAME = re.compile(r"\b[A-Z][\w.&'-]*(?:\s(?:(?:of|the|for|de|von|van)\s){0,2}[A-Z][\w.&'-]*)*")
_OPENING = re.compile(r'(?:^|[.?!:]\s|")\W*$')
_CALENDAR = re.compile(rf"(?:{_SPELLED}|Sept|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?)\.?")
_LINKS = frozenset("of the for de von van".split())  # noqa: SIM905

When = tuple[int | None, int | None, int | None]
"""Year, month, day as far as the text gives them."""

Rule = Callable[[str, tuple[str, ...]], Iterable[float | None]]


def quotation_fidelity(response: Response) -> Score:
    """Quotations of two words or more that one cited text holds word for word / quotations.

    Case, spaces and the shape of marks are folded; a bracket or an ellipsis stands for words left
    out. Only double marks quote: an apostrophe never does. A cited summary holds what it quotes.
    """
    return Score.of(_mark_quotations(response))


def invented_quotations(response: Response) -> Score:
    """Quotations whose words nobody printed or said, of one page.

    As `quotation_fidelity`, but single words count too, and it is a count: a page without
    quotations has none.
    """
    return Score.of((float(sum(mark == 0 for mark in _mark_quotations(response, shortest=1))),))


def _mark_quotations(response: Response, shortest: int = 2) -> Iterator[float]:
    for statement in response.statements:
        held = tuple(_fold(words) for words in statement.quotable)
        yield from _check_quotations(_fold(statement.text), held, shortest)


def number_fidelity(response: Response) -> Score:
    """Numbers, in digits or words, whose value a cited text has / numbers outside dates.

    A small number in words that no cited text has is not scored: it may be the writer's own count
    ("both reports", "three of them").
    """
    return _score_rule(response, _check_numbers)


def date_fidelity(response: Response) -> Score:
    """Dates that a cited text has, as exact or more so / dates.

    Where the evidence has day and month but not the year that the statement gives, the date is
    not scored.
    """
    return _score_rule(response, _check_dates)


def name_fidelity(response: Response) -> Score:
    """Names of which a cited text has every word, or an acronym's expansion / names.

    A name is a run of capitalised words. The word that opens a sentence is capitalised anyway, so
    it is not held to be part of one.
    """
    return _score_rule(response, _check_names)


def _score_rule(response: Response, rule: Rule) -> Score:
    return Score.of(
        mark
        for statement in response.statements
        for mark in rule(_fold(statement.text), tuple(_fold(w) for w in statement.words))
    )


def _fold(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).replace("\u2026", "...")
    text = re.sub("[\u2018\u2019]", "'", re.sub("[\u201c\u201d\u00ab\u00bb]", '"', text))
    return " ".join(re.sub("[\u2010-\u2015\u2212]", "-", text).split())


def _check_quotations(text: str, words: tuple[str, ...], shortest: int) -> Iterator[float]:
    held = [w.replace('"', "").lower() for w in words]
    for quote in _QUOTED.findall(text):
        parts = [p.strip(" .,;:!?").lower() for p in _LEFT_OUT.split(quote)]
        if len(quote.split()) >= shortest:
            yield float(any(_stand_in_order([p for p in parts if p], w) for w in held))


def _stand_in_order(parts: list[str], words: str) -> bool:
    at = 0
    for part in parts:
        found = words.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return bool(parts)


def _check_numbers(text: str, words: tuple[str, ...]) -> Iterator[float | None]:
    held = {value for w in words for value, _ in _find_values(w)}
    held |= {Decimal(when[0]) for w in words for when, _ in _find_dates(w) if when[0]}
    for value, said in _find_values(_mask_dates(text)):
        yield None if said in _COUNTED and value not in held else float(value in held)


def _find_values(text: str) -> Iterator[tuple[Decimal, str]]:
    for found in _NUMBER.finditer(text):
        scale = _SCALES.get((found["scale"] or "").lower(), 0)
        yield Decimal(found["digits"].replace(",", "")).scaleb(scale).normalize(), found[0]
    for found in _WORDED.finditer(text):
        yield (
            Decimal(sum(_SMALL[w] for w in found[0].lower().split("-"))).normalize(),
            found[0].lower(),
        )


def _check_dates(text: str, words: tuple[str, ...]) -> Iterator[float | None]:
    held = [when for w in words for when, _ in _find_dates(w)]
    for wanted, _ in _find_dates(text):
        if any(
            all(w is None or w == h for w, h in zip(wanted, given, strict=True)) for given in held
        ):
            yield 1.0
        else:
            yield None if (None, *wanted[1:]) in held else 0.0


def _find_dates(text: str) -> Iterator[tuple[When, tuple[int, int]]]:
    taken: list[tuple[int, int]] = []
    for pattern in _DATES:
        for found in pattern.finditer(text):
            if not any(start < found.end() and found.start() < end for start, end in taken):
                taken.append(found.span())
                yield _parse_date(found.groupdict()), found.span()


def _parse_date(parts: dict[str, str | None]) -> When:
    month, iso, day, year = (parts.get(k) for k in ("month", "iso", "day", "year"))
    number = _MONTH_NUMBER[month[:3]] if month else int(iso) if iso else None
    return int(year) if year else None, number, int(day) if day else None


def _mask_dates(text: str) -> str:
    for _, (start, end) in _find_dates(text):
        text = text[:start] + "\0" * (end - start) + text[end:]
    return text


def _check_names(text: str, words: tuple[str, ...]) -> Iterator[float]:
    held = [set(map(_strip_word, w.split())) for w in words]
    capitals = ["".join(t[0] for t in re.findall(r"\b[A-Z][a-z]\w*", w)) for w in words]
    for found in _NAME.finditer(text):
        opens = _OPENING.search(text[: found.start()]) is not None
        name = found[0].split()[opens:]
        tokens = {_strip_word(word) for word in name if word not in _LINKS}
        if not tokens or any(_CALENDAR.fullmatch(word) for word in name):
            continue
        spelled = len(name) == 1 and name[0].isupper() and any(name[0] in c for c in capitals)
        yield float(spelled or any(all(_has_word(h, token) for token in tokens) for h in held))


def _has_word(held: set[str], token: str) -> bool:
    """Whether a word is there, as itself or as the country of a people ("Texan", "Texas")."""
    country = _PEOPLE.sub("", token)
    whole = country == token or len(country) < 3
    return token in held or (not whole and any(h.startswith(country) for h in held))


def _strip_word(token: str) -> str:
    return re.sub(r"'s?$", "", token.lower().strip('.,;:!?"()[]')).replace(".", "")
