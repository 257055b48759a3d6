"""Threats 3, 8, 11, 13 to 17 of SECURITY.md: look-alikes, requests, costs, names and signs."""

# ruff: noqa: RUF001, E501  (letters that look alike are the point; tables read best in rows)

import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Final

from agent.faces.cli.batch import read_rows
from agent.faces.exit_codes import BadInput
from agent.faces.web.sources import STAGING, Shelf
from agent.llm.budget import Spending
from agent.render import FORMATS, render
from retrieval.errors import SourceRefused
from retrieval.loaders.frontmatter import FrontMatter
from retrieval.vetting import VettingList
from tests.faces.front import ROOT, verdict
from tests.faces.slack.test_gate import BODY, NOW, SIGNATURE, STAMP, Client, signed
from tests.unit.agent.pages import page, passage, sentence
from tests.unit.retrieval.test_origins import find_origins, source
from tests.unit.retrieval.test_vetting import LIST, LOOK_ALIKES, listed

ALIKE: Final = {"b": "ḃɓЬƅᏏ6", "c": "çсϲ¢ꮯ", "o": "оο0ọ", "m": "ｍмṃ", "k": "κкⱪƙ", "u": "υцս"}
ENDINGS: Final = (
    "net",
    "org",
    "cm",
    "co",
    "info",
    "news",
    "biz",
    "online",
    "site",
    "com.co",
    "tv",
    "me",
)
STUCK: Final = (
    "news",
    "live",
    "world",
    "online",
    "breaking",
    "uk",
    "press",
    "media",
    "today",
    "tv",
)


def look_alikes() -> list[str]:
    """More than 500 addresses that look like bbc.com or bbc.co.uk, in a dozen ways."""
    real = ("bbc.com", "bbc.co.uk")
    letters = [
        host[:i] + other + host[i + 1 :]
        for host in real
        for i, letter in enumerate(host)
        for other in ALIKE.get(letter, "")
    ]
    twisted = [
        h
        for host in real
        for i in range(3)
        for h in (host[:i] + host[i + 1 :], host[:i] + "b" + host[i:])
    ]
    hosts = [
        *letters,
        *(h for h in twisted if h not in real),
        *(f"bbc.{ending}" for ending in ENDINGS),
        *(f"bbc{dash}{word}.{end}" for dash, word, end in product(("", "-"), STUCK, ENDINGS[:5])),
        *(f"{host}.{word}.{end}" for host, word, end in product(real, STUCK, ENDINGS[:5])),
        *(f"{word}-{host}" for word, host in product(STUCK, real)),
        *(f"{word}.{host}.evil.{end}" for word, host, end in product(STUCK, real, ENDINGS[:5])),
    ]
    marks = ("\u200b", "\u00ad", "\u202e", "%2e", "\\", "@evil.com", ":8443", "..", "\u3002com.")
    hosts += [host[:3] + mark + host[3:] for host, mark in product(real, marks)]
    return [*(f"https://{host}/news/1" for host in hosts), *LOOK_ALIKES]


def test_03_no_look_alike_of_an_outlet_is_admitted(tmp_path: Path) -> None:
    vetting: VettingList = listed(tmp_path, LIST)
    assert len(set(look_alikes())) >= 500
    admitted = []
    for url in look_alikes():
        said = FrontMatter.model_construct(
            url=url, publisher="BBC News", tier=None, syndicated_from=None
        )
        try:
            vetting.admit(said, "a.md")
        except SourceRefused:
            continue
        admitted.append(url)
    assert admitted == []


STORY: Final = (
    "Officials of town {n} said on Monday that {n}{figure} boats were moored in its harbour when the "
    "storm came in from the west, that nobody was hurt, that the quay will stay shut for a week, "
    "and that the ferry to the islands sails again as soon as divers have looked at the pier."
)


def test_03_of_two_hundred_copies_with_one_figure_changed_each_shares_the_origin_of_the_first() -> (
    None
):
    stories = []
    for n in range(200):
        stories.append(
            (source(f"a{n:03}", published=date(2026, 1, 1)), STORY.format(n=f"N{n}x", figure=40))
        )
        altered = source(f"b{n:03}", published=date(2026, 1, 2))
        stories.append((altered, STORY.format(n=f"N{n}x", figure=70)))
    found = find_origins(stories)
    alone = [n for n in range(200) if found[f"a{n:03}"] != found[f"b{n:03}"]]
    assert len(alone) <= 2, "99 in a hundred count once"


