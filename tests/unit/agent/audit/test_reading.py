"""Cited texts as people and other models write them, and our own pages read back."""

import json

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from agent.audit.cited_text import CitedText, UnreadableText
from agent.audit.markers import numbers
from agent.audit.reading import read_text
from agent.render import render
from agent.render.wording import prose, stem
from agent.types import CheckedSentence, Kind, Page
from retrieval.sentences import split_sentences
from tests.unit.agent.pages import QUESTION, insufficient, page, passage, sentence

RIVER = passage("river", "The river rose two metres.", title="Rivers - a survey")
LAKE = passage("lake", "The lake froze.")
SEA = passage("sea", "The sea was calm.", url="https://example.org/Sea_(salt)")


def said(text: str, suffix: str = ".md") -> list[tuple[str, tuple[int, ...]]]:
    return [(s.text, s.numbers) for s in read_text(text, suffix).sentences]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rained [1] [2].", [("It rained.", (1, 2))]),
        ("It rained.[1] Then it snowed.[2]", [("It rained.", (1,)), ("Then it snowed.", (2,))]),
        ("It rained. [1] Then it snowed. [2]", [("It rained.", (1,)), ("Then it snowed.", (2,))]),
        ("It rained. [1]Then it snowed.", [("It rained.", (1,)), ("Then it snowed.", ())]),
        (
            "It rained [1]. amNewYork agreed [2].",
            [("It rained.", (1,)), ("amNewYork agreed.", (2,))],
        ),
        ("It rained [1]. 12 people left [2].", [("It rained.", (1,)), ("12 people left.", (2,))]),
        ("Is it so [1]? Yes [2]!", [("Is it so?", (1,)), ("Yes!", (2,))]),
        ('He said "no" [1]. She left [2].', [('He said "no".', (1,)), ("She left.", (2,))]),
        ("It rained [1, 2; 3].", [("It rained.", (1, 2, 3))]),
        ("It rained [1-3] [5\u20136].", [("It rained.", (1, 2, 3, 5, 6))]),
        ("It rained [1][2], [3].", [("It rained.", (1, 2, 3))]),
        ("It rained [1], and it snowed [2].", [("It rained, and it snowed.", (1, 2))]),
        ("It rained[^1] and snowed.[^2]", [("It rained and snowed.", (1, 2))]),
        ("It rained [1](https://a.b/c) [[2]](#two).", [("It rained.", (1, 2))]),
        ("[1] It rained.", [("It rained.", (1,))]),
        ("Nothing cited. It rained [1].", [("Nothing cited.", ()), ("It rained.", (1,))]),
    ],
)
def test_a_marker_belongs_to_the_sentence_that_grammar_gives_it(
    text: str, expected: list[tuple[str, tuple[int, ...]]]
) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    ("marker", "given_as"),
    [
        ("[0]", (0,)),
        ("[99]", (99,)),
        ("[3-1]", (3, 1)),
        ("[2-2]", (2, 2)),
        ("[1-900000]", (1, 900000)),
        ("[2] [2]", (2, 2)),
        ("[ 1 , 2 ]", (1, 2)),
    ],
)
def test_numbers_that_cannot_be_right_are_kept_as_given(
    marker: str, given_as: tuple[int, ...]
) -> None:
    assert numbers(marker) == given_as
    assert said(f"It rained {marker}.") == [("It rained.", given_as)]


@pytest.mark.parametrize(
    "words", ["The I.C.E. raid began", "It is in the U.S. now", "At 3 p.m. it"]
)
def test_an_abbreviation_ends_no_sentence(words: str) -> None:
    assert said(f"{words} and stopped [1].") == [(f"{words} and stopped.", (1,))]


def test_an_abbreviation_before_the_group_keeps_one_dot() -> None:
    assert said("It left the U.S. [1]. Then it came back [2].") == [
        ("It left the U.S.", (1,)),
        ("Then it came back.", (2,)),
    ]


