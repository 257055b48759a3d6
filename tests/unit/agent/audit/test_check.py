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