def test_03_five_copies_planted_beside_each_of_a_hundred_stories_are_one_origin() -> None:
    planted = (
        "The bridge of town {n} fell on Tuesday and {n} people drowned, witnesses said, while the "
    )
    planted += (
        "mayor slept, and the police took away every picture of the fall that anybody had made."
    )
    stories = []
    for n in range(100):
        text = planted.format(n=f"Q{n}z")
        stories += [(source(f"p{n:03}-{k}"), f"{text} Report {k}.") for k in range(5)]
    found = find_origins(stories)
    for n in range(100):
        assert len({found[f"p{n:03}-{k}"] for k in range(5)}) == 1, n


def test_08_of_a_thousand_signed_requests_no_altered_one_passes_and_no_right_one_is_lost() -> None:
    passed = lost = 0
    for n in range(1_000):
        body = json.dumps({"type": "event_callback", "event_id": f"Ev{n}"}).encode()
        right = signed(body, NOW)
        lost += Client(body, headers=right | {"X-Slack-Retry-Num": str(n % 4)}).knock().behind != [
            body
        ]
        wrong = (
            (body, signed(body, NOW - 301)),
            (body, signed(body, NOW + 301)),
            (body.replace(b"Ev", b"Ew"), right),
            (body + b" ", right),
            (body, right | {STAMP: str(int(NOW) + 1)}),
            (body, {k: v for k, v in right.items() if k != SIGNATURE}),
        )[n % 6]
        passed += bool(Client(wrong[0], headers=wrong[1]).knock().behind)
    assert (passed, lost) == (0, 0)
    assert Client(BODY, headers={k.lower(): v for k, v in signed(BODY, NOW).items()}).knock().behind


def test_11_a_thousand_at_once_spend_no_more_than_the_day_allows(tmp_path: Path) -> None:
    """Eight connections, each its own; every call would take all that is left and more."""
    path, day = tmp_path / "spending.sqlite3", date(2026, 11, 22)
    most_tokens, most_money = 50_000, 2.0
    mine = threading.local()

    def ask(_: int) -> bool:
        if not hasattr(mine, "spending"):
            mine.spending = Spending(path)
        return bool(mine.spending.reserve(day, 700, 0.02, most_tokens, most_money))

    Spending(path)
    with ThreadPoolExecutor(8) as many:
        allowed = sum(many.map(ask, range(1_000)))
    tokens, money = Spending(path).on(day)
    assert tokens == 700 * allowed <= most_tokens
    assert money <= most_money + 1e-9
    assert allowed == most_tokens // 700


def names_that_lead_away() -> list[str]:
    """150 names of files that a careless program would write elsewhere."""
    up = (
        "../",
        "..\\",
        "%2e%2e/",
        "..%2f",
        "..;/",
        "....//",
        "/",
        "//",
        "C:\\",
        "~/",
        "./../",
        "\\\\host\\",
    )
    ends = ("etc/passwd", "x.md", "tmp/x.md", "a/../../x.md", ".ssh/authorized_keys", "x\x00.md")
    odd = ["..", ".", "", " ", "CON.md\x00", "x" * 5_000, "\u202ex.md", "a\nb.md", "x.md/", "nul"]
    pairs = [f"{a}{b}" for a, b in product(up, ends)]
    return [*pairs, *(f"{p}.md" for p in pairs), *odd]


def test_14_no_name_of_an_upload_leads_out_of_its_folder(tmp_path: Path) -> None:
    names = names_that_lead_away()
    assert len(names) >= 150
    home = tmp_path / "a" / "library"
    home.mkdir(parents=True)
    shelf = Shelf(SimpleNamespace(directory=home), SimpleNamespace())  # type: ignore[arg-type]
    written = set()
    for name, said in product(names, ({}, {"id": "kept"})):
        for given in (name, f"{name}.md"):
            try:
                written.add(shelf._stage(given, b"The quay is long.", {**said, "title": name}).path)
            except BadInput:
                continue
    assert written
    assert {path.parent for path in written} == {home / STAGING}
    assert {p for p in tmp_path.rglob("*") if p.is_file()} <= {
        p for p in tmp_path.rglob("*") if home / STAGING in p.parents
    }