def test_markers_in_a_line_of_their_own_belong_to_the_sentence_above() -> None:
    assert said("It rained.\n\n[1] [2]\n") == [("It rained.", (1, 2))]


def test_the_furniture_of_a_page_is_not_checked() -> None:
    text = """# Did it rain?

Checked on May 1, 2026

**Verdict: Supported** - it rained

Disclaimer: Please verify.

## 1. What fell

It rained [1].

## Want to dive deeper?

- How much rain fell?

## Sources

1. [Rain](https://example.org/rain) - Gauge
"""
    cited = read_text(text)
    assert cited.title == "Did it rain?"
    assert [(s.section, s.text) for s in cited.sentences] == [("What fell", "It rained.")]


def test_what_cites_is_checked_wherever_it_stands() -> None:
    text = "Disclaimer: it rained [1].\n\n## Sources\n\nIt snowed, as all say [2].\n\n1. A. https://a.b/c"
    assert said(text) == [("Disclaimer: it rained.", (1,)), ("It snowed, as all say.", (2,))]


def test_items_quotations_and_cells_are_read_and_code_is_not() -> None:
    text = """Intro sentence [1].

- First item [2]
- Second item,
  on two lines [3].
1. Third item [4].

> Quoted words [5].

| Who | What |
|-----|------|
| Ann | left [6] |

```
code [7].
```
<!-- hidden [8]. -->
"""
    assert said(text) == [
        ("Intro sentence.", (1,)),
        ("First item", (2,)),
        ("Second item, on two lines.", (3,)),
        ("Third item.", (4,)),
        ("Quoted words.", (5,)),
        ("left", (6,)),
    ]


def test_headings_of_every_make_name_the_section() -> None:
    text = (
        "Setext heading\n---\n\nOne [1].\n\n**Bold heading**\n\nTwo [2].\n\n"
        "3. Numbered heading\n\nThree [3].\n\nPlain heading\n\nFour [4]."
    )
    assert [s.section for s in read_text("Opening words [9].\n\n" + text).sentences] == [
        "",
        "Setext heading",
        "Bold heading",
        "Numbered heading",
        "Plain heading",
    ]


def test_markup_is_taken_off_and_the_place_in_the_file_kept() -> None:
    text = (
        "Intro.\n\nThe **well\\-known** [mayor](https://a.b/c) &amp; `co` said\n_no_ [1]. Next.\n"
    )
    cited = read_text(text).sentences[1]
    assert cited.text == "The well-known mayor & co said no."
    assert cited.line == 3
    assert text[cited.start : cited.end].startswith("The **well")
    assert text[cited.start : cited.end].endswith("[1].")


def test_plain_text_is_taken_by_the_letter() -> None:
    assert said("Five * three * two is \\thirty &amp; _no_ more [1].", ".txt") == [
        ("Five * three * two is \\thirty &amp; _no_ more.", (1,))
    ]


@pytest.mark.parametrize(
    ("entry", "title", "url"),
    [
        (
            "[1] Rivers - a survey - Gauge, May 1, 2026 - https://a.b/c",
            "Rivers - a survey",
            "https://a.b/c",
        ),
        ("1. Rain in May. https://a.b/c", "Rain in May.", "https://a.b/c"),
        ("1) [Rain](https://a.b/c_(d)) by Ann", "Rain", "https://a.b/c_(d)"),
        ("- [1] Rain, <https://a.b/c>.", "Rain", "https://a.b/c"),
        ("[1]: https://a.b/c", "", "https://a.b/c"),
        ("[^1]: Rain in May (https://a.b/c).", "Rain in May", "https://a.b/c"),
        ("1. Rain https://a.b/c.pdf#page=2:~:text=rain,-fell", "Rain", "https://a.b/c.pdf"),
        ("[1] A book without an address", "A book without an address", None),
    ],
)
def test_an_entry_of_the_list_gives_title_and_address(
    entry: str, title: str, url: str | None
) -> None:
    source = read_text(f"It rained [1].\n\n## References\n\n{entry}\n").source(1)
    assert source is not None
    assert (source.title, source.url, source.line) == (title, url, entry)


