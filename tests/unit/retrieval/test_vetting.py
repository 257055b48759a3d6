import re
from pathlib import Path

import pytest

from retrieval.errors import SourceRefused, SourceUnreadable
from retrieval.loaders import load, read_file
from retrieval.loaders.frontmatter import FrontMatter
from retrieval.vetting import Vetting, VettingList, Voucher, parse_address

SEEDS = Path(__file__).parents[3] / "seeds"
LIST = """
[[publisher]]
name = "BBC News"
aliases = ["BBC", "The BBC"]
domains = ["bbc.co.uk", "bbc.com"]
tier = 2
reason = "public broadcaster"

[[publisher]]
name = "Süddeutsche Zeitung"
domains = ["süddeutsche.de"]
tier = 2
reason = "newspaper"

[[publisher]]
name = "Office of a Member"
domains = ["member.house.gov"]
tier = 1
reason = "official"

[[publisher]]
name = "A Report on Scribd"
domains = ["scribd.com/document/704494076"]
tier = 1
reason = "one document"

[[publisher]]
name = "Strasse News"
domains = ["strasse.de"]
tier = 2
reason = "newspaper"

[[publisher]]
name = "AP"
aliases = ["Associated Press"]
domains = []
tier = 2
reason = "agency"
"""


@pytest.fixture
def vetting(tmp_path: Path) -> VettingList:
    return listed(tmp_path, LIST)


def listed(folder: Path, text: str) -> VettingList:
    path = folder / "vetting.toml"
    path.write_text(text, "utf-8")
    return VettingList.read(path)


def meta(url: str | None, publisher: str | None = "BBC News", **fields: object) -> FrontMatter:
    return FrontMatter.model_validate({"url": url, "publisher": publisher, **fields})


@pytest.mark.parametrize(
    ("url", "publisher"),
    [
        ("https://www.bbc.co.uk/news/1", "BBC News"),
        ("http://bbc.co.uk", "bbc  news"),
        ("https://NEWS.BBC.com:443/a?b#c", "The BBC"),
        ("https://xn--sddeutsche-9db.de/a", "Süddeutsche Zeitung"),
        ("https://www.süddeutsche.de/a", "SÜDDEUTSCHE ZEITUNG"),
        ("https://member.house.gov/letter", "Office of a Member"),
        ("https://www.scribd.com/document/704494076/Ruling", "A Report on Scribd"),
    ],
)
def test_a_listed_publisher_at_its_own_address_is_admitted(
    vetting: VettingList, url: str, publisher: str
) -> None:
    admission = vetting.admit(meta(url, publisher), "a.md")
    assert admission.vetted_by == f"vetting list: {admission.publisher}"


def test_a_source_is_filed_under_the_name_on_the_list(vetting: VettingList) -> None:
    admission = vetting.admit(
        meta("https://bbc.com/a", "The BBC", syndicated_from="associated press"), "a.md"
    )
    assert admission.publisher == "BBC News"
    assert admission.syndicated_from == "AP"


def test_a_page_that_names_no_publisher_gets_the_one_of_its_address(vetting: VettingList) -> None:
    assert vetting.admit(meta("https://bbc.com/a", None), "a.html").publisher == "BBC News"


@pytest.mark.parametrize(("said", "tier"), [(None, 2), (1, 2), (2, 2), (3, 3)])
def test_front_matter_may_lower_a_tier_and_not_raise_it(
    vetting: VettingList, said: int | None, tier: int
) -> None:
    assert vetting.admit(meta("https://bbc.com/a", tier=said), "a.md").tier == tier


LOOK_ALIKES = [
    # another registrable domain that holds or resembles the name
    "https://bbc.co.uk.evil.com/", "https://bbc.com.evil.com/news", "https://evil-bbc.com/",
    "https://bbc-news.com/", "https://bbcc.com/", "https://bcc.com/", "https://bbc.net/",
    "https://bbc.org/", "https://bbc.cm/", "https://bbc.co/", "https://bbc.uk/", "https://bbc.om/",
    "https://wwwbbc.com/", "https://www-bbc.com/", "https://www.bbc.com.co/", "https://bbc.com.br/",
    "https://bbc.co.uk.com/", "https://bbccom.com/", "https://bbc.info/", "https://bbc.news/",
    "https://bbc.blogspot.com/", "https://bbc.github.io/", "https://bbc-com.translate.goog/",
    "https://xn--bc-8cd.com/", "https://notbbc.com/", "https://b-b-c.com/", "https://bb\u0441.com/",
    "https://bbc.\u0441\u043em/", "https://\u042c\u042c\u0441.com/", "https://ḃbc.com/", "https://bb\u00e7.com/",
    "https://b\u0253c.com/", "https://bbc\u2024com.evil.com/",
    # the right name, reached another way
    "https://bbc.com@evil.com/", "https://bbc.com:pw@evil.com/", "https://evil.com@bbc.com/",
    "https://user@bbc.com/", "https://bbc.com:8443/", "https://bbc.com:80/", "http://bbc.com:443/",
    "https://bbc.com./", "https://bbc..com/", "https://.bbc.com/", "https://bbc.com\\@evil.com/",
    "https://evil.com\\.bbc.com/", "https://evil.com%2ebbc.com/", "https://bbc%2ecom/",
    "https://bbc.com%00.evil.com/", "https://bbc.com\n.evil.com/", "https://bbc .com/",
    "https://\u202ebbc.com/", "https://bbc\u200b.com/", "https://bbc\u00ad.com/",
    "https://\uff42\uff42\uff43.com/", "https://bbc\u3002com/", "https://bbc\uff0ecom/",
    "https://bbc.\u2460om/", "https://-bbc.com/", "https://bbc_.com/",
    # no registered host, no web address
    "https://93.184.216.34/bbc.com", "https://[::1]/bbc.com", "https://1572395042/",
    "https://0x5db8d822/", "https://localhost/bbc.com", "https://bbc/", "https://com/",
    "https://co.uk/", "https:///bbc.com/", "//bbc.com/", "bbc.com", "ftp://bbc.com/",
    "javascript://bbc.com/%0aalert(1)", "data:text/html,bbc.com", "file://bbc.com/etc/passwd", "",
    # beside what is listed below a domain
    "https://house.gov/", "https://other.house.gov/", "https://xmember.house.gov/",
    "https://scribd.com/", "https://scribd.com/document/7044940761/x",
    "https://scribd.com/document/1/704494076", "https://scribd.com/document/704494076/../1",
    "https://scribd.com/document/704494076/%2e%2e/1", "https://straße.de/",
]  # fmt: skip


