"""Words around a claim that are not part of it: "is it true that", "fact check:"."""

import re
from typing import Final

from agent.language.lexicon import any_of, pattern, words


def phrases(*templates: str) -> tuple[re.Pattern[str], ...]:
    """Compile patterns over lists of the lexicon; the lines of each are joined."""
    joined = ("".join(line.strip() for line in t.splitlines()) for t in templates)
    return tuple(pattern(t, re.IGNORECASE) for t in joined)


WHERE: Final = r"(?: (?:{core.prepositions} (?:the |a )?[\w-]+|somewhere|online|recently))*"
SAYS: Final = r"""(?:(?:sa(?:y|ys|id|ying)|claim\w*|tell\w*|told|thinks?|swears?|post\w*)\b
    (?: (?:me|us)\b)?(?: that\b)?|{writing.reporting} that\b)\s*[:,]?\s+"""
TRUE: Final = "(?:true|correct|right|real|a fact|the case|so)"
FALSE: Final = "(?:fake|false|not true|bs|ai|a (?:hoax|myth|lie|joke))"
MEDIA: Final = "(?:{claims.media}|article|story|report|photo|picture|message|headline)s?"
WE: Final = r"(?:i|we)(?:'ve|'d| {core.have}| {claims.adverbs})*"
AUXILIARY: Final = any_of("core.be", "core.have", "core.do", "core.modals")
CHECK: Final = "(?:fact[- ]?check|check|verify|confirm)"
FILLER: Final = "(?:hey|hi|hello|ok(?:ay)?|lol|omg|btw|fyi|tbh|please|apparently|supposedly)"

GREETINGS: Final = phrases(
    rf"""^(?:{FILLER}|so|and|but)(?! (?:far|many|much|long|few|called|what)\b)
    (?: (?:all|guys|folks|everyone|team|there)\b)?(?:\s*[-,:;.!?]+\s*|\s+)""",
    r"^{claims.remarks}(?: this)?\s*[-,:;.!?]+\s*",
)
HEARSAY: Final = phrases(
    rf"""^(?:{WE} )?(?:heard|hearing|read(?:ing)?|saw|seen|found|(?:got|was|been) told)
    (?: [\w'-]+){{0,7}}? (?:that|how|(?:say|claim|stat)ing)(?: that)?\s*[:,]?\s+""",
    rf"""^{WE} (?:heard|(?:got|was|been) told){WHERE}\s*[:,]?\s+(?!(?:about|of|from)\b|the \w+$)""",
    rf"""^(?:(?:my|one of my) (?:[\w'-]+ ){{1,4}}?
    |(?:a|some|this|the) (?:[\w'-]+ )?(?:{MEDIA}|guy|friend|person)\s+
    |(?:they|(?:some|every)(?:one|body)|(?:(?:some|many)\s+)?people|the internet)\s+)
    (?:{{core.prepositions}} (?:the )?[\w-]+ )?
    (?:(?:keeps?|kept|{{core.be}}|{{core.have}}|{{claims.adverbs}}) )*{SAYS}""",
    rf"""^there(?:'s| {{core.be}}) (?:[\w'-]+ ){{0,3}}?{MEDIA}(?: \w+){{0,2}}{WHERE}
    (?: (?:that|which))? (?:{SAYS}|that )""",
    r"""^(?:it(?:'s| is| was) (?:said|claimed|rumou?red) that|(?:it )?turns out
    |(?:the )?(?:rumou?r|word|story)(?: on the street)? (?:is|has it))(?: that)?\s*[:,]?\s+""",
)
THOUGHTS: Final = phrases(
    r"""^(?:i|we) (?:think|believe|thought|know|assume|guess|bet)(?: that)?\s*[:,]?
    \s+(?!so\b|about\b|of\b|it\s*$)""",
    r"^(?:i'm|i am) (?:\w+ )?sure(?: that)?\s+",
    r"^(?:[\w'.-]+ ){1,4}?{core.be} (?:\w+ly )?(?:right|correct)"
    r" (?:that|(?:to|in) say(?:ing)? that)\s+",
)
REQUESTS: Final = phrases(
    rf"""^(?:(?:is|was)(?:n'?t)? (?:it|this|that)|it(?:'s| is))(?: (?:really|actually|even|still))?
    \s+(?:{TRUE}(?: that\b|\s*[:,?-])\s*|true\s+(?!(?:or|for|about|to)\b))""",
    r"""^(?:how true is it|am i right(?: in thinking| to think)?|(?:did|do) you know
    |have you heard|you know)(?: (?:that|how)|\s*[:,])\s+""",
    rf"""^(?:(?:can|could|would|will) {{core.pronouns}} (?:please )?)?(?:{CHECK}|tell (?:me|us))
    (?: (?:that|this|the claim(?: that)?)\b\s*[:,?]?|\s*[:,?])\s+""",
    rf"""^(?:(?:i'[md]|here|just|want|like|to|{AUXILIARY}|{{core.pronouns}}) )*
    (?:wondering|curious|asking|know|tell (?:me|us)|{CHECK}) (?:if|whether)\s+""",
    r"""^(?:is there )?(?:any|some) truth (?:to|in|behind)
    \s+(?:(?:the|this|that|a) )?(?:\w+ that )?""",
)
LEADS: Final = (*GREETINGS, *HEARSAY, *THOUGHTS, *REQUESTS)

