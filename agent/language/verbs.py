"""English verbs as far as reading a question needs them: which words can be one, and their forms.

A verb that is not listed is inflected by rule; the lists only help to find it among other words.
"""

import re
from typing import Final

PAST: Final = {
    "arise": "arose", "awake": "awoke", "beat": "beat", "become": "became", "begin": "began",
    "bet": "bet", "bite": "bit", "bleed": "bled", "blow": "blew", "break": "broke",
    "bring": "brought", "build": "built", "burst": "burst", "buy": "bought", "catch": "caught",
    "choose": "chose", "come": "came", "cost": "cost", "cut": "cut", "deal": "dealt", "dig": "dug",
    "do": "did", "draw": "drew", "drink": "drank", "drive": "drove", "eat": "ate", "fall": "fell",
    "feed": "fed", "feel": "felt", "fight": "fought", "find": "found", "flee": "fled",
    "fly": "flew", "forbid": "forbade", "forget": "forgot", "forgive": "forgave",
    "freeze": "froze", "get": "got", "give": "gave", "go": "went", "grow": "grew", "hang": "hung",
    "have": "had", "hear": "heard", "hide": "hid", "hit": "hit", "hold": "held", "hurt": "hurt",
    "keep": "kept", "know": "knew", "lay": "laid", "lead": "led", "leave": "left", "lend": "lent",
    "let": "let", "lose": "lost", "make": "made", "mean": "meant", "meet": "met", "pay": "paid",
    "put": "put", "quit": "quit", "read": "read", "ride": "rode", "ring": "rang", "rise": "rose",
    "run": "ran", "say": "said", "see": "saw", "seek": "sought", "sell": "sold", "send": "sent",
    "set": "set", "shake": "shook", "shoot": "shot", "show": "showed", "shrink": "shrank",
    "shut": "shut", "sing": "sang", "sink": "sank", "sit": "sat", "sleep": "slept",
    "speak": "spoke", "spend": "spent", "spread": "spread", "stand": "stood", "steal": "stole",
    "stick": "stuck", "strike": "struck", "swear": "swore", "swim": "swam", "take": "took",
    "teach": "taught", "tear": "tore", "tell": "told", "think": "thought", "throw": "threw",
    "undergo": "underwent", "understand": "understood", "wake": "woke", "wear": "wore",
    "win": "won", "withdraw": "withdrew", "write": "wrote",
}  # fmt: skip
"""Base form and past where the past is not regular."""
REGULAR: Final = frozenset(
    """abandon abolish abstain abuse accept accuse achieve acquire acquit adapt add address adjust
    admit adopt advance advise affect age aim air allege allow alter amend announce answer appeal
    appear apply appoint approve argue arm arrange arrest arrive ask assassinate assault assess
    assign assist assume attack attempt attend attract authorize avoid back ban bar base battle
    behave belong benefit betray blame block bomb boost borrow boycott brand breach breathe bribe
    broadcast burn bury call campaign cancel capture care carry cast cause celebrate censor change
    charge chase cheat check claim clean clear climb close collapse collect combat comment commit
    compare compete complain complete comply concede concern conclude condemn conduct confess
    confirm confiscate conflict confuse connect consider consist contact contain contaminate
    continue contract contradict contribute control convert convict convince cooperate cope
    correct count cover crash create criticize cross crush cure damage date debate decide declare
    decline decrease defeat defend defund delay delete deliver demand deny depart depend deploy
    deport derail describe deserve destroy detain detect determine detonate develop die differ
    direct disappear disclose discover discriminate discuss dismantle dismiss displace disprove
    dispute dissolve distribute disturb divert divide dodge dominate donate double doubt downplay
    draft drag drop drown dump earn edit elect eliminate emerge emit employ enable encourage end
    endorse enforce engage enjoy ensure enter equal erase erupt escape establish estimate evacuate
    evade evolve examine exceed exclude execute exempt exist expand expect experience expire
    explain explode exploit export expose express extend face fade fail fake fall faint favor fear
    feature file fill finance fine finish fire fix flood flow follow force forecast form found
    free fuel fulfill fund gain gather generate grant groom grant guarantee guard guide halt
    handle happen harass harm hate help hire honor host house hunt identify ignore illegalize
    impact impeach imply import impose imprison improve include increase indict infect inflate
    influence inform inherit injure inject injure install insult insure intend interfere
    introduce invade invent invest investigate invite involve issue jail join jump justify kick
    kidnap kill kiss knock lack land last laugh launch leak learn legalize level lie lift like limit
    link list listen live load lobby lock look loot love lower maintain manage mandate march mark
    marry match matter measure melt mention merge migrate mislead miss mix monitor mount move
    murder name nationalize need negotiate nominate notice obtain occupy occur offer open operate
    oppose order organize oust outlaw outnumber outperform overhaul overstate overturn owe own
    pardon park participate pass pause perform permit persuade pick place plan plant play plead
    pledge plot point poison pollute pose possess post postpone pour predict prefer prepare
    present press pressure prevent print privatize probe proceed process produce profit prohibit
    promise promote propose prosecute protect protest prove provide publish pull pump punish
    purchase push qualify quadruple question raid raise rank rape rate reach react realize receive
    recall recognize recommend record recover recruit recycle reduce refer reflect refund refuse
    regain register regret regulate reinstate reject relate relax release rely remain remember
    remove rename renew rent repair repay repeal repeat replace reply report represent require
    rescue research resign resist resolve respond restore restrict result resume retain retire
    retract return reveal reverse review revise revive revoke ridicule rig rob rock roll ruin rule
    rush sabotage sack sail sanction save scam scan scare schedule score scrap search secure seem
    seize separate serve settle sever shape share shield ship shock shorten sign signal silence
    silence skip slash slow smell smoke smuggle solve sound spark spray spike split sponsor spot
    spy stab stage stalk start starve state stay stem sterilize stop store strengthen strip struggle
    study stunt submit subsidize succeed sue suffer suggest supply support suppress surge
    surpass surrender surround survive suspect suspend sustain switch talk target taste tax
    terminate test testify thank threaten top torture total touch track trade train transfer
    transform transmit travel treat trick trigger triple trust try turn undermine unite unveil
    update uphold urge use vaccinate vanish veto view violate visit vote vow wait walk want warm
    warn warrant wash waste watch weaken weigh welcome whip wipe wiretap withhold witness work
    worry worsen wound yield""".split()  # noqa: SIM905  (a word list reads better as prose)
)
DOUBLED: Final = frozenset(
    """abet acquit admit ban bar commit compel control cram defer drag drop emit equip expel fit
    flag incur jam occur omit permit plan plot prefer rebel refer regret rig rob scam scan scrap
    ship skip slam slap slip spam spot stab step stop strip submit swap tap top transfer transmit
    trap trim unplug wrap""".split()  # noqa: SIM905
)
IRREGULAR_PARTICIPLES: Final = frozenset(
    """been begun bitten born blown broken brought built bought caught chosen come cut dealt done
    drawn driven drunk eaten fallen fed felt fled forbidden forgotten forgiven found frozen given
    gone gotten grown had heard held hidden hit hung hurt kept known laid led left lent lost
    made meant
    met overthrown overturned paid put quit read ridden risen run said seen sent set shaken shot
    shown shrunk shut sold spent split spoken spread stolen struck stuck sued sunk sworn taken
    taught thought thrown told torn understood undergone woken won worn withdrawn withheld
    written""".split()  # noqa: SIM905
)
NOT_PARTICIPLES: Final = frozenset(
    """bed breed embed exceed feed greed hundred indeed med naked need proceed red reed sacred seed
    shed sled speed succeed weed wicked""".split()  # noqa: SIM905
)
BASES: Final = frozenset(PAST) | REGULAR
MADE: Final = re.compile(r".{2,}(?:ify|ize|ise)$|(?:re|un|dis|over|out|mis)(?P<base>[a-z]{3,})$")
_SHORT: Final = re.compile(r"[^aeiou]*[aeiou][bdgklmnprt]$")
_HISSING: Final = re.compile(r"(?:s|x|z|ch|sh|o)$")
_PASTS: Final = {past: base for base, past in PAST.items() if past != base}
"""Past forms that are not base forms too, with their base."""


