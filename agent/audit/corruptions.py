"""Typed edits of a sentence: what a careless writer changes while copying a fact.

Each maker turns a sentence into near misses of one kind. `verdict draft --self-test` plants them in
a page, and the verifier's cross-encoder is trained on some (FactCC, arXiv 1910.12840, is built on
this alone and learns to spot edits, so they stay a minority beside real pairs there, and an edit
that is its own mirror image also goes into the evidence).
"""

import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from agent.language.antonyms import WORDS
from agent.language.lexicon import any_of, pattern, word_list, words
from agent.language.verbs import is_base, past, third
from agent.writers.attribution import SMALL


def _pair_forms(left: str, right: str) -> list[tuple[str, str]]:
    """Two contrary words, and where both are verbs their other finite forms."""
    pairs = [(left, right)]
    if is_base(left) and is_base(right):
        pairs += [(form(left), form(right)) for form in (third, past)]
    return pairs


SURER = {
    r"\b(?:(?:alleg|report|suppos)edly|apparently|possibly|probably|perhaps) ": "",
    r"(?<!more )(?<!less )(?<!most )(?<!how )(?<!as )\b(?:likely|alleged) (?=[a-z])": "",
    r"\b(?:may|might|could)\b(?! \d)": "will",
    r"\b(?:is|are) (?:expected|planned|likely) to\b": "will",
    r"\b(?:plans|hopes|wants) to\b": "will",
    r"\b(?:planned|hoped|wanted|tried) to\b": "managed to",
    r"\b(?:suggests?|indicates?) that\b": "proves that",
    r"\b(?:suggested|indicated) that\b": "proved that",
    r"(?<=\bis )(?:believed|thought|considered) to be ": "",
    r"\b(?:appears|seems) to be\b": "is",
    r"\b(?:accused of|suspected of|charged with)\b": "convicted of",
}
"""Pattern of a hedge, and what a writer who drops it puts in its place."""
WIDER = {
    r"\b[Ss]ome(?= (?:of the )?[a-z]+s\b)": "all",
    r"\b(?:many|most|several|(?:a )?few)(?= )": "all",
    r"\b(?:Many|Most|Several)(?= )": "All",
    r"\b(?:often|sometimes|usually|generally)\b": "always",
    r"\b(?<!only )one of the\b": "the only one of the",
    r"\b(?:nearly|almost) (?=all|every|half)": "",
    r"\b(?:partly|largely|mainly)\b": "entirely",
    r"\bat least one\b": "every",
}
"""Pattern of a limited quantity or frequency, and the unlimited one."""
CAUSES = {
    r"\b(?:is|are|was|were) (?:associated|linked|correlated) with\b": "caused",
    r"\bcoincided with\b": "was caused by",
    r"\bfollowed by\b": "leading to",
    r"\bwhile\b": "because",
    r"(?<=\w) after (?=\w+ing\b|(?:the|an?|his|her|its|their)\b)": " because of ",
    r", and (?=(?:the|he|she|it|they) )": ", so ",
}
"""Pattern of two things that merely go together, and one that makes a cause of the first."""
TIMES = (("before", "after"), ("since", "until"), ("earlier", "later"), ("first", "last"))
"""Words for the order of events."""
OPPOSITES = tuple(
    pair
    for left, right in WORDS
    for pair in _pair_forms(left, right)
    if pair not in TIMES and "die" not in pair  # "born" and "die" are no pair of forms
)
"""Words that say the contrary of each other."""
BOUNDS = {r"\bover(?= \$?\d)": "under", r"\bunder(?= \$?\d)": "over"}
"""Words that do so before a figure only."""

