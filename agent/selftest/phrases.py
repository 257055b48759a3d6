"""Phrases that change what a sentence says when one stands in for the other."""

SURER = {
    r"\b(?:allegedly|reportedly|supposedly|purportedly|apparently|possibly|probably|perhaps"
    r"|potentially|presumably|seemingly) ": "",
    r"(?<!more )(?<!less )(?<!most )(?<!how )(?<!as )\blikely ": "",
    r"\balleged (?=[a-z])": "",
    r"\b(?:may|might|could) (?=be |have |also )": "will ",
    r"\b(?:may|might|could)\b(?! \d)": "will",
    r"\b(?:is|are) (?:expected|planned|scheduled|set|likely) to\b": "will",
    r"\b(?:was|were) (?:expected|planned|scheduled|set|supposed) to\b": "did",
    r"\b(?:plans|intends|hopes|wants|aims) to\b": "will",
    r"\b(?:planned|intended|hoped|wanted|sought|tried|attempted) to\b": "managed to",
    r"\b(?:suggests?|indicates?) that\b": "proves that",
    r"\b(?:suggested|indicated) that\b": "proved that",
    r"\b(?:is|are) (?:believed|thought|considered) to be\b": "is",
    r"\b(?:was|were) (?:believed|thought|considered) to be\b": "was",
    r"\b(?:appears|seems) to be\b": "is",
    r"\b(?:accused of|suspected of|charged with)\b": "convicted of",
}
"""Pattern of a hedge, and what a writer who drops it puts in its place."""
WIDER = {
    r"\b[Ss]ome(?= (?:of the )?[a-z]+s\b)": "all",
    r"\b(?:many|most|several|numerous|various|a few|few)(?= )": "all",
    r"\b(?:Many|Most|Several|Numerous|Various|A few|Few)(?= )": "All",
    r"\b(?:often|sometimes|usually|generally|frequently|occasionally|typically|mostly)\b": "always",
    r"\b(?:rarely|seldom)\b": "never",
    r"\b(?<!only )one of the\b": "the only one of the",
    r"\b(?:nearly|almost) (?=all|every|half)": "",
    r"\b(?:partly|partially|largely|mainly)\b": "entirely",
    r"\bat least one\b": "every",
}
"""Pattern of a limited quantity or frequency, and the unlimited one."""
CAUSES = {
    r"\b(?:is|are|was|were) (?:associated|linked|correlated) with\b": "caused",
    r"\bcoincided with\b": "was caused by",
    r"\bfollowed by\b": "leading to",
    r", while\b": ", because",
    r"\bwhile\b": "because",
    r"(?<=\w) after (?=\w+ing\b)": " because of ",
    r"(?<=\w) after (?=the |a |his |her |its |their )": " because of ",
    r", and (?=the |he |she |it |they )": ", so ",
}
"""Pattern of two things that merely go together, and one that makes a cause of the first."""
TIMES = (("before", "after"), ("since", "until"), ("earlier", "later"), ("first", "last"))
"""Words for the order of events."""
OPPOSITES = (
    *(("rose", "fell"), ("rises", "falls"), ("increased", "decreased"), ("increase", "decrease")),
    *(("higher", "lower"), ("more", "fewer"), ("more than", "less than")),
    *(("won", "lost"), ("largest", "smallest"), ("highest", "lowest"), ("best", "worst")),
    *(("supported", "opposed"), ("approved", "rejected"), ("allowed", "banned")),
    *(("accepted", "declined"), ("began", "ended"), ("opened", "closed"), ("male", "female")),
    *(("positive", "negative"), ("northern", "southern"), ("eastern", "western")),
    *(("north", "south"), ("east", "west"), ("true", "false"), ("guilty", "innocent")),
    *(("convicted", "acquitted"), ("confirmed", "denied"), ("joined", "left")),
    *(("public", "private"), ("old", "new"), ("oldest", "youngest"), ("success", "failure")),
    *(("majority", "minority"), ("safe", "unsafe"), ("legal", "illegal"), ("above", "below")),
    *(("bought", "sold"), ("arrived", "departed"), ("inside", "outside"), ("early", "late")),
    *(("maximum", "minimum"), ("exceeded", "missed"), ("gained", "lost"), ("strong", "weak")),
)
"""Words that say the contrary of each other."""
BOUNDS = {r"\bover(?= \$?\d)": "under", r"\bunder(?= \$?\d)": "over"}
"""Words that do so before a figure only."""