@pytest.mark.parametrize("url", LOOK_ALIKES)
def test_no_look_alike_of_a_listed_address_is_admitted(vetting: VettingList, url: str) -> None:
    names = [entry.name for entry in vetting.publisher]
    for name in names:
        said = FrontMatter.model_construct(url=url, publisher=name, tier=None, syndicated_from=None)
        with pytest.raises(SourceRefused):
            vetting.admit(said, "a.md")


def test_a_listed_address_under_another_name_is_refused_by_both_names(vetting: VettingList) -> None:
    with pytest.raises(SourceRefused, match=r"'BBC News', not 'The Evil Times'"):
        vetting.admit(meta("https://bbc.com/a", "The Evil Times"), "a.md")


def test_a_refusal_gives_the_lines_that_would_admit_the_source(
    vetting: VettingList, tmp_path: Path
) -> None:
    unknown = meta("https://www.blog.substack.com/p/1", 'The "Daily" Test')
    with pytest.raises(SourceRefused, match=r"a\.md is not admitted") as caught:
        vetting.admit(unknown, "a.md")
    lines = caught.value.advice.partition("\n")[2]
    assert listed(tmp_path, LIST + lines).admit(unknown, "a.md").publisher == 'The "Daily" Test'
    assert '"blog.substack.com"' in lines


def test_a_source_without_an_address_is_refused(vetting: VettingList) -> None:
    with pytest.raises(SourceRefused, match="has no address"):
        vetting.admit(meta(None), "a.md")


def test_a_named_person_vouches_for_what_is_on_no_list() -> None:
    voucher: Vetting = Voucher(person="Ana López")
    admission = voucher.admit(meta("https://evil.com/", "The Evil Times", tier=2), "a.md")
    assert (admission.publisher, admission.tier) == ("The Evil Times", 2)
    assert admission.vetted_by == "Ana López"


def test_a_vouched_source_that_says_nothing_of_itself_gets_the_lowest_tier() -> None:
    admission = Voucher(person="Ana López").admit(FrontMatter(), "memo.txt")
    assert (admission.publisher, admission.tier) == ("Provided by Ana López", 3)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[publisher]\n", "no TOML file"),
        ('[[publisher]]\nname = "A"\n', "publisher.0"),
        ('[[publisher]]\nname="A"\ndomains=["co.uk"]\ntier=1\nreason="r"', "co.uk"),
        ('[[publisher]]\nname="A"\ndomains=["blogspot.com"]\ntier=1\nreason="r"', "blogspot.com"),
        ('[[publisher]]\nname="A"\ndomains=["https://a.com"]\ntier=1\nreason="r"', "https://a.com"),
        ('[[publisher]]\nname="A"\ndomain=["a.com"]\ntier=1\nreason="r"', "domain"),
        ('[[publisher]]\nname="A"\ntier=0\nreason="r"', "tier"),
        ('[[publisher]]\nname="A"\naliases=["B"]\ntier=1\nreason="r"\n' * 2, "two entries: a, b"),
        ("", "publisher"),
    ],
    ids=[
        *("no TOML", "no tier", "a suffix", "a platform", "an address", "an unknown field"),
        *("a wrong tier", "a name twice", "nothing"),
    ],
)
def test_a_wrong_vetting_list_is_refused_with_its_place(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(SourceUnreadable, match=re.escape(said)):
        listed(tmp_path, text)


def test_a_missing_vetting_list_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="cannot be opened"):
        VettingList.read(tmp_path / "gone.toml")


def test_one_blog_on_a_platform_is_not_the_platform() -> None:
    place = parse_address("https://one.blogspot.com/2025/06/a.html")
    assert place is not None
    assert place.registrable == "one.blogspot.com"


def test_the_seed_list_admits_every_seed_with_the_tier_that_its_note_gives() -> None:
    vetting = VettingList.read(SEEDS / "vetting.toml")
    notes = sorted(SEEDS.glob("*/*.md"))
    assert len(notes) == 75
    for path in notes:
        (document,) = load(read_file(path))
        admission = vetting.admit(document.meta, path.name)
        assert admission.tier == document.meta.tier, path.name
        assert admission.syndicated_from == document.meta.syndicated_from, path.name
