"""Words that deny, leave open, report, sweep or date: what polarity is read from."""

import re
from typing import Final

from agent.language.text import stem

CUE: Final = re.compile(
    r"not|no|never|none|neither|nor|cannot|without|nothing|nobody|hardly|fail(?:s|ed|ing)?|unable"
    r"|refus(?:e|es|ed|ing)|reject(?:s|ed|ing)?|unlikely|impossible|lack(?:s|ed)?"
    r"|\w+n't"
)
"""Words that turn what follows into its opposite."""
HARMLESS: Final = frozenset({"only", "just", "merely", "necessarily", "least", "less", "fewer"})
"""Behind "not" and "no" these deny nothing."""
NOBODY: Final = frozenset({"no", "none", "neither", "nothing", "nobody"})
"""These deny a verb at any distance: "no report of ... has been verified"."""
DENIAL: Final = re.compile(
    r"(?<!that )(?<!which )\b(?:is|are|was|were|as|rated|called?|calls|be|been) (?:[\w-]+ ){0,3}?"
    r"(?:fake|false|hoax(?:es)?|untrue|(?<!no )myth|misleading|wrong|incorrect|fabricated|debunked"
    r"|disproved|refuted|impossible|baseless|unfounded|dishonest)\b"
    r"|\b(?:is|are|was|were) not (?:real|true|genuine|accurate|correct)\b"
    r"|\b(?:false|untrue|baseless|unfounded|debunked)"
    r" (?:claim|rumou?r|story|idea|theory|belief)s? that\b",
    re.IGNORECASE,
)
"""Said of the claim, not beside it: "is fake", but not "a fake video"."""
TOLD: Final = re.compile(
    r"\b(?:claims? (?:that|an?|the|it|he|she|they)|(?:article|story|message|site) claims?"
    r"|claim(?:ed|ing)|claims?(?=:)|alleg\w+|rumou?r\w*|posts?|posted|supposed\w*|idea|conspirac\w+"
    r"|theor(?:y|ies)|myths?|legends?|sayings?|popular|(?:often|widely) (?:said|called|believed)"
    r"|clips?|videos?|footage|circulat\w+|whether|question|propos\w+|suggest\w*|hoax\w*|peddl\w+"
    r"|misrepresent\w*|purport\w*|insinuat\w*|headlines?|went viral|passed off|fake news"
    r"|(?:mis|dis)information)\b",
    re.IGNORECASE,
)
"""Somebody says so, and perhaps it is the claim itself: anywhere in the sentence."""
OPEN: Final = re.compile(
    r"may|might|could|possibl[ey]|perhaps|if|would|should|plan(?:s|ned)?|expect\w*|want(?:s|ed)?"
    r"|pledg\w+|vow(?:s|ed|ing)?|promis\w+|intend\w*|intention|propos\w+|hop(?:e|es|ed|ing)"
    r"|urg(?:e|es|ed|ing)|demand(?:s|ed|ing)?|consider(?:s|ing)?|seek(?:s|ing)?|sought|vote"
    r"|threat\w*|course|likely|due|den(?:y|ies|ied|ying)|examin\w*|assess\w*|look(?:s|ed)?"
    r"|search\w*|potential|alleged(?:ly)?|fear\w*|uncertain\w*|unclear"
)
"""What leaves open whether it is so: before the head."""
MENTION: Final = re.compile(
    r"\b(?P<noun>claims?|statements?|sentences?|phrases?|headings?|slogans?|wording|assertions?|notion)\b"
    r"(?: that\b[^,;:]*|:? ?[\"“][^\"”]*[\"”])",
    re.IGNORECASE,
)
"""A statement that is spoken of, not made: "statements that … were removed"."""
HEDGE: Final = frozenset(
    "possible possibly probable probably suspected".split()  # noqa: SIM905
)
"""Before the head these say that it may be so."""
BARRED: Final = frozenset({"may", "must", "shall", "should"})
"""Before "not" these forbid, or leave open: what is forbidden may still happen."""
ALLOWED: Final = re.compile(
    r"\b(?:may|must|shall|should|can|allow\w*|permit\w*|legal\w*|illegal\w*|forb\w+|bann?\w*|laws?"
    r"|rules?|polic(?:y|ies))\b",
    re.IGNORECASE,
)
"""Of a claim about what is allowed."""
HALF: Final = re.compile(
    r"\b(?:correct|correctly|right|rightly|accurate|accurately|true|real)\b.*\b(?:but|although|though)"
    r"\b.*\b(?:whole story|full story|context|mislead\w*|incomplete|exaggerat\w*|one-sided)\b"
    r"|\b(?:half|partly|partially|mostly) (?:true|false|correct|right|wrong)\b",
    re.IGNORECASE,
)
"""A checker's ruling that there is something in it, and something wrong with it."""
SINCE: Final = re.compile(
    r"\b(?:first|last|only|most|least|best|worst|\w{3,}est)\b[^;:]*\bsince\b", re.IGNORECASE
)
"""The most of something, but only since then: "the first since 1981" is not the first."""
WEAKER: Final = {"cause": frozenset({"link", "risk"})}
"""Where the second is denied the first is too: what is not linked does not cause."""
SPEAKER: Final = re.compile(
    r"\b(?P<name>(?:[A-Z][a-zà-ÿ'’-]+ ){1,3})(?:also |then |later )?"
    r"(?:said|says|told|claimed|claims|argued|argues|insisted|stated)\b"
    r"(?:[^,;:]{0,60}?\bthat (?P<what>.+))?"
)
"""One person's word, unless the name is the source's own; `what` the person says."""
SILENCE: Final = re.compile(
    r"\b(?:do(?:es)?|did) not (?:itself )?"
    r"(?:say|state|mention|describe|name|give|address|report|claim|show|deal|instruct|test|discuss)\b"
    r"|\bnot (?:named|given|stated|clear|known)\b"
    r"|\b(?:no|not (?:even )?(?:a|one))\b[^,;.]{0,60}"
    r"\bha(?:s|ve|d) (?:reported|said|stated|written) that\b",
    re.IGNORECASE,
)
"""What a source does not speak about says nothing against the claim."""
PARTS: Final = re.compile(
    r"[;:—–]| - |,? (?:but|while|although|though|whereas|during which|after which) "
    r"|, (?:and|which|who|when|where) "
)
"""Where one statement of a sentence ends and another begins."""
MONTHS: Final = frozenset(
    """january february march april june july august september october november december jan feb mar
    apr jun jul aug sep sept oct nov dec""".split()  # noqa: SIM905
)
YEAR: Final = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
DECADE: Final = re.compile(r"\b((?:1[5-9]|20)\d)0s\b")
ASPECT: Final = frozenset({"begin", "continue", "finally", "ever", "still", "longer"})
"""Ideas that stand before what is said ("have begun arresting")."""
LIGHT: Final = frozenset(
    stem(word)
    for word in """put leave left make made take took taken give gave given impose face hold held
    carry suffer receive pay issue file""".split()  # noqa: SIM905
)
"""Verbs that say little by themselves: what is said stands behind ("put a ban on")."""
UNITS: Final = frozenset(
    stem(word)
    for word in """hundred thousand million billion trillion percent dollar euro pound""".split()  # noqa: SIM905
)
ALL: Final = frozenset({"every"})
WEAK: Final = frozenset(
    stem(word)
    for word in """ever finally guy man woman behind thing people someone somebody anyone number
    figure case way lot own still longer between really actual continue street week today yesterday
    go youd like stop early late mid sum""".split()  # noqa: SIM905  (a word list reads better as prose)
)
"""Ideas of a question that no source needs to repeat."""
MUTUAL: Final = frozenset(
    {"link", "agree", "disagree", "clash", "spread", "rise", "fall", "slow", "stop", "continue"}
)
"""These say the same either way round, or of whatever stands before them."""
MANY: Final = {"dozen": 24, "hundred": 200, "thousand": 2000}
"""Plural words for a number, and the least number that they stand for."""
BE: Final = re.compile(r"is|are|was|were|has|have|had|did|does|do|will|can|could|be|been")
NOTHING: Final = re.compile(
    r"\bno (?:[\w-]+ )?(?:evidence|proof|basis) (?:that|of|for)\b"
    r"|\bno (?:[\w-]+ )?(?:link|association|connection) (?:between|with|to)\b"
    r"|\bno (?:report|case|record|instance)s?\b.*\b(?:verified|confirmed|documented)\b"
    r"|\brated (?:the|this|that) claim\b.*\b(?:fake|false|wrong|misleading)\b",
    re.IGNORECASE,
)
"""There is nothing behind it."""
DOUBT: Final = re.compile(r"\b(?:deep)?fakes?\b|\bhoax|\bfalse|\bmyth|\bdebunk", re.IGNORECASE)
"""A claim that speaks of fakes itself is not denied by a sentence that does."""
NEGATION: Final = re.compile(
    r"\b(?:not|no|never|none|neither|nor|cannot|[a-z]+n't|without|stopp?(?:s|ed)?)\b", re.IGNORECASE
)
DENIED: Final = re.compile(
    r"\b(?:claims?|statements?|allegations?|idea|stor(?:y|ies)|rumou?rs?|belief|saying|clips?|videos?|footage|reports?"
    r"|cases?|links?|evidence|association|connection|proof|basis)\b"
    r" (?:in which|that|of|between|for|with|to) (?P<what>[^.;]+)",
    re.IGNORECASE,
)
"""What a denial is about: the words behind "the claim that" or "no link between"."""
CHANGE: Final = frozenset({"rise", "fall"})
"""Ideas beside which a figure tells by how much, not how many."""
PERCENT: Final = re.compile(r"%|\bper ?cent\b", re.IGNORECASE)
"""A share, which no number without it can gainsay."""
FIGURES: Final = frozenset({"numbers", "percentages", "money"})
FIGURE: Final = re.compile(
    r"\d|\b(?:hundred|thousand|million|billion|percent|per|cent|dollar|euro|pound|one|two|three|four"
    r"|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|half|dozen)\b"
)
"""Words of a figure."""
