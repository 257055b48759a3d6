"""Citations in the styles that people and assistants write: raised, labelled, linked."""

import pytest

from agent.audit.cited_text import CitedText, comparable
from agent.audit.reading import read_text

LISTED = """

## Sources

[1] The mill - https://mill.example.org/a
[2] The weir - https://weir.example.org/b
"""
MILL, WEIR = "https://mill.example.org/a", "https://weir.example.org/b"


def said(text: str, suffix: str = ".md") -> list[tuple[str, tuple[int, ...]]]:
    return [(s.text, s.numbers) for s in read_text(text, suffix).sentences]


def addressed(text: str, suffix: str = ".md") -> list[tuple[str, tuple[str | None, ...]]]:
    """Each sentence with the addresses that it cites."""
    cited = read_text(text, suffix)
    return [(s.text, tuple(_address(cited, n) for n in s.numbers)) for s in cited.sentences]


def _address(cited: CitedText, number: int) -> str | None:
    source = cited.source(number)
    return source.url if source else None


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("The mill burned down [1, p. 4].", (1,)),
        ("The mill burned down [1, pp. 4-5].", (1,)),
        ("The mill burned down [1, pp. 4, 7].", (1,)),
        ("The mill burned down [1, page 12; 2, p. 3].", (1, 2)),
        ("The mill burned down [1: 14].", (1,)),
        ("The mill burned down [2, § 3].", (2,)),
        ("The mill burned down [1, para. 6; 2].", (1, 2)),
        ("The mill burned down [1, 2, p. 9].", (1, 2)),
        ("The mill burned down 【1】.", (1,)),
        ("The mill burned down【2†source】.", (2,)),
        ("The mill burned down【1†L3-L9】【2†L1】.", (1, 2)),
        ("The mill burned down.【1】", (1,)),
    ],
)
def test_a_label_or_another_bracket_cites_as_well(text: str, numbers: tuple[int, ...]) -> None:
    assert said(text + LISTED) == [("The mill burned down.", numbers)]
    assert said(text + LISTED, ".txt") == [("The mill burned down.", numbers)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The mill burned down.¹ The weir held.²", [(1,), (2,)]),
        ("The mill burned down¹. The weir held².", [(1,), (2,)]),
        ("The mill burned down.<sup>1</sup> The weir held.<sup>1, 2</sup>", [(1,), (1, 2)]),
        ("The mill burned down.^1^ The weir held.¹,²", [(1,), (1, 2)]),
        ("The mill burned down.¹⁻² The weir held.²", [(1, 2), (2,)]),
        ("The mill burned down.<sup>[1]</sup> The weir held.[2]", [(1,), (2,)]),
    ],
)
def test_a_raised_number_of_the_list_cites(text: str, expected: list[tuple[int, ...]]) -> None:
    found = said(text + LISTED)
    assert [words for words, _ in found] == ["The mill burned down.", "The weir held."]
    assert [numbers for _, numbers in found] == expected


@pytest.mark.parametrize(
    "words",
    [
        "The field has 40 m² of clover.",
        "The field has 12 km² of clover.",
        "It emits 10² units.",
        "It emits 3 × 10¹ units.",
        "The mill burned down.⁷",
    ],
)
def test_an_exponent_or_a_number_that_is_not_listed_is_none(words: str) -> None:
    [(text, numbers), *rest] = said(words + LISTED)
    assert numbers == ()
    assert "".join([text, *(t for t, _ in rest)]).replace(" ", "") == words.replace(" ", "")


def test_a_raised_number_behind_a_year_cites() -> None:
    assert said("The mill burned down in 1911².\n" + LISTED) == [
        ("The mill burned down in 1911.", (2,))
    ]


def test_a_raised_number_beside_a_bracketed_one_is_a_note_of_somebody_else() -> None:
    assert said("The mill burned down¹ [2]." + LISTED) == [("The mill burned down¹.", (2,))]


def test_raised_and_bracketed_numbers_cite_in_one_text() -> None:
    text = (
        "The mill burned down.¹ Its owner rebuilt it [2]. It grinds rye.<sup>[1]</sup>\n\n"
        'It burned again.<sup><a href="#n2">2</a></sup> The pond covers 4 km² [1]. '
        "It covers 40 hectares² of clay.²"
    )
    assert [numbers for _, numbers in said(text + LISTED)] == [(1,), (2,), (1,), (2,), (1,), (2,)]