def test_a_list_without_a_heading_and_an_entry_on_two_lines_are_found() -> None:
    cited = read_text(
        "It rained [1].\n\n[1] Rain - Gauge - https://a.b/c\n[2] Snow - https://a.b/d"
    )
    assert [(s.number, s.url) for s in cited.sources] == [
        (1, "https://a.b/c"),
        (2, "https://a.b/d"),
    ]
    wrapped = read_text("It rained [1].\n\nSources\n[1] Rain in May,\n    https://a.b/c")
    assert wrapped.source(1) == wrapped.sources[0]
    assert wrapped.sources[0].url == "https://a.b/c"


def test_a_number_listed_twice_is_kept_twice() -> None:
    cited = read_text("It rained [1].\n\nSources\n1. A https://a.b/c\n1. B https://a.b/d")
    assert [s.title for s in cited.sources] == ["A", "B"]


def test_a_text_without_citations_or_list_is_read_as_it_is() -> None:
    assert read_text("It rained. It snowed.") == CitedText.model_validate(
        {
            "sentences": [
                {"text": "It rained.", "line": 1, "start": 0, "end": 10},
                {"text": "It snowed.", "line": 1, "start": 11, "end": 21},
            ]
        }
    )


@pytest.mark.parametrize(
    ("text", "suffix", "message"),
    [
        ("", ".md", "The text is empty"),
        (" \n\t", ".txt", "The text is empty"),
        ("PNG\0\0data", ".md", "This is not a text file"),
        ("\ufffd\ufffdx" * 40, ".md", "This is not a text file"),
        ("# Only a heading\n", ".md", "There is no sentence"),
        ("---\n\n...\n", ".md", "There is no sentence"),
        ("It rained [1].", ".docx", "'.docx' cannot be checked"),
        ("{", ".json", "not a page in JSON"),
        ("[1, 2]", ".json", "not a page in JSON"),
        ('{"question": "Q?", "sections": [{"heading": 3}]}', ".json", "sections.0.heading"),
        ('{"question": "Q?", "sections": []}', ".json", "holds no sentence"),
        ("[" * 100_000, ".json", "not a page in JSON"),
    ],
)
def test_what_cannot_be_read_says_why_and_what_to_do(text: str, suffix: str, message: str) -> None:
    with pytest.raises(UnreadableText) as caught:
        read_text(text, suffix)
    assert message in str(caught.value)
    assert str(caught.value).endswith(caught.value.advice)
    assert caught.value.advice


@pytest.mark.parametrize("form", ["text", "md", "json"])
def test_the_short_page_holds_nothing_to_check(form: str) -> None:
    suffix = {"text": ".txt", "md": ".md", "json": ".json"}[form]
    with pytest.raises(UnreadableText):
        read_text(render(insufficient(LAKE), form), suffix)


def test_a_page_in_json_gives_back_its_spans_and_kinds_and_no_ruling() -> None:
    absent = sentence("No source reports a fire.", LAKE, kind=Kind.ABSENCE)
    cited = read_text(render(page(absent, passages=[LAKE]), "json"), ".json")
    assert cited.title == QUESTION
    assert cited.sentences[0].kind is Kind.ABSENCE
    assert cited.sentences[0].citations == absent.citations
    assert cited.source(1) is not None
    assert [s.id for s in cited.sources] == ["lake"]


def test_a_citation_in_json_of_an_unlisted_source_stays_with_its_sentence() -> None:
    data = json.loads(render(page(sentence("The lake froze.", LAKE), passages=[LAKE]), "json"))
    data["sources"] = []
    first = read_text(json.dumps(data), ".json").sentences[0]
    assert (first.numbers, first.citations[0].source) == ((), "lake")


