"""What leads to a claim: greetings, hearsay, requests to check it."""

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
