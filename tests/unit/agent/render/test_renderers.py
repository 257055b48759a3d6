"""The page as text, Markdown and JSON. What every format must do is in the contract tests."""

import json
import re

import pytest
from markdown_it import MarkdownIt

from agent.render import render
from agent.render.wording import DISCLAIMER, clean, made, prose, stem
from agent.types import Kind, Page, RejectedSentence, Support, Usage
from tests.unit.agent.pages import FOLLOW_UPS, cite, insufficient, page, passage, sentence

RIVER = passage("river", "The river rose two metres. The bridge was closed.", at=100)
LAKE = passage("lake", "The lake froze.")


def small(**fields: object) -> Page:
    made = page(
        sentence("The bridge was closed.", cite(RIVER, "The bridge was closed.")),
        sentence("The river rose and the lake froze.", RIVER, LAKE),
        passages=[RIVER, LAKE],
    )
    return made.model_copy(update=fields)


def asked(question: str) -> Page:
    first = sentence("The lake froze.", LAKE)
    return page(first, passages=[LAKE], question=question)


def test_the_text_has_the_form_of_the_model_page() -> None:
    lines = render(small()).splitlines()
    assert lines[:4] == [
        "Are nyc cops taking down I.C.E. agents?",
        "",
        "Checked on November 22, 2026",
        DISCLAIMER,
    ]
    tested = "claim tested: New York police arrest ICE agents"
    assert lines[4] == f"Verdict: Refuted - the clips examined are fabricated; {tested}"
    assert lines[6:9] == ["Executive summary", "", "The bridge was closed [1]."]
    assert lines[10] == "1. Where the claim comes from"
    assert lines[12] == "The bridge was closed [1]. The river rose and the lake froze [1] [2]."
    deeper = lines.index("Want to dive deeper?")
    assert lines[deeper + 1 : deeper + 4] == list(FOLLOW_UPS)
    assert lines[deeper + 5 :] == [
        "Sources",
        "[1] Title of river - Publisher of river, no date - https://example.org/river",
        "[2] Title of lake - Publisher of lake, no date - https://example.org/lake",
        "",
        "Drafted on this machine by the embedded writer; no language model was used.",
    ]


def test_every_group_stands_before_the_full_stop_and_holds_a_number_once() -> None:
    text = render(small())
    body = text[text.index("Executive summary") : text.index("Want to dive deeper?")]
    paragraphs = [p for p in body.split("\n\n") if "[" in p]
    assert paragraphs
    for paragraph in paragraphs:
        assert re.fullmatch(r"(?:[^\[\]]+(?: \[\d+\])+\.(?: |$))+", paragraph)


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("Is it so?", "Is it so?"),
        ("  is it\nso? ", "is it so?"),
        ("did the pope get arrested last week", "did the pope get arrested last week?"),
        ("The NYPD never helps ICE.", 'Is this true: "The NYPD never helps ICE."?'),
        ('He said "no"', 'Is this true: \u201cHe said "no"\u201d?'),
        ("Is [2] right?", "Is {2} right?"),
    ],
)
def test_the_title_is_the_question_in_the_words_of_who_asked(question: str, title: str) -> None:
    assert render(asked(question)).splitlines()[0] == title


@pytest.mark.parametrize(
    ("said", "cited"),
    [
        ("It rained.", "It rained [1]."),
        ("It rained", "It rained [1]."),
        ("Did it rain?", "Did it rain [1]?"),
        ('He said "no."', 'He said "no" [1].'),
        ('He asked "why?"', 'He asked "why?" [1].'),
        ("It is in the U.S.", "It is in the U.S. [1]."),
        ("It belongs to Acme Inc.", "It belongs to Acme Inc. [1]."),
        ("And so on...", "And so on... [1]."),
    ],
)
def test_a_group_finds_its_place_at_any_end_of_a_sentence(said: str, cited: str) -> None:
    body, stop = stem(said)
    assert f"{body} [1]{stop}" == cited


def test_a_number_in_brackets_in_a_source_is_no_citation() -> None:
    assert prose("As shown [3], [4, 5], [6-7] and [^8] by [He] in [ 9 ].") == (
        "As shown {3}, {4, 5}, {6-7} and {^8} by [He] in { 9 }."
    )
    assert prose("Split by nothing [\u200b3].") == "Split by nothing {3}."


