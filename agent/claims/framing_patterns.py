"""Words around a claim that are not part of it: "is it true that", "fact check:"."""

import re
from typing import Final


def phrases(*patterns: str) -> tuple[re.Pattern[str], ...]:
    """Compile patterns written for reading: lines are joined, a space is any white space."""
    joined = ("".join(line.strip() for line in p.splitlines()) for p in patterns)
    return tuple(re.compile(p.replace(" ", r"\s+"), re.IGNORECASE) for p in joined)


OUTLET: Final = r"""(?:facebook|fb|twitter|x|tiktok|instagram|insta|ig|reddit|youtube|whatsapp
    |telegram|linkedin|threads|bluesky|snapchat|discord|slack|tv|the news|the radio|the internet
    |the web|social media|a podcast|a group chat|a forum|here)"""
WHERE: Final = rf"""(?: (?:(?:on|in|from|over at|via) {OUTLET}
    |somewhere|online|recently|once|today|lately))*"""
POST: Final = r"""(?:post|tweet|video|clip|tiktok|reel|meme|article|headline|story|thread|message
    |screenshot|rumou?r|claim|comment|email|text|chain letter|photo|picture|podcast|report)s?"""
KIN: Final = r"""(?:uncle|aunt|mom|mum|mother|dad|father|parent|brother|sister|cousin|friend
    |neighbou?r|boss|co-?worker|colleague|roommate|flatmate|teacher|barber|hairdresser|grandma
    |grandpa|grandmother|grandfather|nan|husband|wife|boyfriend|girlfriend|partner|son|daughter|kid
    |nephew|niece|in-law|mother-in-law|father-in-law|buddy|mate|pal|dentist|trainer|landlord|guy
    |dude|group chat|family|relative)s?"""
SAID: Final = r"""(?:say|says|said|saying|claim|claims|claimed|claiming|swear|swears|swore|insist
    |insists|insisted|insisting|tell|tells|told|telling|think|thinks|believe|believes|post|posts
    |posted|posting|share|shares|shared|sharing|sent|reckons?|argues?)\b"""
THAT: Final = r"(?:\s*[:,]\s*| (?:me|us|everyone|everybody|you)\b)*(?: (?:that|how))?\s*[:,]?\s+"
TRUE: Final = r"(?:true|correct|right|accurate|real|legit|a fact|the case|factual|so)"
I_HAVE: Final = r"""(?:i|we)(?:'ve|'d| have| had| just| also| once| recently| keep| kept)*\s+"""
A: Final = r"(?:a|an|this|the|some|another|these|several|lots of)"

