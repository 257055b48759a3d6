"""What every format of a page does, whatever it looks like. A new format joins by its name."""

import re
from collections.abc import Callable, Mapping
from io import BytesIO
from types import MappingProxyType

import mammoth
import pytest

from agent.render import FILES, FORMATS, claimreview, render, render_file
from agent.types import Insufficient, Page, RejectedSentence, Support
from tests.unit.agent.pages import FOLLOW_UPS, cite, insufficient, page, passage, sentence

HOSTILE = '\x1b[31mHe\u202e <script>alert(1)</script>\u200b "quoted" ](javascript:x) [7] & co'
NOTHING: Mapping[str, object] = MappingProxyType({})
FORMS = {*FORMATS, *FILES}
LISTS = {"csl", "bibtex"}
"""Forms that hold the sources of a page and nothing else."""
RECORDS = {"claimreview", *LISTS}
"""Forms that tell of a page and do not hold all of it."""
EVERY_FORMAT = pytest.mark.parametrize("form", sorted(FORMS))
EVERY_WHOLE_FORMAT = pytest.mark.parametrize("form", sorted(FORMS - RECORDS))


def written(draft: Page | Insufficient, form: str) -> str | bytes:
    if form == "claimreview":
        return claimreview.render(draft, claimreview.Publication(unproven=True))
    return render_file(draft, form) if form in FILES else render(draft, form)


def shown(draft: Page | Insufficient, form: str) -> str:
    """What is written; a file is read back as HTML."""
    made = written(draft, form)
    return made if isinstance(made, str) else str(mammoth.convert_to_html(BytesIO(made)).value)


def drafted(words: str = "The lake froze.", source: Mapping[str, object] = NOTHING) -> Page:
    lake = passage("lake", words, at=0, **source)
    sea = passage("sea", "The sea was calm.")
    fallen = RejectedSentence(
        sentence=sentence(f"Not so: {words}", lake, support=Support.UNSUPPORTED, reason=words),
        place=words,
        nearest=cite(lake),
        tried=(words,),
    )
    return page(
        sentence(words, lake),
        sentence("The sea was calm.", sea, lake),
        passages=[sea, lake],
        fallen=[fallen],
    )


def hostile() -> Page:
    made = drafted(HOSTILE, dict.fromkeys(("title", "publisher", "kind", "url"), HOSTILE))
    return made.model_copy(
        update={
            "question": made.question.model_copy(update={"text": HOSTILE}),
            "claim": made.claim.model_copy(update={"text": HOSTILE}),
            "verdict": made.verdict.model_copy(update={"scope": HOSTILE, "rule": HOSTILE}),
            "sections": tuple(s.model_copy(update={"heading": HOSTILE}) for s in made.sections),
            "follow_ups": (HOSTILE,),
            "evidence": made.evidence.model_copy(update={"queries": (HOSTILE,)}),
            "usage": made.usage.model_copy(update={"model": HOSTILE}),
            "timings": {HOSTILE: 0.1},
        }
    )


def short() -> Insufficient:
    return insufficient(passage("lake", HOSTILE, title=HOSTILE, url=HOSTILE), reason=HOSTILE)


@EVERY_WHOLE_FORMAT
def test_it_holds_question_date_verdict_headings_follow_ups_and_sources(form: str) -> None:
    text = shown(drafted(), form)
    for words in ("taking down I.C.E. agents?", "the clips examined are fabricated", *FOLLOW_UPS):
        assert words in text
    for words in ("Bottom line and what to watch next", "Title of lake", "https://example.org/sea"):
        assert words in text
    assert re.search(r"November 22, 2026|2026-11-22", text)
    assert re.search("refuted", text, re.IGNORECASE)


@EVERY_FORMAT
def test_a_quote_is_held_against_its_passage_before_a_word_is_written(form: str) -> None:
    altered = cite(passage("lake", "The lake froze.")).model_copy(update={"quote": "The lake burn"})
    broken = drafted().model_copy(update={"summary": (sentence("It burned.", altered),)})
    with pytest.raises(ValueError, match="does not hold the quote"):
        written(broken, form)


@EVERY_FORMAT
@pytest.mark.parametrize("make", [hostile, short])
def test_text_from_outside_cannot_steer_a_terminal_or_turn_the_line(
    form: str, make: Callable[[], Page | Insufficient]
) -> None:
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202e]", shown(make(), form))


@EVERY_FORMAT
@pytest.mark.parametrize("make", [hostile, short])
def test_text_from_outside_cites_nothing_scripts_nothing_and_links_nothing(
    form: str, make: Callable[[], Page | Insufficient]
) -> None:
    text = shown(make(), form)
    if form in {"json", *LISTS}:  # data for programs: exact, and inert where it is used
        assert text.strip()
        return
    assert "[7]" not in text
    assert "{7}" in text
    if form != "text":
        assert not re.search(r"(?<!\\)<script|(?<!\\)<javascript:|href=\"?javascript:", text)


@EVERY_WHOLE_FORMAT
def test_the_short_page_says_what_was_searched_why_it_is_short_and_what_is_nearest(
    form: str,
) -> None:
    text = shown(insufficient(passage("lake", "The lake froze.")), form)
    for words in ("did the pope get arrested last week", "412", "75"):
        assert words in text
    for words in ("nothing speaks about it", "Title of lake"):
        assert words in text


@EVERY_FORMAT
def test_the_same_page_is_written_the_same_way_twice(form: str) -> None:
    assert written(drafted(), form) == written(drafted(), form)
