"""The BM25 leg: what a person typed, as a full-text query that cannot be malformed."""

import re

TITLE_WEIGHT = 2.0
"""A word in the title counts as much as two in the text (BM25 column weight)."""
MAX_TERMS = 64
"""More words than this in a query add time and no meaning."""
STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """a about above after again against all am an and any are as at be because been before
        being below between both but by can could did do does doing down during each few for
        from further had has have having he her here hers him his how i if in into is it its
        itself just may me might more most must my no nor not now of off on once only or other
        our out over own same shall she should so some such than that the their them then there
        these they this those through to too true under until up very was we were what when
        where which while who whom why will with would you your""",
    )
)
_WORD = re.compile(r"\w+")
_DOTTED = re.compile(r"\b(?:\w\.){2,}")


def expression(query: str) -> str | None:
    """Full-text expression matching any word of `query`; None where it has no word.

    Every term is a quoted string, so no character is an operator. Stop words are dropped unless
    there is nothing else; "I.C.E." is looked for as `ICE` too.
    """
    acronyms = [dotted.replace(".", "") for dotted in _DOTTED.findall(query)]
    words = [word.lower() for word in _WORD.findall(_DOTTED.sub(" ", query))]
    spelled = [" ".join(acronym) for acronym in acronyms]
    told = [word for word in words if word not in STOP_WORDS] + acronyms + spelled
    terms = list(dict.fromkeys(term.lower() for term in told or words))[:MAX_TERMS]
    return " OR ".join(f'"{term}"' for term in terms) or None
