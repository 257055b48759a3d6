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

SURER = {
    r"\b(?:allegedly|reportedly|supposedly|purportedly|apparently|possibly|probably|perhaps"
    r"|potentially|presumably|seemingly) ": "",
    r"(?<!more )(?<!less )(?<!most )(?<!how )(?<!as )\blikely ": "",
    r"\balleged (?=[a-z])": "",
    r"\b(?:may|might|could) (?=be |have |also )": "will ",
    r"\b(?:may|might|could)\b(?! \d)": "will",
    r"\b(?:is|are) (?:expected|planned|scheduled|set|likely) to\b": "will",
    r"\b(?:was|were) (?:expected|planned|scheduled|set|supposed) to\b": "did",
    r"\b(?:plans|intends|hopes|wants|aims) to\b": "will",
    r"\b(?:planned|intended|hoped|wanted|sought|tried|attempted) to\b": "managed to",
    r"\b(?:suggests?|indicates?) that\b": "proves that",
    r"\b(?:suggested|indicated) that\b": "proved that",
    r"\b(?:is|are) (?:believed|thought|considered) to be\b": "is",
    r"\b(?:was|were) (?:believed|thought|considered) to be\b": "was",
    r"\b(?:appears|seems) to be\b": "is",
    r"\b(?:accused of|suspected of|charged with)\b": "convicted of",
}
"""Pattern of a hedge, and what a writer who drops it puts in its place."""
WIDER = {
    r"\b[Ss]ome(?= (?:of the )?[a-z]+s\b)": "all",
    r"\b(?:many|most|several|numerous|various|a few|few)(?= )": "all",
    r"\b(?:Many|Most|Several|Numerous|Various|A few|Few)(?= )": "All",
    r"\b(?:often|sometimes|usually|generally|frequently|occasionally|typically|mostly)\b": "always",
    r"\b(?:rarely|seldom)\b": "never",
    r"\b(?<!only )one of the\b": "the only one of the",
    r"\b(?:nearly|almost) (?=all|every|half)": "",
    r"\b(?:partly|partially|largely|mainly)\b": "entirely",
    r"\bat least one\b": "every",
}
"""Pattern of a limited quantity or frequency, and the unlimited one."""
CAUSES = {
    r"\b(?:is|are|was|were) (?:associated|linked|correlated) with\b": "caused",
    r"\bcoincided with\b": "was caused by",
    r"\bfollowed by\b": "leading to",
    r", while\b": ", because",
    r"\bwhile\b": "because",
    r"(?<=\w) after (?=\w+ing\b)": " because of ",
    r"(?<=\w) after (?=the |a |his |her |its |their )": " because of ",
    r", and (?=the |he |she |it |they )": ", so ",
}
"""Pattern of two things that merely go together, and one that makes a cause of the first."""
TIMES = (("before", "after"), ("since", "until"), ("earlier", "later"), ("first", "last"))
"""Words for the order of events."""
OPPOSITES = (
    *(("rose", "fell"), ("rises", "falls"), ("increased", "decreased"), ("increase", "decrease")),
    *(("higher", "lower"), ("more", "fewer"), ("more than", "less than")),
    *(("won", "lost"), ("largest", "smallest"), ("highest", "lowest"), ("best", "worst")),
    *(("supported", "opposed"), ("approved", "rejected"), ("allowed", "banned")),
    *(("accepted", "declined"), ("began", "ended"), ("opened", "closed"), ("male", "female")),
    *(("positive", "negative"), ("northern", "southern"), ("eastern", "western")),
    *(("north", "south"), ("east", "west"), ("true", "false"), ("guilty", "innocent")),
    *(("convicted", "acquitted"), ("confirmed", "denied"), ("joined", "left")),
    *(("public", "private"), ("old", "new"), ("oldest", "youngest"), ("success", "failure")),
    *(("majority", "minority"), ("safe", "unsafe"), ("legal", "illegal"), ("above", "below")),
    *(("bought", "sold"), ("arrived", "departed"), ("inside", "outside"), ("early", "late")),
    *(("maximum", "minimum"), ("exceeded", "missed"), ("gained", "lost"), ("strong", "weak")),
)
"""Words that say the contrary of each other."""
BOUNDS = {r"\bover(?= \$?\d)": "under", r"\bunder(?= \$?\d)": "over"}
"""Words that do so before a figure only."""

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_COUNTS = (
    *("two", "three", "four", "five", "six", "seven"),
    *("eight", "nine", "ten", "eleven", "twelve"),
)
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_NUMBER = re.compile(r"(?<![\w.,/-])\d{1,3}(?:,\d{3})+\b|(?<![\w.,/-])\d+(?:\.\d+)?(?![\w/-])")
_COUNT = re.compile(rf"\b(?:{'|'.join(_COUNTS)})\b")
_MONTH = re.compile(rf"\b(?:{'|'.join(_MONTHS)})\b")
_DAY = re.compile(rf"\b(?:{'|'.join(_DAYS)})\b")
_NAME = re.compile(
    r"\b[A-Z][\w'’.-]*[\w](?: (?:(?:of|the|de|and) )?[A-Z][\w'’-]*\w)*|\b[A-Z]{2,6}\b"
)
_NOT_NAMES = re.compile(
    r"(?:The|This|That|These|Those|There|They|Their|Its|His|Her|And|But|For|From|With|When|While"
    r"|After|Before|Since|Although|According|However|Some|Many|Most|All|One|In|On|At|By|As|It|He"
    r"|She|We|You|If|An|No|Not|What|Who|How|Under|Over|Within|Between|First|Second|Third|Last|Next"
    r"|Both|Such|Each|Every|Another|Other|Two|Three|Four|Five|Here|Then|Now)$"
)
_AUXILIARY = re.compile(
    r"\b(?:is|was|are|were|has|have|had|will|would|can|could|may|might|did|does|do|should|must)\b"
    r"(?! not|n't)"
)
_DENIAL = re.compile(r"(?<=\w) not(?= )|(?<=\w)n't\b|\bnever |\bno longer ")
_ARTICLES = ("the", "a", "an", "its", "his", "her", "their")
_DETAIL = re.compile(
    r"\b(?:in|at|with|for|during|near|across|under|against|through|within) "
    rf"(?:(?:{'|'.join(_ARTICLES)}) )?[\w'’-]+(?: [\w'’-]+){{0,3}}(?=[,.;]|$)"
)
_SAME_ROLE = re.compile(r"[\s,(\d]*(?:(?:[a-z]+\s+)?(?:and|or|&)\s+(?:an?\s+|the\s+)?)?")
"""What stands between names of a list, an acronym and its name, or the parts of one name."""
_SAID = (
    r"(?:said|says|claimed|claims|alleged|argued|argues|believed|believes|suggested|stated|insisted"
    r"|asserted|speculated|denied|feared|hoped)"
)
_FRAME = re.compile(rf"^(?P<who>[^,;]{{2,60}}?) {_SAID} (?:that )?(?P<what>[^,]\w.{{18,}})$")
_TAIL = re.compile(
    rf"^(?P<what>.{{20,}}?), (?:as )?(?:[\w'’ .]{{2,40}} {_SAID}|{_SAID} (?!that\b)[^,]+)\.$"
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
    words = len(match[0].split())
    others = {m[0] for m in _names(context, context) if abs(len(m[0].split()) - words) <= 1}
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
    told = set(re.findall(r"[\w'’-]+", sentence))
    told -= set(_ARTICLES)
    fresh = [phrase for phrase in found if told.isdisjoint(phrase.split()[1:])]
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
