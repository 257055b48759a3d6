from agent.audit.check import AuditReport, check_text
from agent.audit.reading import read_text
from agent.types import Support
from retrieval.types import Source
from tests.fakes import FakeShelf, WordsEntailment, WordVerifier, passages, source

BRIDGE = source("bridge", title="The bridge", url="https://www.bridge.example.org/story/")
ROAD = source("road", title="The road")


class Shelf(FakeShelf):
    def sources(self) -> list[Source]:
        return [BRIDGE, ROAD]


SHELF = Shelf(
    [
        *passages(BRIDGE, "The bridge opened in 1931.", "It carries four lanes."),
        *passages(ROAD, "The road was closed in May.", "Drivers took the ferry."),
    ]
)
TEXT = """# Is the bridge open?

The bridge opened in 1931 [1]. The road was closed in May [2].

## Sources

[1] The bridge - https://bridge.example.org/story#:~:text=opened
[2] The road - https://road.example.org/story
"""


def checked(text: str) -> AuditReport:
    return check_text(read_text(text, ".md"), SHELF, WordVerifier(), WordsEntailment())


def test_a_text_whose_sources_carry_it_stands() -> None:
    report = checked(TEXT)
    assert [e.ruling.support for e in report.examined] == [Support.SUPPORTED] * 2
    assert report.falling == ()


def test_a_swapped_citation_is_found() -> None:
    [fallen] = checked(TEXT.replace("May [2]", "May [1]")).falling
    assert fallen.sentence.text == "The road was closed in May."


def test_a_number_that_leads_nowhere_is_named() -> None:
    [fallen] = checked(TEXT.replace("May [2]", "May [7]")).falling
    assert "[7], which is not in the list of sources" in fallen.ruling.reason


def test_a_source_outside_the_library_cannot_be_checked() -> None:
    report = checked(
        TEXT.replace("https://road.", "https://toll.").replace("The road -", "Tolls -")
    )
    [fallen] = report.falling
    assert fallen.ruling.support is Support.UNCHECKED
    assert report.unknown_sources == (2,)


def test_a_sentence_without_a_citation_falls() -> None:
    [fallen] = checked(TEXT.replace(" [2].", ".")).falling
    assert fallen.ruling.reason == "it cites nothing"


def test_an_address_is_the_same_with_or_without_www_slash_and_fragment() -> None:
    assert checked(TEXT).unknown_sources == ()


def test_parameters_behind_an_address_that_has_none_lead_to_its_page() -> None:
    other = TEXT.replace("The road -", "Tolls -")
    assert checked(other.replace("/story\n", "/story?ref=home\n")).unknown_sources == ()
    assert checked(other.replace("/story\n", "/story/old?ref=home\n")).unknown_sources == (2,)


MORE = source("more", title="The road", url="https://road.example.org/other")


class Doubles(Shelf):
    """Two sources with one title."""

    def sources(self) -> list[Source]:
        return [BRIDGE, ROAD, MORE]


def checked_among_doubles(text: str) -> AuditReport:
    shelf = Doubles(
        [
            *passages(BRIDGE, "The bridge opened in 1931."),
            *passages(ROAD, "The road was closed in May."),
            *passages(MORE, "The road was open in June."),
        ]
    )
    return check_text(read_text(text, ".md"), shelf, WordVerifier(), WordsEntailment())


def test_a_title_that_two_sources_share_names_neither() -> None:
    [fallen] = checked_among_doubles(TEXT.replace(" - https://road.example.org/story", "")).falling
    assert fallen.ruling.support is Support.UNCHECKED
    assert "2 sources of the library have the title of [2] (road, more)" in fallen.ruling.reason
    assert "give its address" in fallen.ruling.reason


def test_an_address_tells_two_sources_with_one_title_apart() -> None:
    text = TEXT.replace("/story\n", "/story?utm_source=mail\n").replace(
        "closed in May", "open in June"
    )
    assert checked_among_doubles(text).falling
    assert not checked_among_doubles(text.replace("/story?utm", "/other?utm")).falling


def test_one_number_for_two_sources_names_neither() -> None:
    doubled = f"{TEXT}[2] Another - https://www.bridge.example.org/story\n"
    [fallen] = checked(doubled).falling
    assert fallen.ruling.support is Support.UNCHECKED
    assert "the list has [2] twice, for different sources" in fallen.ruling.reason


def test_one_source_listed_twice_under_one_number_is_one() -> None:
    doubled = f"{TEXT}[2] The road - https://road.example.org/story/\n"
    assert checked(doubled).falling == ()


def test_a_source_that_was_found_by_its_title_alone_is_remarked() -> None:
    report = checked(TEXT.replace("https://road.example.org/story", "https://mirror.example.org/r"))
    assert report.falling == ()
    [remark] = report.remarks
    assert "[2] was found by its title" in remark
    assert checked(TEXT).remarks == ()


def test_a_citation_that_carries_nothing_is_remarked_and_nothing_falls() -> None:
    report = checked(TEXT.replace("1931 [1]", "1931 [1] [2]"))
    assert report.falling == ()
    assert [e.idle for e in report.examined] == [("[2]",), ()]


def test_a_citation_that_carries_the_whole_or_a_needed_part_is_not_idle() -> None:
    both = TEXT.replace(
        "May [2].", "May. The bridge opened in 1931 and the road closed in May [1] [2]."
    )
    assert all(e.idle == () for e in checked(both).examined)


def test_a_link_to_a_source_of_the_library_is_checked_like_a_number() -> None:
    text = "The bridge opened in 1931 ([Post](https://bridge.example.org/story?fbclid=1))."
    report = checked(text)
    assert (report.falling, report.unknown_sources) == ((), ())
    lost = checked(text.replace("bridge.example", "toll.example"))
    assert lost.name_of(lost.unknown_sources[0]).startswith("https://toll.example.org/")
    assert "source https://toll.example.org/" in lost.falling[0].ruling.reason