@pytest.mark.parametrize(
    "hostile",
    [
        "red \x1b[31malert\x1b[0m",
        "link \x1b]8;;https://evil.example\x07here\x1b]8;;\x07",
        "bell\x07 and backspace\x08 and C1 \x9b31m",
        "override \u202eevil\u202c and isolate \u2066x\u2069",
        "zero\u200bwidth\ufeff and joiner\u200d and soft\u00adhyphen",
        "tags \U000e0041\U000e0042 and selectors \ufe0f\U000e0100",
        "fillers \u115f\u1160\u3164\uffa0\u034f",
        "lines\r\nand\x0bbreaks\u2028of\u2029every\x85kind",
        "lone \ud800 surrogate, private \ue000 use, unassigned \U0005ffff",
    ],
)
def test_what_cannot_be_seen_does_not_reach_the_page(hostile: str) -> None:
    assert re.fullmatch(r"[ -~]+", clean(hostile))


def test_a_page_says_which_model_wrote_it_what_it_cost_and_what_failed() -> None:
    usage = Usage(
        model="gpt-5-mini", calls=3, input_tokens=12_300, cached_tokens=1_024, output_tokens=2_100,
        cost=0.0123, notes=("The service was busy.",),
    )  # fmt: skip
    told = made(Page(**{**dict(small()), "usage": usage}))
    assert told == (
        "Drafted with the language model gpt-5-mini: 3 calls, 12,300 tokens in (1,024 cached), "
        "2,100 out, $0.0123. Note: The service was busy."
    )
    unpriced = Usage(model="m", calls=1)
    assert "1 call, 0 tokens in, 0 out, cost not known." in made(
        Page(**{**dict(small()), "usage": unpriced})
    )


@pytest.mark.parametrize(
    ("usage", "told"),
    [
        (Usage(), "by the embedded writer; no language model was used."),
        (Usage(calls=2), "by the embedded writer; the language model that was asked gave no ans"),
        (Usage(calls=2, model="m", stood_in=True), "the embedded writer, in the place of the"),
        (Usage(calls=2, model="“embedded”"), "with the language model “embedded”: 2 calls, "),
        (
            Usage(calls=2, model="m", input_tokens=7, output_tokens=3, uncounted=1),
            "out (estimated here for 1 call that the endpoint did not count), cost not known.",
        ),
    ],
    ids=["none", "silent", "stood in", "namesake", "uncounted"],
)
@pytest.mark.parametrize("form", ["text", "md", "html"])
def test_the_last_line_says_who_wrote_the_page_and_calls_no_model_embedded(
    usage: Usage, told: str, form: str
) -> None:
    printed = render(Page(**{**dict(small()), "usage": usage}), form)
    assert told in printed
    assert "language model embedded" not in printed


def test_markdown_links_a_source_at_its_first_cited_passage() -> None:
    last = render(small(), "md").splitlines()[-4:-2]
    assert last[0] == (
        "1. [Title of river](<https://example.org/river#:~:text=The%20bridge%20was%20closed.>)"
        " - Publisher of river, no date; accessed November 20, 2026; tier 1"
    )
    assert last[1].startswith("2. [Title of lake](<https://example.org/lake#:~:text=The%20lake")


def test_text_from_a_source_makes_no_markdown() -> None:
    lake = passage(
        "lake", "The lake froze.", title="[a](https://evil.example) <b> `c` | *d* _e_ &amp;"
    )
    said = "# See https://evil.example and www.evil.example, <img src=x> **now** ![x](y) ~~z~~."
    text = render(page(sentence(said, lake), passages=[lake]), "md")
    assert (
        r"\# See https\://evil.example and www\.evil.example, \<img src=x\> \*\*now\*\* "
        r"!\[x\](y) \~\~z\~\~ [1]."
    ) in text
    assert r"[\[a\](https\://evil.example) \<b\> \`c\` \| \*d\* \_e\_ \&amp;](<https://ex" in text