_MONTHS = tuple(month.title() for month in word_list("core.months").words)
_DAYS = tuple(day.title() for day in word_list("core.weekdays").words)
_COUNTS = word_list("core.number_words").words[2:]
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_NUMBER = re.compile(r"(?<![\w.,/-])\d{1,3}(?:,\d{3})+\b|(?<![\w.,/-])\d+(?:\.\d+)?(?![\w/-])")
_COUNT = re.compile(rf"\b(?:{'|'.join(_COUNTS)})\b")
_MONTH = re.compile(rf"\b(?:{'|'.join(_MONTHS)})\b")
_DAY = re.compile(rf"\b(?:{'|'.join(_DAYS)})\b")
_NAME = re.compile(
    r"\b[A-Z][\w'’.-]*[\w](?: (?:(?:of|the|de|and) )?[A-Z][\w'’-]*\w)*|\b[A-Z]{2,6}\b"
)
_NOT_NAMES = re.compile(rf"{SMALL}$")
_AUXILIARY = re.compile(
    rf"\b{any_of('core.be', 'core.have', 'core.do', 'core.modals')}\b(?! not|n't)"
)
_DENIAL = re.compile(r"(?<=\w) not(?= )|(?<=\w)n't\b|\bnever |\bno longer ")
_DETAIL = pattern(
    r"\b{core.prepositions} (?:{core.determiners} )?[\w'’-]+(?: [\w'’-]+){0,3}(?=[,.;]|$)"
)
_SAME_ROLE = re.compile(r"[\s,(\d]*(?:(?:[a-z]+\s+)?(?:and|or|&)\s+(?:an?\s+|the\s+)?)?")
"""What stands between names of a list, an acronym and its name, or the parts of one name."""
_FRAME = pattern(
    r"^(?P<who>[^,;]{2,60}?) (?:said|says"
    r"|{writing.reporting} that) (?:that )?(?P<what>[^,]\w.{18,})$"
)
_TAIL = pattern(
    r"^(?P<what>.{20,}?), (?:as )?(?:[\w'’ .]{2,40} {writing.reporting}"
    r"|{writing.reporting} (?!that\b)[^,]+)\.$"
)


@dataclass(frozen=True, slots=True)
class Edit:
    """A near miss.

    Attributes:
        kind: what was done, such as "number".
        text: the edited sentence.
        contradicts: the original speaks against it; else the original merely does not carry it.
        mirror: it works both ways: the edit speaks against the original just as much.
    """

    kind: str
    text: str
    contradicts: bool
    mirror: bool


Maker = Callable[[str, str, random.Random], str | None]
"""(sentence, other text on the same subject, chance) to the edited sentence, if there is one."""


def edits(sentence: str, context: str, chance: random.Random) -> Iterator[Edit]:
    """Make at most one edit of each kind that the sentence allows, in a fixed order of kinds.

    Args:
        sentence: a statement.
        context: text beside it, from which numbers and names of the same type are taken.
        chance: makes the choices; the same state gives the same edits.
    """
    for kind, (maker, contradicts, mirror) in _MAKERS.items():
        text = maker(sentence, context, chance)
        if text is not None and text.casefold() != sentence.casefold():
            yield Edit(kind, text, contradicts, mirror)


def _number(sentence: str, context: str, chance: random.Random) -> str | None:
    found = [m for m in _NUMBER.finditer(sentence) if not _YEAR.fullmatch(m[0])]
    found += _COUNT.finditer(sentence)
    if not found:
        return None
    match = chance.choice(found)
    if match[0] in _COUNTS:
        return _replace(sentence, match, chance.choice([w for w in _COUNTS if w != match[0]]))
    others = {n for n in _NUMBER.findall(context) if not _YEAR.fullmatch(n)} - {match[0]}
    alike = sorted(n for n in others if abs(len(n) - len(match[0])) <= 1 and n not in sentence)
    if alike and chance.random() < 0.5:
        return _replace(sentence, match, chance.choice(alike))
    return _replace(sentence, match, _perturbed(match[0], chance))


def _perturbed(number: str, chance: random.Random) -> str:
    """Change one digit, never the first to a zero; the shape stays."""
    places = [n for n, character in enumerate(number) if character.isdigit()]
    at = chance.choice(places[:2])
    digits = [d for d in "123456789" if d != number[at]]
    return number[:at] + chance.choice(digits) + number[at + 1 :]


def _date(sentence: str, context: str, chance: random.Random) -> str | None:
    found = [m for rule in (_YEAR, _MONTH, _DAY) for m in rule.finditer(sentence)]
    if not found:
        return None
    match = chance.choice(found)
    if match[0] in _MONTHS:
        return _replace(sentence, match, chance.choice([m for m in _MONTHS if m != match[0]]))
    if match[0] in _DAYS:
        return _replace(sentence, match, chance.choice([d for d in _DAYS if d != match[0]]))
    others = sorted(set(_YEAR.findall(context)) - set(_YEAR.findall(sentence)))
    if others and chance.random() < 0.5:
        return _replace(sentence, match, chance.choice(others))
    return _replace(sentence, match, str(int(match[0]) + chance.choice((-10, -3, -2, -1, 1, 2, 4))))