WORD = st.text(
    st.characters(codec="utf-8", categories=["L", "Nd", "P", "S", "Cc", "Cf"]),
    min_size=1,
    max_size=8,
)
SAID = st.lists(WORD, min_size=1, max_size=7).map(lambda w: " ".join(["Ann", *w, "left."]))


def as_printed(spoken: CheckedSentence) -> str:
    body, stop = stem(prose(spoken.text))
    return body if body.endswith(".") and stop == "." else body + stop


@settings(max_examples=80, deadline=None, derandomize=True)
@given(texts=st.lists(SAID, min_size=1, max_size=4), form=st.sampled_from([".txt", ".md", ".json"]))
@example(texts=["Ann [3] *and* `x` \\_ <b> left.", "ann &amp; http://a.b [He] | left"], form=".md")
@example(texts=["Ann [3] *and* `x` \\_ <b> left.", "ann &amp; http://a.b [He] | left"], form=".txt")
def test_a_page_read_back_gives_the_same_sentences_and_numbers(texts: list[str], form: str) -> None:
    cited = [(RIVER,), (LAKE, SEA), (SEA, RIVER, LAKE), (LAKE,)]
    spoken = [sentence(t, *c) for t, c in zip(texts, cited, strict=False)]
    # A sentence of a page that is two by its punctuation is read as two, as any text would be.
    assume(all(len(split_sentences(as_printed(s))) == 1 for s in spoken))
    drafted = page(*spoken, passages=[RIVER, LAKE, SEA])
    name = {".txt": "text", ".md": "md", ".json": "json"}[form]
    again = read_text(render(drafted, name), form)
    printed = [s.text if form == ".json" else as_printed(s) for s in drafted.sentences()]
    assert [s.text for s in again.sentences] == printed
    assert [s.numbers for s in again.sentences] == _numbers(drafted)
    assert again.title == QUESTION
    listed = [(s.number, s.title, s.url) for s in again.sources]
    assert listed == [
        (n, source.title, source.url) for n, source in enumerate(_sources(drafted), 1)
    ]


def _numbers(drafted: Page) -> list[tuple[int, ...]]:
    order = [s.id for s in _sources(drafted)]
    return [
        tuple(dict.fromkeys(order.index(c.source) + 1 for c in s.citations))
        for s in drafted.sentences()
    ]


def _sources(drafted: Page) -> list:  # type: ignore[type-arg]
    by_id = {p.source.id: p.source for p in (RIVER, LAKE, SEA)}
    cited = dict.fromkeys(c.source for s in drafted.sentences() for c in s.citations)
    return [by_id[source_id] for source_id in cited]


PIECES = st.sampled_from(
    ["[1]", "[2-9]", "[^3]", "\\[", "](", "http://a.b", "\n", "\n\n", "# ", "- ", "1. ", "| ", "> ",
     "```", "---", "===", "**", "_", "<b", "&#9999999;", "Sources", "It rained.", "U.S.", "\ue000",
     "\u115f", "\x1b[0m", "{", '"sections": [', "Verdict: "]
)  # fmt: skip


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    text=st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=25).map("".join)),
    suffix=st.sampled_from([".md", ".txt", ".json", "", ".html"]),
)
def test_reading_gives_a_text_or_says_why_not(text: str, suffix: str) -> None:
    try:
        cited = read_text(text, suffix)
    except UnreadableText:
        return
    flat = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for found in cited.sentences:
        assert found.start is not None
        assert found.end is not None
        assert 0 <= found.start < found.end <= len(flat)
        assert found.line == flat.count("\n", 0, found.start) + 1


def test_a_line_made_to_be_slow_is_read_at_once() -> None:
    hostile = "It rained" + " " * 50_000 + "[" * 50_000 + "*" * 50_000 + "<a" * 50_000 + " [1]."
    assert read_text(hostile).sentences[-1].numbers == (1,)
