"""From what people type to one positive, checkable claim.

A question is read by rule, so the reading is the same every time and can be shown. The claim is a
working statement for search and scope; the page's title stays the question verbatim.
"""

import re
from typing import Final

from agent.types import Claim, ClaimKind

QUOTED: Final = re.compile(
    r"^\W*(?:is|are)\s+(?:this|that|it)\s+true\b\W*?[\"“](.+)[\"”]\W*$", re.IGNORECASE | re.DOTALL
)
IS_IT_TRUE: Final = re.compile(
    r"^(?:is|was) it (?:really |actually )?(?:true|correct|right|false|untrue|wrong)(?: that)?"
    r"\s+(.+)$",
    re.IGNORECASE,
)
TAG: Final = re.compile(
    r"[,;.?]?\s*\b(?:(?:is (?:this|that|it) )?(?:true|right|correct|really)|asking for a friend)\W*$",  # noqa: E501
    re.IGNORECASE,
)
WH: Final = re.compile(
    r"^([Ww]ho(?:se|m)?|[Ww]hat|[Ww]hen|[Ww]here|[Ww]hich|[Ww]hy"
    r"|[Hh]ow(?: (?:many|much|often|long|old|far))?)\b"
)
BE: Final = frozenset({"is", "are", "was", "were"})
HAVE: Final = frozenset({"has", "have", "had"})
MODAL: Final = frozenset({"can", "could", "will", "would", "should", "may", "might", "must"})
DO: Final = frozenset({"do", "does", "did"})
PRONOUNS: Final = frozenset({"you", "we", "they", "it", "i", "he", "she", "this", "that"})
PREPOSITIONS: Final = frozenset(
    {"of", "in", "on", "at", "by", "for", "with", "from", "to", "about"}
)
DETERMINERS: Final = frozenset({"a", "an", "the", "any", "some", "this", "that", "every", "no"})
OPINION: Final = re.compile(
    r"\b(?:should|ought to|best|worst|better than|beautiful|ugly|evil|deserves?|overrated|"
    r"(?:good|bad) idea|moral|immoral|my opinion|i think|i believe)\b",
    re.IGNORECASE,
)
REPORTED: Final = re.compile(
    r"\b(?:say|says|said|told|tells?|announced|advised?|recommend\w*|claim(?:s|ed)?)\b",
    re.IGNORECASE,
)
PREDICTION: Final = re.compile(
    r"\bwill\b|^Will (?:the|a|an|it|there|[a-z])|\b(?:going to|gonna)\b"
    r"|\bnext (?:year|month|week)\b"
)
PARTICIPLE: Final = re.compile(
    r"(?:ed|been|begun|broken|brought|built|bought|caught|chosen|come|done|drawn|driven|fallen|found"
    r"|given|gone|grown|had|held|hidden|hit|hurt|kept|known|led|left|lost|made|meant|met|paid|put"
    r"|read|risen|run|said|seen|sent|set|shot|shown|sold|spoken|spread|stolen|struck|sued|taken"
    r"|taught|told|thrown|torn|understood|withdrawn|won|worn|written)$"
)
ADJECTIVE: Final = re.compile(r"(?:ible|able|ful|ous|less|true|false|safe|dead|real|legal|fake)$")
PROGRESSIVE: Final = re.compile(r"(?<!.\bk)(?<!\bspr)(?<!\bth)ing$")
# Base forms that follow do-support, with the past where it is not regular.
PAST: Final = {
    "become": "became", "begin": "began", "break": "broke", "bring": "brought", "build": "built",
    "buy": "bought", "catch": "caught", "come": "came", "cut": "cut", "do": "did", "drive": "drove",
    "eat": "ate", "fall": "fell", "fight": "fought", "find": "found", "fly": "flew",
    "get": "got", "give": "gave", "go": "went", "grow": "grew", "have": "had", "hit": "hit",
    "hold": "held", "hurt": "hurt", "keep": "kept", "know": "knew", "lead": "led", "leave": "left",
    "lose": "lost", "make": "made", "meet": "met", "pay": "paid", "put": "put", "read": "read",
    "rise": "rose", "run": "ran", "say": "said", "see": "saw", "sell": "sold", "send": "sent",
    "set": "set", "shoot": "shot", "show": "showed", "shut": "shut", "sink": "sank",
    "speak": "spoke", "spend": "spent", "spread": "spread", "steal": "stole", "take": "took",
    "tell": "told", "think": "thought", "win": "won", "write": "wrote",
}  # fmt: skip
REGULAR: Final = frozenset(
    """accept add admit advise affect agree aim allow announce answer appear approve arrest ask
    attack ban block call cancel carry cause change charge claim close collapse confirm contain
    contribute convict cost cover create damage decide decline deny destroy die double drop end
    endorse enter exist expect fail fire force fund happen harm help hide hire identify impose
    improve include increase infect involve join jump kill land last launch lie like live love
    lower mean move need offer open order own pass pay plan plead prevent promise protect prove
    publish pull push raise reach recommend record reduce refuse reject release rely remove
    repeal replace report require resign resist retire return reveal save seize serve shrink
    sign start stay stop suggest support surge survive target test threaten travel treat try
    turn use violate visit vote want warm warn weaken withdraw work""".split()  # noqa: SIM905  (a word list reads better as prose)
)


