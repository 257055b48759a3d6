"""Is it English? Told by the script, then by a model of languages: the library is English."""

import re
import unicodedata
from collections import Counter
from functools import cache
from threading import Lock, Thread
from typing import TYPE_CHECKING, Final

from agent.language.lexicon import words

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
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
FOREIGN: Final = 0.3
"""Share of letters in another script from which a text is not English."""
NAMES: Final = dict(
    pair.split(":")
    for pair in [
        "es:Spanish",
        "fr:French",
        "de:German",
        "pt:Portuguese",
        "it:Italian",
        "nl:Dutch",
        "pl:Polish",
        "tr:Turkish",
        "id:Indonesian",
        "sv:Swedish",
        "da:Danish",
        "no:Norwegian",
        "nb:Norwegian",
        "nn:Norwegian",
        "fi:Finnish",
        "cs:Czech",
        "sk:Slovak",
        "hu:Hungarian",
        "ro:Romanian",
        "hr:Croatian",
        "bs:Bosnian",
        "sr:Serbian",
        "sl:Slovene",
        "lt:Lithuanian",
        "lv:Latvian",
        "et:Estonian",
        "sq:Albanian",
        "ca:Catalan",
        "vi:Vietnamese",
        "ms:Malay",
        "tl:Filipino",
        "sw:Swahili",
    ]
)
"""Languages in Latin script by their code; one that is not here is not told from odd English."""
FEWEST: Final = 3
"""Words that a text must have for its letters to tell a language."""
ENGLISH: Final = 1 / 3
"""Share of English function words from which a text is English without a look at the model."""
SURE: Final = 0.6
"""Probability from which another language is taken as told."""
_LOADING: Final = Lock()


def language_of(text: str) -> str | None:
    """Name of the language of `text` where it is surely not English, else None."""
    letters = [c for c in text if c.isalpha()]
    scripts = Counter(_script(c) for c in letters if c > LATIN)
    if letters and sum(scripts.values()) > FOREIGN * len(letters):
        known = [SCRIPTS[s] for s, _ in scripts.most_common() if s in SCRIPTS]
        return ("Japanese" if "Japanese" in known else known[0]) if known else "another language"
    if not _has_few_function_words(text):
        return None
    code, probability = _identifier().classify(text)
    return NAMES.get(code) if probability >= SURE else None


def read_ahead(text: str) -> None:
    """Begin to load the model in a thread, where `language_of(text)` will look at it."""
    latin = all(c <= LATIN for c in text if c.isalpha())
    if latin and _has_few_function_words(text):
        Thread(target=_identifier, name="languages").start()


def _has_few_function_words(text: str) -> bool:
    """Whether the words of a text leave open that it is English."""
    found = [w.lower() for w in WORD.findall(text)]
    english = sum(w in words("core.stop") for w in found)
    return len(found) >= FEWEST and english < ENGLISH * len(found)


def _identifier() -> "LanguageIdentifier":
    with _LOADING:  # who comes while it is loaded waits
        return _load()


@cache
def _load() -> "LanguageIdentifier":
    """Load the model; half a second that no plainly English text should cost."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _script(character: str) -> str:
    """First word of a letter's name: its script ("CYRILLIC SMALL LETTER A")."""
    return re.split(r"[ -]", unicodedata.name(character, "UNKNOWN"), maxsplit=1)[0]
