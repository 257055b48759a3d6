import re
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.render.citations import (
    EDGE_WORDS,
    directive,
    link,
    safe_url,
)
from tests.unit.agent.pages import passage

LONG = "one two three four five six seven eight nine ten eleven twelve thirteen"


def of(text: str, quote: str, *, nth: int = 0) -> str:
    starts = [m.start() for m in re.finditer(re.escape(quote), text)]
    return directive(text, starts[nth], starts[nth] + len(quote))


def test_a_short_quote_stands_whole() -> None:
    assert of("The lake froze. The sea was calm.", "The sea was calm.") == "The%20sea%20was%20calm."


def test_characters_that_are_syntax_are_escaped() -> None:
    quote = "A well-known, Q&A: 50% #1 \u201cyes\u201d"
    value = of(quote, quote)
    assert not re.search(r"[-,&#\s\u201c]", value)
    assert unquote(value) == quote


def test_a_long_quote_is_given_by_its_ends() -> None:
    value = of(f"Before. {LONG}. After.", LONG)
    assert value == "one%20two%20three%20four%20five,nine%20ten%20eleven%20twelve%20thirteen"


def test_a_quote_across_paragraphs_is_given_by_ends_that_do_not_cross_them() -> None:
    assert of("Rain fell.\n\nSnow fell.", "Rain fell.\n\nSnow fell.") == "Rain%20fell.,Snow%20fell."


def test_only_a_quote_that_occurs_twice_carries_its_neighbours() -> None:
    text = "Mayor A said no. Then Mayor B said no. It rained."
    assert of(text, "said no.", nth=0) == "Mayor%20A-,said%20no.,-Then%20Mayor%20B"
    assert of(text, "said no.", nth=1) == "Then%20Mayor%20B-,said%20no.,-It%20rained."
    assert of(text, "It rained.") == "It%20rained."


WORDS = st.lists(st.sampled_from(["the", "mayor", "said", "well-known", "a,b"]), min_size=1)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(before=WORDS, quote=WORDS, after=WORDS)
def test_a_browser_finds_words_equal_to_the_ends_of_the_quote(
    before: list[str], quote: list[str], after: list[str]
) -> None:
    words = [*before, *quote, *after]
    text, start = " ".join(words), len(" ".join([*before, ""]))
    parts = directive(text, start, start + len(" ".join(quote))).split(",")
    prefix = [unquote(p[:-1]) for p in parts if p.endswith("-")]
    suffix = [unquote(p[1:]) for p in parts if p.startswith("-")]
    ends = [unquote(p) for p in parts if not p.endswith("-") and not p.startswith("-")]
    assert quote[: len(ends[0].split())] == ends[0].split()
    assert quote[-len(ends[-1].split()) :] == ends[-1].split()
    assert len(ends) == 1 or all(len(end.split()) == EDGE_WORDS for end in ends)
    assert " ".join([*prefix, ends[0]]) in text
    assert " ".join([ends[-1], *suffix]) in text


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/a", "https://example.org/a#:~:text="),
        ("https://example.org/a#part", "https://example.org/a#part:~:text="),
    ],
)
def test_the_directive_joins_an_address_with_or_without_a_fragment(url: str, expected: str) -> None:
    found = passage("a", "The lake froze.", url=url)
    assert link(found, 0, 15) == f"{expected}The%20lake%20froze."


def test_a_paginated_source_opens_at_its_page() -> None:
    found = passage("a", "The lake froze.", url="https://example.org/a.pdf")
    paged = found.model_copy(update={"page": 7})
    assert link(paged, 0, 15) == "https://example.org/a.pdf#page=7:~:text=The%20lake%20froze."


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.org/a",
        "//example.org/a",
        "https://",
        "https://[::1/a",
        "java\nscript:alert(1)",
        "https://example.org/\u202ea",
        "",
    ],
)
def test_only_web_addresses_become_links(url: str) -> None:
    assert safe_url(url) is None
    assert link(passage("a", "The lake froze.", url=url), 0, 15) is None


def test_an_address_keeps_its_meaning_and_loses_what_could_close_an_attribute() -> None:
    assert safe_url("https://example.org/a?b=c&d=%20e#f") == "https://example.org/a?b=c&d=%20e#f"
    assert safe_url('https://example.org/"><b>[1]') == "https://example.org/%22%3E%3Cb%3E%5B1%5D"
