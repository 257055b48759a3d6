"""Whether a text is a checkable claim, a question of fact, advice, taste or a forecast."""

import re
from collections.abc import Iterable
from typing import Final

from agent.claims.framing_patterns import POINTING, phrases
from agent.claims.questions import (
    ADJECTIVE,
    ADJECTIVES,
    AUXILIARIES,
    DETERMINERS,
    NEGATED,
)
from agent.language.text import content
from agent.language.verbs import base_of, is_base, is_participle
from agent.types import ClaimKind

WH: Final = re.compile(
    r"^([Ww]ho(?:se|m)?|[Ww]hat|[Ww]hen|[Ww]here|[Ww]hich|[Ww]hy|[Hh]ow come"
    r"|[Hh]ow(?: (?:many|much|often|long|old|far|big|tall|high|fast|likely|soon|large|deep|hot|cold"
    r"|common|dangerous|safe|effective|accurate|bad|good|expensive|strong|deadly))?)(?:'s|'re)?\b(?!-)"
)
TASTE: Final = re.compile(
    r"^(?:what(?:'s| is| are)? (?:the (?:best|worst|point)|your|do you|should"
    r"|does (?:everyone|anyone))"
    r"|who(?:'s| is)? (?:the )?(?:best|worst|better|right)|which .*\b(?:better|best|worst)\b"
    r"|(?:how|why|when|where|what|which|who) (?:[\w-]+ )?should\b)",
    re.IGNORECASE,
)
ADVICE: Final = re.compile(
    r"^(?:how (?:do|can|should|to|would|could) (?:i|you|we|one)?\b|what (?:do|can|should) i\b"
    r"|what (?:is|are|does|do|was|were) (?:a|an|[\w-]+)(?: mean| stand for)?\W*$|where can i\b)",
    re.IGNORECASE,
)
"""Asks for instructions or a definition: nothing in it can be true or false."""


def asked(text: str) -> str | None:
    """The wh-word of a question that asks for a missing piece, in small letters, else None.

    "WHO" in capitals is the organisation.
    """
    found = WH.match(text)
    return found[1].lower() if found else None


OPINIONS: Final = phrases(
    r"""\b(?:should(?!er)|ought to|better off|(?:over|under)rated|beautiful|ugly|evil|immoral
    |unethical
    |deserv(?:e|es|ed|ing)|in my (?:humble )?opinion|imh?o|hot take|unpopular opinion
    |(?:good|bad|great|terrible|stupid|dumb|horrible|brilliant)
    \s+(?:idea|thing|person|president|man|woman|people|guy|leader|movie|song|film|team|city|book)
    |favou?rite|disgrace(?:ful)?|shameful|disgusting|pathetic|delicious|tast(?:y|ier|iest)|boring
    |awesome|awful|gorgeous|hideous|annoying|(?:a|the real) (?:hero|villain|saint|genius|idiot
    |moron)
    |too (?:woke|soft|harsh|expensive|far|much|powerful|big|many)|worth it|cool(?:er|est)? than
    |(?:more|most|less|least) (?:beautiful|interesting|fun|enjoyable|important|talented|elegant)
    |morally|(?:a )?waste of (?:time|money)|makes? (?:no )?sense|funn(?:y|ier|iest)|who cares)\b""",
)
RANKED: Final = phrases(
    r"""\b(?:best|worst|greatest|finest|nicest|coolest)\b(?!-)
    (?!\s?(?:selling|known|seller|paid|picture|actor|actress|director|available|estimate))
    |\bbetter than\b|\bworse than\b""",
)
MEASURED: Final = phrases(
    r"""\b(?:on record|in history|since (?:\d|record)|(?:ever )?recorded|in \d+ years|percent
    |rates?|died
    |deaths?|cases|killed|damage|accuracy|efficacy|mortality|survival|average|scores?|drought
    |hurricanes?|storm|earthquake|inflation|unemployment
    |at (?:preventing|reducing|treating|detecting))\b|%""",
)
"""A ranking that a record can settle."""
REPORTED: Final = phrases(
    r"""\b(?:say|says|said|told|tells?|announced?|announces|advis(?:e|es|ed)|recommend\w*|claim(?:s|ed)?
    |call(?:s|ed)? for|promis(?:e|es|ed)|warn(?:s|ed)?|predict(?:s|ed)?|forecasts?|project(?:s|ed)
    |pledg(?:e|es|ed)|vow(?:s|ed)?|plan(?:s|ned)? to|rul(?:es|ed) that|vot(?:es|ed) (?:to|that)
    |sign(?:s|ed)|argu(?:es|ed)|testif(?:y|ied)|tweeted|posted|wrote|estimate[sd]?|expects?|expected
    |rated|ranked|named|voted|won(?!')|according to)\b""",
)
"""Whether somebody said it can be looked up, whatever it is."""
_NOUN: Final = "".join(
    rf"(?<!\b{w}\s)"
    for w in "free last good ill at his her their the a".split()  # noqa: SIM905
)
PREDICTIONS: Final = (
    # Case tells "Will" the name from "will" the verb at the start.
    re.compile(rf"{_NOUN}\bwill\b|^Will (?:the|a|an|it|there|[a-z])|\bwon't\b|\b\w+'ll\b"),
    re.compile(
        r"\b(?:is|are|am|'s|'re|be|not|never) going to (?!the\b|a\b|prison\b|jail\b|court\b|war\b"
        r"|school\b|church\b|trial\b|bed\b|work\b|college\b|[A-Z])|\bgonna\b"
        r"|\b(?:is|are) about to\b"
    ),
    *phrases(
        r"""\bnext (?:year|month|week|decade|century|election|summer|winter|spring|fall)\b
        |\btomorrow\b|\bin the (?:coming|next) (?:\w+ )?(?:years|months|weeks|days|decades?)\b"""
    ),
)
REQUESTS: Final = phrases(
    r"""^(?:please )?(?:write|tell|give|show|make|draw|sing|summari[sz]e|translate|explain
    |describe|list
    |help|recommend|suggest|generate|create|find|compare|ignore|pretend|act|remind)
    \s+(?:me|us|a|an|the|this|all|as)\b""",
)
PRIVATE: Final = phrases(
    r"^(?:(?:is|are|was|were|am|do|does|did|has|have|can|could|will|should) )?(?:my|our) \w+",
    r"^(?:am i|did i|was i|have i|had i|i (?:am|was|have|had|feel|need|want|love|like|hate))\b",
)
OUR_OWN: Final = phrases(
    r"""^(?:\w+ )?our (?:government|country|planet|president|oceans?|climate|solar|galaxy|taxes
    |military
    |troops|borders?|brains?|bod(?:y|ies)|ancestors|economy|water|food|constitution|city|state|sun)""",
)
ADDRESSED: Final = frozenset({"me", "us", "him", "her", "them", "it", "before", "yourself"})