@pytest.mark.parametrize(
    "place",
    [
        "Table 2",
        "pp. 14-16",
        "§ 3",
        "fig. 4b",
        "p. iv",
        "Annex B",
        "pp. 4 ff.",
        "Art. 12",
        "fn 3",
        "ch. 2, p. 9",
    ],
)
def test_a_place_in_the_source_belongs_to_its_citation(place: str) -> None:
    assert said(f"The mill burned down [2, {place}]." + LISTED) == [("The mill burned down.", (2,))]


def test_a_list_may_number_its_entries_as_the_text_does() -> None:
    raised = read_text(
        "The mill burned down.²\n\n## Sources\n\n¹ A - https://a.b/c\n² B - https://a.b/d"
    )
    assert [(s.number, s.url) for s in raised.sources] == [
        (1, "https://a.b/c"),
        (2, "https://a.b/d"),
    ]
    other = read_text(
        "The mill burned down【2】.\n\nSources\n\n【1】 A - https://a.b/c\n【2】 B - https://a.b/d"
    )
    assert [(s.number, s.url) for s in other.sources] == [
        (1, "https://a.b/c"),
        (2, "https://a.b/d"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The mill was sold in the U.S. [1] Ida Voss bought it [2].",
            [("The mill was sold in the U.S.", (1,)), ("Ida Voss bought it.", (2,))],
        ),
        (
            "It was sold to Voss Inc. [1] The weir was not [2].",
            [("It was sold to Voss Inc.", (1,)), ("The weir was not.", (2,))],
        ),
        (
            "It was sold in the U.S. [1] and in Canada [2].",
            [("It was sold in the U.S. and in Canada.", (1, 2))],
        ),
        ("It was Dr. [1] Voss who paid [2].", [("It was Dr. Voss who paid.", (1, 2))]),
        ("It was J. [1] Voss who paid [2].", [("It was J. Voss who paid.", (1, 2))]),
    ],
)
def test_a_group_behind_an_abbreviation_ends_the_sentence_where_the_next_begins(
    text: str, expected: list[tuple[str, tuple[int, ...]]]
) -> None:
    assert said(text + LISTED) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"The mill burned down ([Selby Times]({MILL})).", "The mill burned down."),
        (f"The mill burned down ([Selby Times]({MILL}), May 4, 2025).", "The mill burned down."),
        (f"The mill burned down (source: [Selby Times]({MILL})).", "The mill burned down."),
        (f"The mill burned down. [Selby Times]({MILL})", "The mill burned down."),
        (f"The mill burned down. ([Selby Times]({MILL}))", "The mill burned down."),
        (f"[The mill]({MILL}) burned down.", "The mill burned down."),
        (f'The mill [burned down]({MILL} "a title").', "The mill burned down."),
        (f"The mill burned down {MILL}.", "The mill burned down."),
        (f"The mill burned down ({MILL}).", "The mill burned down."),
        (f"The mill burned down. <{MILL}>", "The mill burned down."),
        (f"The mill burned down, see {MILL}.", "The mill burned down."),
        (f"The mill burned down — [Selby Times]({MILL})", "The mill burned down"),
    ],
)
def test_a_link_in_a_text_without_numbers_is_a_citation(text: str, words: str) -> None:
    assert addressed(text) == [(words, (MILL,))]


def test_each_sentence_has_its_own_links() -> None:
    text = f"[The mill]({MILL}) burned down. The weir held ([Times]({WEIR}), [Post]({MILL})). Rain."
    assert addressed(text) == [
        ("The mill burned down.", (MILL,)),
        ("The weir held.", (WEIR, MILL)),
        ("Rain.", ()),
    ]


def test_bare_addresses_cite_in_plain_text_too() -> None:
    assert addressed(f"The mill burned down ({MILL}). The weir held: {WEIR}", ".txt") == [
        ("The mill burned down.", (MILL,)),
        ("The weir held:", (WEIR,)),
    ]


def test_a_link_to_a_listed_source_has_its_number() -> None:
    text = f"The mill burned down [1].\n\nThe weir held ([Post]({WEIR}?utm_source=x)).{LISTED}"
    assert said(text) == [("The mill burned down.", (1,)), ("The weir held.", (2,))]


