"""CSL-JSON and BibTeX: the sources of a page for programs that keep references."""

import json
import re
from typing import Any

import pytest

from agent.render import render
from tests.unit.agent.pages import insufficient, page, passage, sentence

ODD = 'Braces { and } 100% of A&B_C #1 $5 ~x ^y \\input "q" Zoë – 北京 [7]'
NEWS = passage(
    "a news",
    "It froze.",
    title=ODD,
    kind="news",
    published="2025-05-09",
    publisher=ODD,
    url="https://example.org/news",
)
STUDY = passage("a_news", "It rained.", kind="study", publisher="The Lake Journal")
LAW = passage("law", "It holds.", kind="law", url="ftp://example.org/law")
PAGE = passage("page", "It fell.", kind="never heard of", url="https://example.org/a_{b}%20c#d")
DRAFTED = page(
    sentence("It froze.", NEWS, STUDY),
    sentence("It fell.", LAW, PAGE),
    passages=[NEWS, STUDY, LAW, PAGE],
)


def items() -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads(render(DRAFTED, "csl"))
    return read


def test_an_item_has_what_is_known_of_a_source_in_the_words_of_csl() -> None:
    assert items()[0] == {
        "id": "a news",
        "type": "article-newspaper",
        "title": ODD,
        "container-title": ODD,
        "issued": {"date-parts": [[2025, 5, 9]]},
        "accessed": {"date-parts": [[2026, 11, 20]]},
        "URL": "https://example.org/news",
    }


@pytest.mark.parametrize(
    ("place", "kind", "holder"),
    [
        (0, "article-newspaper", "container-title"),
        (1, "article-journal", "container-title"),
        (2, "legislation", "publisher"),
        (3, "webpage", "container-title"),
    ],
)
def test_the_kind_of_a_source_gives_the_type_of_its_item(
    place: int, kind: str, holder: str
) -> None:
    assert items()[place]["type"] == kind
    assert holder in items()[place]


def test_items_are_in_the_order_of_their_numbers_and_an_odd_address_is_left_out() -> None:
    assert [i["id"] for i in items()] == ["a news", "a_news", "law", "page"]
    assert "URL" not in items()[2]
    assert "issued" not in items()[1]


ENTRY = re.compile(r"@(\w+)\{([A-Za-z0-9:-]+),\n((?:  \w+ = (?:\{.*\}|[a-z]{3}),\n)+)\}\n")


def entries() -> list[tuple[str, str, dict[str, str]]]:
    text = render(DRAFTED, "bibtex")
    found = list(ENTRY.finditer(text))
    assert "\n".join(m[0] for m in found) == text, "nothing stands beside the entries"
    return [(m[1], m[2], dict(re.findall(r"  (\w+) = (.*),\n", m[3]))) for m in found]


def test_an_entry_has_a_kind_a_key_of_its_own_and_its_fields() -> None:
    assert [(kind, key) for kind, key, _ in entries()] == [
        ("article", "a-news"),
        ("article", "a-news-2"),
        ("misc", "law"),
        ("misc", "page"),
    ]
    first = entries()[0][2]
    assert (first["year"], first["month"], first["urldate"]) == ("{2025}", "may", "{2026-11-20}")
    assert entries()[1][2]["journal"] == "{The Lake Journal}"
    assert "url" not in entries()[2][2]


def test_braces_balance_and_nothing_is_a_command_or_a_comment() -> None:
    for _, _, fields in entries():
        for name, value in fields.items():
            depth = 0
            for character in value:
                depth += {"{": 1, "}": -1}.get(character, 0)
                assert depth >= 0
            assert depth == 0
            if name != "url":
                assert not re.search(r"(?<!\\)[%&#$_]|\\input", value)
    assert "Zoë – 北京" in entries()[0][2]["title"]
    assert r"\textbraceleft{} and \textbraceright{} 100\% of A\&B\_C" in entries()[0][2]["title"]


def test_a_page_that_cites_nothing_lists_nothing() -> None:
    assert json.loads(render(insufficient(NEWS), "csl")) == []
    assert render(insufficient(NEWS), "bibtex") == "% No source is cited.\n"
