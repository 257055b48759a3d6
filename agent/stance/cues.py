"""Words that deny, leave open, report, sweep or date: what polarity is read from."""

import re
from typing import Final

from agent.language.lexicon import pattern, word_list, words
from agent.language.text import lemma

CUE: Final = pattern(
    r"{core.negation}|{stance.refusal}|reject(?:s|ed|ing)?|unlikely|impossible|\w+n't"
)
"""Words that turn what follows into its opposite."""
HARMLESS: Final = frozenset(["only", "just", "merely", "necessarily", "least", "less", "fewer"])
"""Behind "not" and "no" these deny nothing."""
NOBODY: Final = frozenset({"no", "none", "neither", "nothing", "nobody"})
"""These deny a verb at any distance: "no report of ... has been verified"."""
DENIAL: Final = pattern(
    r"(?<!that )(?<!which )\b(?:{core.be}|as|rated|called?|calls) (?:[\w-]+ ){0,3}?"
    r"{reporting.falsehood}\b"
    r"|\b{core.be} not (?:true|real|genuine|accurate|correct|right)\b"
    r"|\b{reporting.falsehood} {reporting.statements} that\b",
    re.IGNORECASE,
)
"""Said of the claim, not beside it: "is fake", but not "a fake video"."""
TOLD: Final = pattern(r"\b{reporting.hearsay}\b", re.IGNORECASE)
"""Somebody says so, and perhaps it is the claim itself: anywhere in the sentence."""
OPEN: Final = pattern(
    r"(?!(?:can|will|estimat\w+)$)(?:{checks.possibility}|{checks.plan}|{checks.allegation}|vote|course"
    r"|due|(?:hop(?:e|ing)|den[iy]|examin|assess|look|search|fear|expect|uncertain)\w*)"
)
"""What leaves open whether it is so: before the head."""
MENTION: Final = pattern(
    r"\b(?P<noun>{reporting.statements}|sentences?|phrases?|headings?|slogans?|wording)\b"
    r"(?: that\b[^,;:]*|:? ?[\"“][^\"”]*[\"”])",
    re.IGNORECASE,
)
"""A statement that is spoken of, not made: "statements that … were removed"."""
HEDGE: Final = frozenset({"possible", "possibly", "probable", "probably", "suspected"})
"""Before the head these say that it may be so."""
BARRED: Final = frozenset({"may", "must", "shall", "should"})
"""Before "not" these forbid, or leave open: what is forbidden may still happen."""
ALLOWED: Final = pattern(
    r"\b(?:may|must|shall|should|can|(?:allow|permit|legal|illegal|forb|bann?|law|rule)\w*|polic(?:y|ies))\b",
    re.IGNORECASE,
)
"""Of a claim about what is allowed."""
HALF: Final = pattern(
    r"\b(?:true|real|genuine|accurate|correct|right)(?:ly)?\b.*\b(?:but|although|though)"
    r"\b.*\b(?:whole story|full story|context|mislead\w*|incomplete|exaggerat\w*|one-sided)\b"
    r"|\b(?:half|partly|partially|mostly) (?:true|correct|right|{reporting.falsehood})\b",
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
    r"(?:said|says|told|claim(?:ed|s)|argue[sd]|insisted|stated)\b"
    r"(?:[^,;:]{0,60}?\bthat (?P<what>.+))?"
)
"""One person's word, unless the name is the source's own; `what` the person says."""
SILENCE: Final = pattern(
    r"\b(?:do(?:es)?|did) not (?:itself )?{reporting.telling}\b"
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
    month for m in word_list("core.months").words if m != "may" for month in (m, m[:3])
) | {"sept"}
YEAR: Final = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
DECADE: Final = re.compile(r"\b((?:1[5-9]|20)\d)0s\b")
ASPECT: Final = frozenset({"begin", "continue", "ever", "still", "longer"})
"""Ideas that stand before what is said ("have begun arresting")."""
LIGHT: Final = frozenset(map(lemma, words("stance.light")))
"""Verbs that say little by themselves: what is said stands behind ("put a ban on")."""
WEAK: Final = frozenset(map(lemma, words("stance.weak")))
"""Ideas of a question that no source needs to repeat."""
UNITS: Final = frozenset(
    map(lemma, words("core.magnitudes") | {"percent", "dollar", "euro", "pound"})
)
ALL: Final = frozenset({"every"})
MUTUAL: Final = words("stance.mutual")
"""These say the same either way round, or of whatever stands before them."""
MANY: Final = {"dozen": 24, "hundred": 200, "thousand": 2000}
"""Plural words for a number, and the least number that they stand for."""
BE: Final = pattern(r"{core.be}|{core.have}|{core.do}|{core.modals}")
NOTHING: Final = pattern(
    r"\bno (?:[\w-]+ )?(?:evidence|proof|basis) (?:that|of|for)\b"
    r"|\bno (?:[\w-]+ )?(?:link|association|connection) (?:between|with|to)\b"
    r"|\bno (?:report|case|record|instance)s?\b.*\b(?:verified|confirmed|documented)\b"
    r"|\brated (?:the|this|that) claim\b.*\b{reporting.falsehood}\b",
    re.IGNORECASE,
)
"""There is nothing behind it."""
DOUBT: Final = re.compile(r"\b(?:deep)?fakes?\b|\bhoax|\bfalse|\bmyth|\bdebunk", re.IGNORECASE)
"""A claim that speaks of fakes itself is not denied by a sentence that does."""
NEGATION: Final = pattern(r"\b(?:{core.negation}|[a-z]+n't|stopp?(?:s|ed)?)\b", re.IGNORECASE)
DENIED: Final = pattern(
    r"\b(?:{reporting.statements}|reports?|clips?|videos?|footage"
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
FIGURE: Final = pattern(
    r"\d|\b(?:{core.number_words}|{core.magnitudes}|percent|dollar|euro|pound|half|dozen)\b"
)
"""Words of a figure."""