GREETINGS: Final = phrases(
    r"""^(?:hey|hi|hello|hiya|yo|um+|uh+|er+m*|hmm+|lol|lmao|omg|wow|psst|ugh|damn|ok(?:ay)?|btw|fyi
    |honestly|seriously|apparently|supposedly|anyways?|also|plus|please|pls|plz)
    (?: (?:all|guys|folks|everyone|team|there|y'all))?(?:\s*[-,:;.!?]+\s*|\s+)""",
    r"^so(?! (?:far|many|much|long|few|called|what)\b)(?:\s*[-,:;.]+\s*|\s+)",
    r"^(?:and|but)\s+",
    r"""^(?:yes|no|nope|yep|yeah|wait|look|listen|well|see|guys|folks|everyone|team|all|basically
    |damn|watch|update|thread|just in|breaking(?: news)?|fwd?|re|question|q|claim|rumou?r|headline
    |statement|(?:serious|quick|genuine|honest|dumb|stupid|random) question
    |not sure if (?:this|it)(?:'s| is) (?:true|real) but
    |correct me if i'?m wrong(?:,? but)?|true or false|fact or (?:fiction|fake|myth)|real or fake
    |fact[- ]?check(?: this)?|verify(?: this)?|check(?: this)?
    |(?:just )?(?:curious|wondering|asking))\s*[-,:;.!?]+\s*""",
)
HEARSAY: Final = phrases(
    rf"""^{I_HAVE}(?:heard|hear|hearing|read|reading|was told|were told|been told|got told|am told
    |learned|been hearing|been reading|seen|saw|see)(?: (?:from )?(?:my|a|some) {KIN})?
    {WHERE}\s*[:,]? (?:that|how)\s+""",
    rf"""^{I_HAVE}(?:heard|hearing|was told|were told|been told|got told)
    (?: from (?:my|a|some) {KIN})?{WHERE}\s*[:,]?\s+(?!about\b|of\b|from\b|the \w+$)""",
    rf"^(?:i|we) read{WHERE}\s*[:,]\s+",
    rf"""^(?:{I_HAVE})?(?:just )?(?:saw|seen|seeing|see|read|reading|found|got|received|watched
    |came across) (?:{A} )?(?:[\w'-]+ ){{0,2}}?{POST}{WHERE}(?: (?:that|which|going around|by \w+))*
    \s*(?:{SAID}|stating|suggesting|[:,])\s*(?:that )?[:,]?\s*""",
    rf"""^(?:(?:my|our|some|this|one of my) (?:[\w'-]+ ){{0,3}}?{KIN}(?: (?:from|at
    |in) (?:the )?\w+)?
    |someone|somebody|(?:(?:some|many|lots of|a lot of|so many) )?people|everyone|everybody
    |they|folks
    |the internet|twitter|tiktok|facebook|reddit|social media
    |(?:a|some|this|the) (?:[\w'-]+ )?{POST}){WHERE}
    (?: (?:keeps?|kept|is|are|was|were|always|still|just|has|have|been|also
    |now))* {SAID}{WHERE}{THAT}""",
    r"""^(?:the )?(?:rumou?r|word|story|claim)(?: (?:on the street|going around|is going around))?
    \s+(?:is|has it|goes)(?: that)?\s*[:,]?\s+""",
    rf"""^there(?:'s| is| are| was) (?:(?:a|an|this|some|the) )?(?:[\w'-]+ ){{0,2}}?{POST}
    (?: (?:going around|circulating|floating around|out there))?{WHERE}
    \s+(?:(?:that|which) )?(?:{SAID}|that)(?: that)?\s*[:,]?\s+""",
    r"^it(?:'s| is| has been|'s been| was) (?:being |often )?(?:said|claimed|rumou?red) that\s+",
    r"^rumou?r has it(?: that)?\s*[:,]?\s+",
    r"^(?:it )?turns out(?: that)?\s*[:,]?\s+",
)
THOUGHTS: Final = phrases(
    r"""^(?:i|we) (?:think|believe|thought|assume|guess|suspect|bet|figure|reckon|know|swear
    |feel like|am (?:pretty |quite )?sure|was under the impression)(?: that)?\s*[:,]?\s+
    (?!so\b|about\b|of\b|it\s*$)""",
    r"^i'm (?:pretty |quite |fairly )?sure(?: that)?\s+",
    r"^it(?:'s| is) (?:definitely |absolutely )?(?:true|a fact) that\s+",
    r"""^(?:[\w'.-]+ ){1,4}?(?:is|was|are|were) (?:absolutely |totally |quite )?(?:right|correct)
    (?: (?:that|to say that|in saying that)|,? when (?:he|she|they) sa(?:ys?|id)(?: that)?)\s+""",
)
REQUESTS: Final = phrases(
    rf"""^(?:is|was|isn't|wasn't|isnt|aren't) (?:it|this|that)
    \s+(?:really |actually |even |indeed |still )?(?:{TRUE}(?= that\b)|true|correct|a fact|the case)
    (?: or (?:false|fake|not|a (?:myth|hoax)))?(?:\s*[:,?-]\s*| that |\s+)
    (?!or\b|for\b|about\b|to\b)""",
    r"""^(?:how true is it|am i (?:right|correct|wrong)(?: (?:in thinking|to think|in saying))?
    |did you know|do you know|have you heard|remember|you know|is it known|is it just me or)
    \s+(?:that|how)\s+""",
    r"^(?:did you know|have you heard)\s*[:,]?\s+",
    r"""^(?:can|could|would|will) (?:you|u|someone|anyone|anybody|somebody|we)
    (?: (?:please|pls|plz|guys))? (?:fact[- ]?check|check|verify|confirm|tell me|tell us|find out
    |look into|look up|let me know|clarify|say)(?: (?:for me|me|us))?
    (?: (?:if|whether|that|this|the claim(?: that)?))?\s*[:,?]?\s+""",
    r"^(?:does|do) (?:anyone|anybody|someone|you|you guys|we)(?: here)? know (?:if|whether)\s+",
    r"""^(?:(?:i'm|i am|i was|we were|just|was) )*(?:wondering|curious|asking|unsure|not sure)
    \s+(?:if|whether)\s+""",
    r"""^(?:i|we)(?:'d| would)? (?:want|wanted|need|like) to (?:know|check|verify|confirm|ask
    |find out)
    \s+(?:if|whether|that)\s+""",
    r"""^(?:is there )?(?:any|some) truth (?:to|in|behind) (?:(?:the|this|that|a) )?
    (?:(?:claim|rumou?r|idea|story|report|post|notion)s? )?(?:that )?""",
    r"""^(?:(?:please|pls|kindly) )?(?:fact[- ]?check|verify|confirm|check)
    \s+(?:if|whether|that|this|the claim that)\b\s*[:,]?\s*""",
    r"^(?:whether|if)\s+(?=.*\bor not\W*$)",
)
LEADS: Final = (*GREETINGS, *HEARSAY, *THOUGHTS, *REQUESTS)

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

POINTING: Final = re.compile(
    r"(?:(?:is|are|was|were|can|could|does|did|do|how is|how can|what about|why is)\s+)?"
    r"(?:this|that|it|these|those)(?:\s+(?:is|are|was|were|be))?"
    r"(?:\s+(?:even|really|actually|still|any|so|anything))?(?:\s+[\w'-]+){0,2}\W*$",
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
        bare = _unquoted(bare.strip(EDGES))
        if bare == text:
            return bare if any(c.isalnum() for c in bare) else ""
        text = bare


def _unquoted(text: str) -> str:
    """Take off a pair of quotation marks around everything."""
    around = AROUND.fullmatch(text)
    if around and around["mark"] not in around["inner"].strip():
        return f"{around['inner'].strip()}{around['stop']}".strip()
    return text