def test_14_no_id_of_a_batch_names_a_file_elsewhere(tmp_path: Path) -> None:
    file = tmp_path / "claims.jsonl"
    taken = []
    for name in names_that_lead_away():
        file.write_text(json.dumps({"id": name, "claim": "It rained."}), "utf-8")
        try:
            [row] = read_rows(file, None)
        except BadInput:
            continue
        taken.append(row.id)
    assert [name for name in taken if Path(name).name != name or name.startswith(".")] == []


class Scripts(HTMLParser):
    """The script elements of a page, and their text."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag == "script"
        self.texts += [""] if self.inside else []

    def handle_endtag(self, tag: str) -> None:
        self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.texts[-1] += data


def breakers() -> list[str]:
    """A hundred ways out of a script element."""
    ends = (
        "</script>",
        "</SCRIPT >",
        "</script\n>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "\u2028",
        "\u2029",
        "&lt;/script&gt;",
    )
    payloads = (
        "<script>x()</script>",
        "<img src=x onerror=x()>",
        "{}",
        '"',
        "\\",
        "'",
        "/*",
        "*/",
        "<svg onload=x()>",
        "&quot;",
    )
    return [f"A {end}{payload} b" for end, payload in product(ends, payloads)]


def test_15_a_claimreview_stays_one_script_element_whatever_its_words_are() -> None:
    assert len(breakers()) == 100
    for words in breakers():
        odd = passage("odd", "Ice.", title=words)
        text = render(page(sentence("Ice.", odd), passages=[odd]), "claimreview")
        reader = Scripts()
        reader.feed(f'<p>a</p><script type="application/ld+json">{text}</script><p>b</p>')
        reader.close()
        assert len(reader.texts) == 1
        assert json.loads(reader.texts[0])["citation"][0]["name"]


def test_15_the_program_writes_no_table_that_a_spreadsheet_would_run() -> None:
    """No form of a page and no report is CSV; who adds one has to quote what begins with `=`."""
    assert not {"csv", "tsv", "xlsx"} & set(FORMATS)
    for path in (ROOT / "agent").rglob("*.py"):
        assert not re.search(r"\bcsv\.writer|DictWriter", path.read_text("utf-8")), path


def test_16_nothing_that_is_shipped_starts_a_chroma_server() -> None:
    for path in (ROOT / "Dockerfile", ROOT / "compose.yaml", ROOT / "Makefile"):
        assert "chroma" not in path.read_text("utf-8"), path


ESCAPES: Final = (
    "\x1b[31mred", "\x1b]0;title\x07", "\x1b]8;;https://evil.example\x07link\x1b]8;;\x07", "\x9b2J",
    "\x1b[2J\x1b[H", "\x1bc", "\x1b[6n", "\x07", "\x08\x08\x08", "\r overwritten", "\x1b[?1049h", "\x0b\x0c",
    "\x1bP$q\x1b\\", "\x1b[5i", "\x90x\x9c", "\x7f",
)  # fmt: skip
TURNS: Final = ("\u202e", "\u202d", "\u2066", "\u2067", "\u2068", "\u202a", "\u202b", "\u200f")
SIGNS: Final = [f"{a}{b} word" for a, b in product(ESCAPES, TURNS)]


def test_17_no_command_prints_a_sign_that_steers_the_terminal(small: Path, tmp_path: Path) -> None:
    assert len(SIGNS) >= 100
    raw = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200f]")
    joined = [" ".join(SIGNS[n : n + 16]) for n in range(0, len(SIGNS), 16)]
    text = tmp_path / "cited.md"
    for signs in joined:
        text.write_text(
            f"# A {signs}\n\nThe bridge {signs} was closed [1].\n\n1. [A](https://a.org/{signs})\n",
            "utf-8",
        )
        for typed in (
            ["search", f"bridge {signs}"], ["library", "show", signs], ["library", "remove", signs],
            ["check", text], ["library", "fetch", signs, "--vetted-by", "Ada"],
            ["ask", f"Was the old bridge closed? {signs}"], ["check", tmp_path / signs.replace("/", "")],
        ):  # fmt: skip
            told = verdict(*typed, "--library", small)
            found = raw.findall(told.out + told.err)
            assert not found, (typed[0], found)