BEHIND: Final = r"(?:^|[\s,;:.?!-]*[,;:.?!-]\s*)"
"""A mark that sets the tag off, or the start of the sentence that is nothing else."""
LOOSE: Final = r"[\s,;.?!-]*\b"
OF_ONE_PHRASE: Final = "".join(
    rf"(?<!\b{word})" for word in sorted(words("core.be") | {"far", "human", "the", "a", "not"})
)
"""Words before a "right" that belongs to them ("far right")."""
TAGS: Final = phrases(
    rf"""{LOOSE}(?:or )?(?:is|are|was) (?:this|that|it|these|those|any of this)
    (?: (?:really|actually|even|all|just))?\s+(?:{TRUE}|{FALSE}|for real|not)
    (?: or (?:not|{FALSE}))?\W*$""",
    rf"""{BEHIND}(?:{{claims.remarks}}|{FALSE}(?:,? right)?|is (?:it|this|that)
    |(?:(?:can|does) )?(?:{{core.pronouns}} )?(?:please )?(?:{CHECK}|know)
    (?: (?:this|that|it))?)\W*$""",
    rf"""{LOOSE}(?:(?:just )?(?:curious|wondering|asking(?: for a friend)?)|{FILLER}|for real
    |or (?:what|not)|(?:true|fact|real|yes) or (?:false|fiction|fake|no))\W*$""",
    rf"(?<=[^\W\d]){OF_ONE_PHRASE} (?:right|correct|huh|eh|innit)\s*\?\W*$",
    rf"\s*,\s*{AUXILIARY}(?:n'?t)? (?:{{core.pronouns}}|this|that)(?: not)?\W*$",
    rf"\s+(?:{AUXILIARY}|ca|wo)n't {{core.pronouns}}\W*$",
)

POINTING: Final = pattern(
    rf"(?:(?:(?:how|wh\w+) )?(?:{AUXILIARY}|about) )?(?:this|that|it|these|those)\b"
    r"(?: {core.be}\b)?(?: (?:{claims.adverbs}|really|actually|any|so))?(?: [\w'-]+){0,2}\W*$",
    re.IGNORECASE,
)
"""About words that stand elsewhere: "is this legal?"."""
AROUND: Final = re.compile(r"(?P<mark>[\"'])(?P<inner>.+?)(?P=mark)\s*(?P<stop>[.?!]?)")
REACH: Final = 200
"""Characters from either end in which a frame is looked for."""
EDGES: Final = " \t,;:-"


def strip_framing(text: str) -> str:
    """The words of a claim without what leads to it and trails it; empty where that is all."""
    while True:
        bare = text.strip(EDGES)
        for lead in LEADS:
            if found := lead.match(bare, 0, REACH):
                bare = bare[found.end() :]
        for tag in TAGS:
            if found := tag.search(bare, max(0, len(bare) - REACH)):
                bare = bare[: found.start()]
        bare = _strip_quotes(bare.strip(EDGES))
        if bare == text:
            return bare if any(c.isalnum() for c in bare) else ""
        text = bare


def _strip_quotes(text: str) -> str:
    """Take off a pair of quotation marks around everything."""
    around = AROUND.fullmatch(text)
    if around and around["mark"] not in around["inner"].strip():
        return f"{around['inner'].strip()}{around['stop']}".strip()
    return text
