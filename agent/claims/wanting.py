"""Questions that ask for a missing piece: the piece, and what they take for granted."""

import re
from typing import Final

from agent.claims.questions import (
    ADJECTIVES,
    AUXILIARIES,
    BE,
    DETERMINERS,
    DO,
    PREPOSITIONS,
    stated,
)
from agent.claims.verbs import base_of

WH: Final = re.compile(
    r"^([Ww]ho(?:se|m)?|[Ww]hat|[Ww]hen|[Ww]here|[Ww]hich|[Ww]hy|[Hh]ow come"
    r"|[Hh]ow(?: (?:many|much|often|long|old|far|big|tall|high|fast|likely|soon|large|deep|hot|cold"
    r"|common|dangerous|safe|effective|accurate|bad|good|expensive|strong|deadly))?)(?:'s|'re)?\b(?!-)"
)
CONTRACTED: Final = re.compile(r"^(who|what|when|where|why|how)'(s|re)\b", re.IGNORECASE)
OF_AN_ACT: Final = frozenset({"when", "where", "why", "how", "how come", "how often", "how long",
                              "how far", "how fast", "how soon", "how much"})  # fmt: skip
COUNTED: Final = frozenset({"how many", "how much", "which", "what", "whose"})
TIMES: Final = frozenset({"year", "day", "month", "date", "time", "century", "decade", "week"})
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


def presupposed(text: str, asks: str) -> str:
    """What an open question takes for granted, as a statement.

    "Who paid for it?" takes for granted that someone did; "When did it close?" that it closed.
    Where no rule fits the question is returned as it is.
    """
    text = CONTRACTED.sub(lambda m: f"{m[1]} {'is' if m[2] == 's' else 'are'}", text)
    words = text[len(asks) :].split()
    if not words:
        return text
    first = words[0].lower()
    if asks in {"who", "what"} and first not in AUXILIARIES - BE:
        return _someone(asks, words, text)
    if asks in COUNTED and first not in AUXILIARIES:
        return _counted(asks, words, text)
    if asks in {"what", "who", "whom"}:
        return _object(words, "something" if asks == "what" else "someone")
    return _act(asks, words, text)


def _act(asks: str, words: list[str], text: str) -> str:
    """When, where, why, how or how much: what happened, or is so to a degree."""
    first, rest = words[0].lower(), " ".join(words)
    if asks == "how come":
        return rest
    if asks not in OF_AN_ACT and first in BE:
        return stated(f"{rest} {asks.removeprefix('how ')}")
    made = stated(rest) if first in AUXILIARIES else rest
    return text if made == rest else made


def _someone(asks: str, words: list[str], text: str) -> str:
    """Who or what as the subject: "who paid …", "what is the …"."""
    first, second = words[0].lower(), words[1].lower() if len(words) > 1 else ""
    unknown = "someone" if asks == "who" else "something"
    if first in BE and len(words) > 1:
        if second in {"the", "a", "an"} and len(words) > 2:
            article = "an" if words[2][0].lower() in "aeiou" else "a"
            plural = first in {"are", "were"}
            noun = words[2:] if plural else [article, *words[2:]]
            return " ".join(["there", words[0], *noun])
        if words[1][0].isupper() or second in DETERMINERS:
            return text
        return " ".join([unknown, *words])
    if asks == "what" and base_of(first) is None:
        return _counted(asks, words, text)
    return " ".join([unknown, *words])


def _counted(asks: str, words: list[str], text: str) -> str:
    """How many, which or what of something: the thing, then what is said of it."""
    at = next((n for n, w in enumerate(words) if n and w.lower() in AUXILIARIES), None)
    if at is None:
        verb = next((n for n, w in enumerate(words) if n and base_of(w.lower())), None)
        if verb is None:
            return text
        return " ".join([*_some(asks, words[:verb]), *words[verb:]])
    thing, rest = words[:at], " ".join(words[at:])
    if thing[0].lower() in TIMES and asks in {"what", "which"}:
        return stated(rest)
    # Behind the thing stands a verb ("… were hurt") or a subject ("… did they arrest").
    if words[at].lower() in DO:
        made = stated(rest)
        return text if made == rest else " ".join([made, *_some(asks, thing)])
    return " ".join([*_some(asks, thing), rest])


def _some(asks: str, thing: list[str]) -> list[str]:
    """Article of a thing that was asked for."""
    if asks in {"how many", "how much"} or thing[0].lower() in DETERMINERS | ADJECTIVES:
        return thing
    head = thing[-1].lower()
    if head.endswith("s") and not head.endswith("ss"):
        return ["some", *thing]
    return ["an" if thing[0][0].lower() in "aeiou" else "a", *thing]


def _object(words: list[str], unknown: str) -> str:
    """What or whom as the object: "what did the mayor say about it"."""
    made = stated(" ".join(words))
    said = made.split()
    for n in range(1, len(said)):
        if base_of(said[n].lower()) and (n + 1 == len(said) or said[n + 1].lower() in PREPOSITIONS):
            return " ".join([*said[: n + 1], unknown, *said[n + 1 :]])
    return made