def test_a_markdown_reader_finds_our_links_and_nothing_else() -> None:
    hostile = (
        "- # 1. See [a](https://evil.example), ![x](https://evil.example/p), <https://evil.example>,"
        " <b onclick=x>, [r][1], `code`, *em*, __bold__ and &lt;script&gt;"
    )
    lake = passage("lake", "The lake froze.", title=hostile, publisher=hostile)
    shown = page(sentence(hostile, lake), passages=[lake], question=hostile)
    tags = re.findall(r"<(\w+)", MarkdownIt("commonmark").render(render(shown, "md")))
    assert set(tags) == {"h1", "h2", "p", "strong", "ul", "ol", "li", "a"}
    assert (tags.count("a"), tags.count("strong"), tags.count("ol")) == (1, 1, 1)


def test_json_holds_every_field_that_scripts_rely_on() -> None:
    fallen = RejectedSentence(
        sentence=sentence("The lake burned.", LAKE, support=Support.UNSUPPORTED),
        place="Where the claim comes from",
        nearest=cite(LAKE),
        tried=("cited another passage",),
    )
    data = json.loads(render(small(fallen=(fallen,)), "json"))
    assert {
        "schema", "question", "claim", "checked_on", "verdict", "summary", "sections",
        "follow_ups", "sources", "fallen", "evidence", "usage", "timings",
    } <= data.keys()  # fmt: skip
    assert (data["question"], data["checked_on"]) == (small().question.text, "2026-11-22")
    assert (data["claim"], data["verdict"]) == ("New York police arrest ICE agents.", "refuted")
    first = data["summary"][0]
    assert first["text"] == "The bridge was closed."
    assert first["citations"] == [
        {
            "source": "river",
            "passage": "river@100",
            "start": 127,
            "end": 149,
            "quote": "The bridge was closed.",
        }
    ]
    assert first["ruling"]["support"] == "supported"
    assert {"score", "reason", "clauses", "checks", "certificate"} <= first["ruling"].keys()
    assert [(s["n"], s["id"], s["accessed"]) for s in data["sources"]] == [
        (1, "river", "2026-11-20"),
        (2, "lake", "2026-11-20"),
    ]
    assert data["fallen"][0]["text"] == "The lake burned."
    assert data["fallen"][0]["nearest"]["quote"] == "The lake froze."


def test_json_keeps_a_quote_exact_and_a_terminal_safe() -> None:
    odd = passage("odd", "It\u202e said \x1b[31mno\u2028 to \u201call\u201d.")
    text = render(page(sentence("It said no to all.", odd), passages=[odd]), "json")
    assert json.loads(text)["summary"][0]["citations"][0]["quote"] == odd.text
    assert not re.search("[\u202e\x1b]", text)
    assert "\u201call\u201d" in text


def test_not_enough_evidence_is_a_page_of_five_lines() -> None:
    assert render(insufficient(LAKE)).splitlines() == [
        "did the pope get arrested last week?",
        "Checked on November 22, 2026",
        "Verdict: none - not enough evidence; claim looked for: The pope was arrested",
        (
            "Searched: 412 passages of 75 sources from 70 origins, published January 2, 2003 to "
            "February 6, 2026; 20 of the sources undated."
        ),
        (
            "Reason: nothing speaks about it. Nearest in the library: "
            "Title of lake (Publisher of lake, no date)."
        ),
    ]


def test_not_enough_evidence_has_a_null_verdict_in_json() -> None:
    data = json.loads(render(insufficient(LAKE), "json"))
    assert data["verdict"] is None
    assert data["sections"] == []
    assert data["reason"] == "nothing speaks about it."
    assert data["evidence"]["scope"]["passages"] == 412
    assert [s["id"] for s in data["evidence"]["sources"]] == ["lake"]


def test_an_unknown_format_is_refused_by_name_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"No format 'rtf'\. Choose one of: text, md, html, json"):
        render(small(), "rtf")


def test_a_kind_of_sentence_does_not_change_how_it_is_cited() -> None:
    watch = sentence("A reply is awaited.", LAKE, kind=Kind.OUTLOOK)
    assert "A reply is awaited [1]." in render(page(watch, passages=[LAKE]))