def _names(text: str, known: str) -> list[re.Match[str]]:
    """Find names; a word that begins a sentence is one where `known` has it elsewhere as well."""
    found = (m for m in _NAME.finditer(text) if not _is_other(m[0].split()[0]))
    return [m for m in found if not _begins(m) or re.search(rf"[a-z,] {m[0]}\b", known)]


def _begins(match: re.Match[str]) -> bool:
    before = match.string[: match.start()].rstrip()
    return (not before or before[-1] in ".!?;:") and match[0].isalpha()


def _is_other(word: str) -> bool:
    return bool(_NOT_NAMES.match(word)) or word in _MONTHS or word in _DAYS


def _name(sentence: str, context: str, chance: random.Random) -> str | None:
    """Put another name of the context in a name's place, of about as many words."""
    found = _names(sentence, f"{sentence} {context}")
    if not found:
        return None
    match = chance.choice(found)
    size = len(match[0].split())
    others = {m[0] for m in _names(context, context) if abs(len(m[0].split()) - size) <= 1}
    fresh = sorted(n for n in others if n not in sentence and match[0] not in n)
    return _replace(sentence, match, chance.choice(fresh)) if fresh else None


def _roles(sentence: str, context: str, chance: random.Random) -> str | None:
    """Let two names of the sentence change places."""
    found = _names(sentence, f"{sentence} {context}")
    if len(found) < 2:
        return None
    left, right = sorted(chance.sample(found, 2), key=re.Match.start)
    shorter, longer = sorted((left[0].split(), right[0].split()), key=len)
    if set(shorter) <= set(longer) or _SAME_ROLE.fullmatch(sentence, left.end(), right.start()):
        return None
    swapped = _replace(sentence, right, left[0])
    return swapped[: left.start()] + right[0] + swapped[left.end() :]


def _negation(sentence: str, context: str, chance: random.Random) -> str | None:
    denial = _DENIAL.search(sentence)
    if denial is not None:
        return _tidy(_replace(sentence, denial, ""))
    found = list(_AUXILIARY.finditer(sentence))
    if not found:
        return None
    match = found[0]
    return _replace(sentence, match, f"{match[0]} {chance.choice(('not', 'not', 'never'))}")


def _attribution(sentence: str, context: str, chance: random.Random) -> str | None:
    match = _FRAME.match(sentence) or _TAIL.match(sentence)
    return _tidy(match["what"].strip(' "“”')) if match else None


def _detail(sentence: str, context: str, chance: random.Random) -> str | None:
    """Add a phrase that the context has and the sentence has not."""
    found = sorted({m[0] for m in _DETAIL.finditer(context)} - {""})
    known = set(re.findall(r"[\w'’-]+", sentence)) - words("core.determiners")
    fresh = [phrase for phrase in found if known.isdisjoint(phrase.split()[1:])]
    if not fresh or len(sentence) > 250 or not re.search(r"\w\.$", sentence):
        return None  # behind a quotation or a bracket it would be no English
    return f"{sentence[:-1].rstrip()} {chance.choice(fresh)}."


def _by(rules: Mapping[str, str]) -> Maker:
    compiled = [(re.compile(pattern), new) for pattern, new in rules.items()]

    def maker(sentence: str, context: str, chance: random.Random) -> str | None:
        found = [(m, new) for rule, new in compiled if (m := rule.search(sentence))]
        if not found:
            return None
        match, new = chance.choice(found)
        return _tidy(_replace(sentence, match, new))

    return maker


def _both_ways(pairs: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {rf"\b{a}\b": b for left, right in pairs for a, b in ((left, right), (right, left))}


def _replace(text: str, match: re.Match[str], new: str) -> str:
    return text[: match.start()] + new + text[match.end() :]


def _tidy(text: str) -> str:
    text = re.sub(r"\s{2,}", " ", text).strip()
    return text[:1].upper() + text[1:]


_MAKERS: dict[str, tuple[Maker, bool, bool]] = {
    "number": (_number, True, True),
    "date": (_date, True, True),
    "name": (_name, False, True),
    "roles": (_roles, False, True),
    "negation": (_negation, True, True),
    "opposite": (_by(_both_ways(OPPOSITES) | BOUNDS), True, True),
    "order": (_by(_both_ways(TIMES)), True, True),
    "modality": (_by(SURER), False, False),
    "attribution": (_attribution, False, False),
    "quantifier": (_by(WIDER), False, False),
    "cause": (_by(CAUSES), False, False),
    "detail": (_detail, False, False),
}
KINDS = tuple(_MAKERS)