def kind_of(bare: str, statement: str) -> ClaimKind:
    """Sort a claim.

    Args:
        bare: what was asked, without frame, before it was turned round.
        statement: the claim that was made of it.
    """
    if _any(REQUESTS, bare) or ADVICE.match(bare) or _order(bare):
        return ClaimKind.UNCLEAR
    if POINTING.fullmatch(statement):
        return ClaimKind.UNCLEAR
    if _any(PRIVATE, bare) and not _any(OUR_OWN, bare):
        return ClaimKind.UNCLEAR
    reported = _any(REPORTED, statement)
    if TASTE.match(bare) or (_judging(bare) and not reported):
        return ClaimKind.OPINION
    if (_any(PREDICTIONS, bare) or _any(PREDICTIONS, statement)) and not reported:
        return ClaimKind.PREDICTION
    checkable = asked(statement) or says_something(statement)
    return ClaimKind.FACTUAL if checkable else ClaimKind.UNCLEAR


def says_something(statement: str) -> bool:
    """Whether there is a subject and something that may be its verb."""
    words = [w.strip(".,;:!?\"'()") for w in statement.lower().split()]
    if len(words) < 2 or not content(statement):
        return False
    return any(_verb(w) for w in words[1:]) or words[0] in {"there", "it"}


def _order(text: str) -> bool:
    """Whether it tells somebody to do something ("stop the count", "do not drink it")."""
    first, second, *_ = (*text.lower().split(), "", "")
    if first in {"do", "don't", "dont"} and second == "not":
        return True
    return is_base(first) and second in DETERMINERS | ADDRESSED and first not in AUXILIARIES


def _verb(word: str) -> bool:
    """Whether a word may be a verb, or an adjective as headlines use it ("Wall visible from …")."""
    if word in AUXILIARIES or word in NEGATED or word.endswith(("'s", "'re", "'ve", "ing")):
        return True
    adjective = word in ADJECTIVES or ADJECTIVE.fullmatch(word) is not None
    return adjective or bool(base_of(word)) or is_base(word) or is_participle(word)


def _judging(text: str) -> bool:
    return _any(OPINIONS, text) or (_any(RANKED, text) and not _any(MEASURED, text))


def _any(patterns: Iterable[re.Pattern[str]], text: str) -> bool:
    return any(p.search(text) for p in patterns)
