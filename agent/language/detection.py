"""Is it English? Told by the script and by the commonest words: the library is English."""

import re
import unicodedata
from collections import Counter
from typing import Final

WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
ENGLISH: Final = frozenset(
    """the a an of to in is are was were be been and or not that this it its for on
            with as at by from has have had do does did can could will would
            should may who what when where why how which than there their they
            he she we you i my your his her our into over after before about
            all any no more most some if but so just only than true because
            between during against under while been being out up down off
            never""".split()  # noqa: SIM905
)
COMMON: Final = {
    name: frozenset(words.split())
    for name, words in {
        "Spanish": """el los las una unos que en es son fue era por para con del al se su sus lo
            como más pero sobre está están hay qué quién cuándo dónde cómo
            cuántos ha han muy también no ser este esta esto cierto verdad
            según contra y o de la un""",
        "French": """le les des du un une et est sont était que qui dans pour pas ne sur au aux ce
            cette ces il elle ils par avec plus vrai se sa son ses leur été
            avoir être ont a-t-il où quand comment pourquoi combien n'est
            c'est qu'il l'on d'un d'une de la en à""",
        "German": """der die das den dem des ein eine einen einer und ist sind war waren nicht mit
            von zu im am auf für dass daß wird werden wurde hat haben sich
            auch es sie wir ihr als aus bei nach über wer wann wo wie warum
            kein keine stimmt oder ob noch durch gegen""",
        "Portuguese": """o os as um uma que em é são foi por para com não do da dos das no na
            nos nas
            se mais mas como está há quem quando onde ao aos sua seu pelo pela
            verdade você ele ela isso este esta ser tem têm foram e de""",
        "Italian": """il lo gli una che è sono per con non del della dei delle nel nella si più come
            ha hanno questo questa chi quando dove perché stato anche dal alla
            vero sul di un la le e ed è era ci al degli""",
        "Dutch": """het een en van is zijn was niet dat die op voor met te aan bij ook door naar
            om er maar uit wie wanneer waar waarom hoe wordt worden heeft
            hebben geen deze dit klopt of de in als over tegen""",
        "Polish": """i w na z się nie jest to że do są był była czy jak przez dla po od o przy tym
            kto kiedy gdzie który która""",
        "Turkish": """ve bir bu da de mi mı için ile var yok doğru değil çok daha olarak ne
            kim""",  # noqa: RUF001
        "Indonesian": """yang dan di itu ini dengan untuk tidak dari apakah adalah benar ke
            pada akan
            telah""",
        "Swedish": """och är att det som en ett på av för med inte har den till var om sant""",
    }.items()
}
SCRIPTS: Final = {
    "CYRILLIC": "Russian or another language in Cyrillic script", "GREEK": "Greek",
    "ARABIC": "Arabic or another language in Arabic script", "HEBREW": "Hebrew",
    "DEVANAGARI": "Hindi or another language in Devanagari script", "BENGALI": "Bengali",
    "CJK": "Chinese or Japanese", "HIRAGANA": "Japanese", "KATAKANA": "Japanese",
    "HANGUL": "Korean", "THAI": "Thai", "TAMIL": "Tamil", "TELUGU": "Telugu",
    "GEORGIAN": "Georgian", "ARMENIAN": "Armenian", "ETHIOPIC": "Amharic", "KHMER": "Khmer",
}  # fmt: skip
LATIN: Final = "\u024f"
"""Letters up to here are Latin ones."""
LEAST: Final = 2
LEAST_SHARE: Final = 0.25
"""Words, and their share, that have to be another language's commonest ones."""
FOREIGN: Final = 0.3
"""Share of letters in another script from which a text is not English."""


def language_of(text: str) -> str | None:
    """Name of the language of `text` where it is surely not English, else None."""
    letters = [c for c in text if c.isalpha()]
    scripts = Counter(_script(c) for c in letters if c > LATIN)
    if letters and sum(scripts.values()) > FOREIGN * len(letters):
        known = [SCRIPTS[s] for s, _ in scripts.most_common() if s in SCRIPTS]
        return ("Japanese" if "Japanese" in known else known[0]) if known else "another language"
    words = [w.lower() for w in WORD.findall(text)]
    if "¿" in text or "¡" in text:
        return "Spanish"
    told = {name: sum(w in common - ENGLISH for w in words) for name, common in COMMON.items()}
    name, own = max(told.items(), key=lambda t: t[1])
    english = sum(w in ENGLISH - COMMON[name] for w in words)
    sure = own >= LEAST and own >= LEAST_SHARE * len(words) and own > 2 * english
    return name if sure else None


def _script(character: str) -> str:
    """First word of a letter's name: its script ("CYRILLIC SMALL LETTER A")."""
    return re.split(r"[ -]", unicodedata.name(character, "UNKNOWN"), maxsplit=1)[0]
