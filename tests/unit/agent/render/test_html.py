"""The page in a browser, as far as it can be told without one."""

import base64
import hashlib
import re
from collections import Counter
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from agent.render import render
from agent.types import Certificate, Kind, Page, RejectedSentence, Support
from tests.unit.agent.pages import cite, insufficient, page, passage, scope, sentence

RIVER = passage("river", "The river rose two metres. The bridge was closed.", at=100)
LAKE = passage("lake", "The lake froze.", tier=3, origin="river")
CERTIFICATE = Certificate(
    proposition="A lake burned.",
    scope=scope(92, 13, 11),
    on_topic=61,
    best_score=0.21,
    threshold=0.5,
    nearest=cite(LAKE),
    probe_score=0.97,
    found=False,
)
VOID = {"meta", "br", "hr", "img", "input", "link"}


class Tree(HTMLParser):
    """Start tags with their attributes and the tags they stand in; complains of loose ends."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None], tuple[str, ...]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs), tuple(self._open)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs, _ in self.tags if name == tag]

    def ids(self) -> Counter[str]:
        return Counter(a["id"] for _, a, _ in self.tags if a.get("id"))  # type: ignore[misc]


def full() -> Page:
    absent = sentence("No source reports a fire.", LAKE, kind=Kind.ABSENCE, certificate=CERTIFICATE)
    fallen = RejectedSentence(
        sentence=sentence("The lake burned.", LAKE, support=Support.CONTRADICTED),
        place="Where the claim comes from",
        nearest=cite(LAKE),
        tried=("cited another passage",),
    )
    elsewhere = fallen.model_copy(
        update={"nearest": cite(passage("unread", "A pond dried up.")), "tried": ()}
    )
    return page(
        sentence("The bridge was closed.", cite(RIVER, "The bridge was closed.")),
        sentence("The river rose and the lake froze.", RIVER, LAKE, kind=Kind.INFERENCE),
        absent,
        passages=[RIVER, LAKE],
        fallen=[fallen, elsewhere],
    )


def test_the_page_fetches_and_runs_nothing() -> None:
    text = render(full(), "html")
    tree = Tree(text)
    assert not {"script", "link", "img", "iframe", "object", "form"} & {t for t, _, _ in tree.tags}
    assert not re.search(r"@import|url\(", text)
    assert not [a for _, attrs, _ in tree.tags for a in attrs if a.startswith("on") or a == "style"]


def test_the_policy_admits_exactly_the_one_style_sheet() -> None:
    text = render(full(), "html")
    sheets = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(sheets[0].encode()).digest()).decode()
    policy = next(a["content"] for a in Tree(text).all("meta") if a.get("http-equiv"))
    assert len(sheets) == 1
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def test_a_citation_shows_its_quote_and_opens_the_source_at_it() -> None:
    text = render(full(), "html")
    tree = Tree(text)
    link = next(a for a in tree.all("a") if a.get("aria-describedby"))
    assert link["href"] == "https://example.org/river#:~:text=The%20bridge%20was%20closed."
    assert link["rel"] == "noopener noreferrer"
    card = text[text.index(f'id="{link["aria-describedby"]}"') :]
    card = card[: card.index("</span></span>")]
    for shown in ("The bridge was closed.", "Title of river", "Publisher of river", "no date"):
        assert shown in card
    assert "tier 1" in card


def test_every_description_label_and_inner_link_points_at_something() -> None:
    tree = Tree(render(full(), "html"))
    ids = tree.ids()
    assert set(ids.values()) == {1}
    refs = {a.get(k) for _, a, _ in tree.tags for k in ("aria-describedby", "aria-labelledby")}
    inner = {str(a["href"])[1:] for a in tree.all("a") if str(a["href"]).startswith("#")}
    assert {r for r in refs if r} | inner <= ids.keys()
    tips = [a for _, a, _ in tree.tags if a.get("role") == "tooltip"]
    assert {a["id"] for a in tips} <= refs


def test_every_link_out_is_a_web_address_that_learns_nothing() -> None:
    outward = [
        a for a in Tree(render(full(), "html")).all("a") if a["href"] and a["href"][0] != "#"
    ]
    assert outward
    assert all(str(a["href"]).startswith("https://example.org/") for a in outward)
    assert all((a["target"], a["rel"]) == ("_blank", "noopener noreferrer") for a in outward)


def test_a_source_without_a_web_address_is_named_but_not_linked() -> None:
    paper = passage("paper", "The lake froze.", url="javascript:alert(1)")
    tree = Tree(render(page(sentence("The lake froze.", paper), passages=[paper]), "html"))
    assert {a["href"] for a in tree.all("a")} == {"#source-1"}
    assert "Title of paper" in tree.text


def test_absence_shows_what_was_searched() -> None:
    text = Tree(render(full(), "html")).text
    assert "A lake burned." in text
    assert "92 passages of 13 sources from 11 origins" in text
    assert "0.21, where 0.50 would count; a planted passage that says it scores 0.97" in text


def test_only_the_kinds_on_the_page_are_marked_and_explained() -> None:
    tree = Tree(render(full(), "html"))
    marks = [a for tag, a, _ in tree.tags if a.get("class") == "kind"]
    assert len(marks) == 2 * 4 + 2  # two sentences in each of four sections, two in the legend
    assert tree.text.count("what the findings do and do not amount to") == 1
    assert "outlook" not in tree.text


def test_fallen_sentences_are_folded_with_reason_place_attempts_and_nearest_passage() -> None:
    text = render(full(), "html")
    folded = Tree(text).text.split("What did not stand")[1]
    assert '<details class="fallen">' in text
    assert "2 sentences were written and not let onto the page" in folded
    for shown in ("The lake burned.", "Contradicted:", "for a test", "cited another passage"):
        assert shown in folded
    assert "A pond dried up." in folded


def test_sources_that_share_an_origin_say_so() -> None:
    rows = Tree(render(full(), "html")).text.split("Origin")[1]
    assert re.search(r"its own, one with\s*\[2\]", rows)


def test_headings_go_down_one_step_at_a_time_within_landmarks() -> None:
    tree = Tree(render(full(), "html"))
    headings = [(tag, place) for tag, _, place in tree.tags if re.fullmatch("h[1-6]", tag)]
    assert next(tag for tag, _ in headings) == "h1"
    assert {tag for tag, _ in headings[1:]} == {"h2"}
    assert {place[2] for _, place in headings} == {"header", "main"}
    assert tree.all("html") == [{"lang": "en"}]


def test_the_verdict_is_told_by_word_and_sign_not_by_colour_alone() -> None:
    tree = Tree(render(full(), "html"))
    assert re.search(r"✗\s*Verdict: Refuted", tree.text)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_colour_of_text_stands_out_from_its_ground(scheme: str) -> None:
    """WCAG 2.2, 1.4.3: contrast of at least 4.5."""
    colours = dict(re.findall(r"--([\w]+): (#[0-9a-f]+)", _root(render(full(), "html"), scheme)))
    inks = ("ink", "muted", "link", "supported", "mixed", "refuted", "unproven")
    pairs = [(ink, ground) for ink in inks for ground in ("paper", "card")]
    pairs += [("ink", "mark"), ("link", "mark"), ("muted", "mark")]
    weak = {p for p in pairs if _contrast(colours[p[0]], colours[p[1]]) < 4.5}
    assert weak == set()


def test_the_short_page_says_what_was_searched_and_links_what_is_nearest() -> None:
    tree = Tree(render(insufficient(LAKE), "html"))
    assert "Verdict: none - not enough evidence" in tree.text
    assert "412 passages of 75 sources" in tree.text
    assert [a["href"] for a in tree.all("a")] == ["https://example.org/lake"]


def _root(text: str, scheme: str) -> str:
    light, dark = re.findall(r":root \{(.*?)\}", text, re.DOTALL)[:2]
    return str(light if scheme == "light" else dark)


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_print_is_dark_on_white_at_any_paper_with_addresses_in_the_list_alone() -> None:
    css = files("agent.render").joinpath("page.css").read_text("utf-8")
    screen, printed = css.split("@media print {")
    assert re.findall(r"@media (?!screen)[^{]*", screen) == []
    assert "@page { margin:" in printed
    assert "size:" not in re.sub(r"font-size:", "", printed)
    assert "background: none !important" in printed
    assert re.findall(r"([^\n{}]+)\{ content: attr\(href\)", printed) == ["  td.what > a::after "]
    assert re.search(r"h1, h2, thead \{ break-after: avoid", printed)