def test_links_beside_numbers_are_words_alone() -> None:
    text = f"[The mill]({WEIR}) burned down [1].{LISTED}"
    assert said(text) == [("The mill burned down.", (1,))]


def test_a_picture_cites_nothing() -> None:
    assert addressed(f"![The mill]({MILL}) It burned down.")[0][1] == ()


def test_a_number_that_is_a_link_needs_no_list() -> None:
    assert addressed(f"The mill burned down [1]({MILL}) [[2]]({WEIR}).") == [
        ("The mill burned down.", (MILL, WEIR))
    ]


@pytest.mark.parametrize(
    "other",
    [
        "http://www.port.example.org/annual/?utm_source=letter&utm_medium=email",
        "https://port.example.org/annual?fbclid=abc#top",
        "https://PORT.example.org/annual?gclid=1&mc_cid=2&mc_eid=3",
    ],
)
def test_what_follows_a_reader_around_is_no_part_of_an_address(other: str) -> None:
    assert comparable(other) == comparable("https://port.example.org/annual")


def test_other_parameters_are_part_of_an_address_in_any_order() -> None:
    assert comparable("https://a.b/c?id=2&page=1") == comparable(
        "https://a.b/c?page=1&id=2&utm_id=9"
    )
    assert comparable("https://a.b/c?id=2") != comparable("https://a.b/c?id=3")


@pytest.mark.parametrize(
    "line",
    ["(" * 60_000, "(see " * 20_000, "[a](" * 20_000, " " * 60_000 + "x", f"({MILL}" * 3_000,
     "[1, p. " * 15_000, "[1, 2" * 20_000, "1,2" * 30_000, f"{MILL}, " * 3_000, "abc¹," * 20_000],
)  # fmt: skip
def test_a_line_made_to_be_slow_is_read_at_once(line: str) -> None:
    for suffix in (".md", ".txt"):
        assert read_text(f"It rained. {line} It snowed.{LISTED}", suffix).sentences


def test_a_note_may_have_a_name() -> None:
    text = f"It rained.[^rain] It snowed.[^2]\n\n[^2]: {WEIR}\n[^rain]: The mill, {MILL}\n"
    assert addressed(text) == [("It rained.", (MILL,)), ("It snowed.", (WEIR,))]
    [first, _] = read_text(text).sentences
    assert text[first.start : first.end] == "It rained."


@pytest.mark.parametrize("group", ["([1], [2])", "(see [1] [2])", "([1](#a), [2](#b))"])
def test_a_group_in_round_brackets_leaves_none_behind(group: str) -> None:
    assert said(f"The mill burned down {group}.{LISTED}") == [("The mill burned down.", (1, 2))]


def test_a_raised_number_joins_no_figure() -> None:
    text = f"It made 10<sup>6</sup> bags [1]. It fell<sup>7</sup>.{LISTED}"
    assert [words for words, _ in said(text)] == ["It made 10^6 bags.", "It fell\u2077."]


@pytest.mark.parametrize(
    ("text", "words", "numbers"),
    [
        ("The mill [burned down](/a[1]).", "The mill burned down.", (1,)),
        ("The mill [burned [2] down](x[1]) [2].", "The mill burned down.", (2, 1, 2)),
        ("The <a href='[1]'>mill</a> burned down [2].", "The mill burned down.", (1, 2)),
        ("![](/picture[1]) The mill burned down [2].", "The mill burned down.", (1, 2)),
    ],
    ids=["address", "words", "tag", "picture"],
)
def test_a_number_in_what_is_taken_off_is_not_lost(
    text: str, words: str, numbers: tuple[int, ...]
) -> None:
    [(read, cites)] = said(f"{text}{LISTED}")
    assert read == words
    assert cites == numbers


@pytest.mark.parametrize("odd", ["http://[1]", "http://[", "https://a]b[c/"])
def test_what_is_no_address_is_itself_and_nothing_else(odd: str) -> None:
    assert comparable(odd) == comparable(f" {odd} ") != comparable(MILL)
    text = f"The mill burned down [1]. See {odd} .\n\n## Sources\n\n[1] The mill - {odd}\n"
    assert said(text)[0] == ("The mill burned down.", (1,))