def read(text: str) -> Claim:
    """Read `text`, as it was typed, as one claim.

    Args:
        text: A question, a statement, several of them, or `is this true? "…"`.
    """
    said = " ".join(text.split())
    if quoted := QUOTED.match(said):
        said = quoted[1].strip()
    statements = re.split(r"(?<=[.!?])\s+(?=[A-Z])", said)
    main = max(statements, key=lambda s: len(s.split()))
    bare = TAG.sub("", main.strip(" ?!.")).strip(" ,?!.") or main
    asks = WH.match(bare)
    statement = bare if asks else _as_statement(bare)
    if statement.split()[0].lower() in DETERMINERS:
        statement = f"{statement[0].lower()}{statement[1:]}"
    return Claim(
        text=statement,
        opposite=f"it is not true that {statement}",
        kind=_kind(bare),
        asks=asks[1].lower() if asks else None,
        others=tuple(s.strip() for s in statements if s != main and len(s.split()) > 3),
    )


def _kind(text: str) -> ClaimKind:
    if OPINION.search(text) and not REPORTED.search(text):
        return ClaimKind.OPINION
    if PREDICTION.search(text):
        return ClaimKind.PREDICTION
    return ClaimKind.FACTUAL if len(text.split()) > 1 else ClaimKind.UNCLEAR


def _as_statement(text: str) -> str:
    """Turn a yes/no question into a statement; anything else is returned as it is."""
    if inner := IS_IT_TRUE.match(text):
        return inner[1]
    first, *rest = text.split()
    auxiliary = first.lower()
    if not rest or auxiliary not in BE | HAVE | MODAL | DO:
        return text
    if auxiliary in DO:
        return _without_do(rest, auxiliary)
    if rest[0].lower() == "there":
        return " ".join(["there", auxiliary, *(w for w in rest[1:] if w.lower() != "really")])
    split = _end_of_subject([w.lower().strip(",") for w in rest], auxiliary)
    return " ".join([*rest[:split], auxiliary, *rest[split:]])


def _without_do(words: list[str], auxiliary: str) -> str:
    """Give the main verb the tense that do-support carried."""
    for i, word in enumerate(words[1:], start=1):
        base = word.lower()
        if base not in PAST and base not in REGULAR:
            continue
        verb = word
        if auxiliary == "did":
            verb = PAST.get(base) or (f"{base}d" if base.endswith("e") else f"{base}ed")
        elif auxiliary == "does":
            verb = {"have": "has", "do": "does", "go": "goes"}.get(base, f"{base}s")
        return " ".join([*words[:i], verb, *words[i + 1 :]])
    return " ".join(words)


def _end_of_subject(words: list[str], auxiliary: str) -> int:
    """How many words the subject has: up to the first word that can only follow the auxiliary."""
    if words[0] in PRONOUNS:
        return 1
    if auxiliary in HAVE and "been" in words:
        return words.index("been")
    fallback = 0
    for i in range(1, len(words)):
        word, before = words[i], words[i - 1]
        if before in DETERMINERS or before in PREPOSITIONS:
            continue
        article = auxiliary in BE and word in {"a", "an", "the"}
        verb = PARTICIPLE.search(word) or (auxiliary in BE and PROGRESSIVE.search(word))
        plain = auxiliary in MODAL and (word in PAST or word in REGULAR or word == "be")
        if article or plain or ((verb or ADJECTIVE.search(word)) and len(word) > 2):
            return i
        if word in PREPOSITIONS | {"not"} and not fallback:
            fallback = i
    return fallback or 1