def is_base(word: str) -> bool:
    """Whether a lower-cased word can be the base form of a verb."""
    if word in BASES:
        return True
    made = MADE.fullmatch(word)
    return made is not None and (made["base"] is None or made["base"] in BASES)


def is_participle(word: str) -> bool:
    """Whether a lower-cased word can be a past participle."""
    regular = word.endswith("ed") and len(word) > 3 and word not in NOT_PARTICIPLES
    return regular or word in IRREGULAR_PARTICIPLES


def base_of(word: str) -> tuple[str, str] | None:
    """Base form and tense ("past", "third") of a finite form of a known verb, or None.

    A base form itself is none: it may be a plural present, and as often it is a noun.
    """
    if word in _PASTS:
        return _PASTS[word], "past"
    if word.endswith("s"):
        for base in (word[:-1], word[:-2], f"{word[:-3]}y"):
            if is_base(base) and third(base) == word:
                return base, "third"
    if word.endswith("ed"):
        for base in (word[:-2], word[:-1], f"{word[:-3]}y", word[:-3]):
            if is_base(base) and past(base) == word:
                return base, "past"
    return None


def third(base: str) -> str:
    """The third person: `causes`, `carries`, `reaches`."""
    if base in {"be", "have"}:
        return {"be": "is", "have": "has"}[base]
    if base.endswith("y") and base[-2:-1] not in "aeiou":
        return f"{base[:-1]}ies"
    return f"{base}es" if _HISSING.search(base) else f"{base}s"


def past(base: str) -> str:
    """The past: `rose`, `caused`, `carried`, `banned`."""
    if base in PAST:
        return PAST[base]
    if base.endswith("e"):
        return f"{base}d"
    if base.endswith("y") and base[-2:-1] not in "aeiou":
        return f"{base[:-1]}ied"
    short = _SHORT.fullmatch(base) is not None
    return f"{base}{base[-1]}ed" if short or base in DOUBLED else f"{base}ed"
