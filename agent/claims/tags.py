"""What trails a claim: "right?", tag questions, asides."""

from typing import Final

from agent.claims.leads import TRUE, phrases

BEHIND: Final = r"(?:^|[\s,;:.?!-]*[,;:.?!-]\s*)"
"""A mark that sets the tag off, or the start of the sentence that is nothing else."""
LOOSE: Final = r"[\s,;.?!-]*\b"
OF_ONE_PHRASE: Final = "".join(
    rf"(?<!\b{word})"
    for word in """far alt the a are is was were not all human civil turn turned extreme hard be
    legal""".split()  # noqa: SIM905  (a word list reads better as prose)
)
"""Words before a "right" that belongs to them ("far right")."""
TAGS: Final = phrases(
    rf"""{BEHIND}(?:right|correct|true|yes|no|yeah|huh|eh|innit|ok(?:ay)?|or|period|full stop
    |end of story|facts?|that'?s a fact|sources?|any sources?|proof|help|please|pls|share this
    |pass it on|spread the word|wake up(?: people| sheeple)?|look it up|google it
    |do your(?: own)? research|believe me|trust me|you know|of course|obviously|duh|thoughts
    |any thoughts|i think|i guess|i heard|i read|they say|so they say|apparently|supposedly|really
    |seriously|(?:fake|satire|a hoax|bs|fishy|sus),?\s?(?:right)?
    |what do you (?:all |guys )?think|is (?:it|this|that)
    |can (?:you|someone|anyone) (?:please )?(?:confirm|check|verify|fact[- ]?check)(?: this
    | that| it)?
    |(?:please )?fact[- ]?check(?: this| it)?|does anyone know|anyone know
    |thanks(?: in advance| a lot)?|thank you|thx|ty|cheers)\W*$""",
    rf"""{LOOSE}(?:asking for a friend|just (?:curious|wondering|asking)|lol|lmao|rofl|smh|wtf
    |ngl|tbh
    |idk|fr fr|or (?:what|not|nah)|y/n|t/f|(?:is (?:it|this|that) )?true or (?:false|not|fake)
    |fact or (?:fiction|fake|myth)|real or (?:fake|not)|yes or no|right or wrong|no cap|for real)
    \W*$""",
    rf"""{LOOSE}or (?:is|was) (?:this|that|it) (?:just |all )?(?:fake|false
    |a (?:hoax|myth|lie|rumou?r|joke)|bs|made up|not true|not|misinformation|propaganda|satire|ai)
    \W*$""",
    rf"(?<=[^\W\d]){OF_ONE_PHRASE} (?:right|correct|huh|eh|innit)\s*\?\W*$",
    r"""\s*,\s*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)(?:n'?t)?
    \s+(?:it|they|he|she|we|you|there|this|that|i)(?: not)?\W*$""",
    r"""\s+(?:is|are|was|were|do|does|did|has|have|had|ca|could|wo|would|should)n'?t
    \s+(?:it|they|he|she|we|you|there)\W*$""",
    rf"""{LOOSE}(?:is|are|was) (?:this|that|it|these|those|any of this|all this)
    \s+(?:really |actually |even |all )?(?:{TRUE}|fake|false|for real|a hoax|a lie|ai|bs)\W*$""",
)
