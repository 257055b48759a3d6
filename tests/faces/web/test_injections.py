"""Words of sources, questions, people and files are data: no page shows them as markup."""

from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import product

import pytest

from agent.faces.web.accounts import Role
from agent.types import Page, Question
from tests.faces.web.place import API, PASSWORD, Site
from tests.fakes_jobs import DAY, over

MARK = "x9q"
"""In every payload, so that an attribute or an element made of one is known again."""
SHAPES = (
    "<script>{}</script>", "<img src=x onerror={}>", "<svg onload={}>", "<svg/onload={}//",
    "<body onload={}>", "<iframe srcdoc='<script>{}</script>'>", "<a href=javascript:{}>a</a>",
    "<form action=javascript:{}><button>b", "<input autofocus onfocus={}>",
    "<details open ontoggle={}>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror={}>", "<base href=//{}.evil>",
    "<meta http-equiv=refresh content=0;url=//{}>", "<link rel=stylesheet href=//{}>",
    "<style>@import '//{}'</style>", "<object data=//{}>", "<embed src=//{}>", "<template><b {}>",
    "</textarea><script>{}</script>", "</title><script>{}</script>", "</script><script>{}</script>",
    "</style><script>{}</script>", "<!--><script>{}</script>-->", "<![CDATA[<script>{}</script>]]>",
    "<x contenteditable onblur={}>", "<marquee onstart={}>", "<video><source onerror={}>",
    "<button hx-get=/x hx-on:click={}>", "<div data-hx-trigger={}>",
    "<p style=background:url(//{})>",
)  # fmt: skip
COVERS = ("{}", '"{}', "'{}", '">{}', "'>{}", "&quot;{}", "{{{{7*7}}}}{{% raw %}}{}", "\u2028{}")
PAYLOADS = [cover.format(shape.format(MARK)) for shape, cover in product(SHAPES, COVERS)]
ELEMENTS = {
    "iframe",
    "object",
    "embed",
    "base",
    "style",
    "math",
    "marquee",
    "video",
    "template",
    "x",
}
RUN = {"style", "srcdoc", "http-equiv"}


class Reader(HTMLParser):
    """What a page is made of: anything that came out of a payload is a finding."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ELEMENTS:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            runs = (
                name.startswith("on") or name in {"style", "srcdoc", "http-equiv"} or "hx-" in name
            )
            leads = name in {"href", "src", "action", "formaction"} and MARK in (value or "")
            leads = leads and not (value or "").startswith(("/", "#", "?"))
            if runs or leads or MARK in name or (tag == "link" and MARK in (value or "")):
                self.found.append(f"<{tag} {name}={value!r}>")
        if tag == "script" and not dict(attrs).get("src", "").startswith("/static/"):  # type: ignore[union-attr]
            self.found.append("<script> that is not the desk's")


def findings(html: str) -> list[str]:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader.found


def test_the_reader_finds_each_payload_that_is_not_escaped() -> None:
    plain = [p for p in PAYLOADS if not findings(f"<p>{p}</p>")]
    assert len(PAYLOADS) >= 200
    assert len(plain) < len(PAYLOADS) / 10, plain[:5]  # a few need a browser to become markup


def groups() -> Iterator[str]:
    """Many payloads in one field: as many as it takes."""
    text = ""
    for payload in PAYLOADS:
        if len(text) + len(payload) > 900:
            yield text
            text = ""
        text += f"{payload} "
    yield text


def pages(site: Site, draft: str) -> list[str]:
    return [
        "/", "/library", "/help", "/api", f"/drafts/{draft}", f"/drafts/{draft}/versions",
        f"/drafts/{draft}/trail", f"/drafts/{draft}/versions?old=1&new=2",
    ]  # fmt: skip


@pytest.mark.parametrize("text", list(groups()), ids=lambda t: str(len(t)))
def test_no_words_of_an_editor_become_markup(alone: Site, page: Page, text: str) -> None:
    asked = Question(text=f"Is it {text}?", asked_on=DAY)
    made = Page.model_validate({**dict(page), "question": asked})
    draft = alone.services.reviews.adopt(made, "one")
    document = alone.services.reviews.get(draft).document
    section = document.sections[1].id
    line = next(one.id for part in document.sections for one in part.lines)
    for action in (
        {"do": "edit", "line": line, "text": text}, {"do": "comment", "text": text, "line": line},
        {"do": "comment", "text": text}, {"do": "heading", "section": section, "text": text[:200]},
        {"do": "assign", "assignee": text[:100], "second_reader": text[:100]},
        {"do": "follow-ups", "questions": [text]},
        {"do": "stance", "source": document.evidence.hits[0].passage.source.id,
         "stance": "for", "reason": text},
    ):  # fmt: skip
        sent = alone.program().post(f"{API}/drafts/{draft}/actions", json=action)
        assert sent.status_code in {200, 409, 422}, sent.text
    for address in pages(alone, draft):
        answer = alone.browser().get(address)
        assert answer.status_code == 200, address
        assert not findings(answer.text), address
        assert MARK in answer.text or address in {"/library", "/help", "/api"}


@pytest.mark.parametrize("text", list(groups())[:8], ids=lambda t: str(len(t)))
def test_no_words_of_an_address_become_markup(alone: Site, draft: str, text: str) -> None:
    browser = alone.browser()
    for path in (
        "/", "/library", "/login", f"/drafts/{draft}", f"/drafts/{draft}/versions", "/nowhere",
    ):  # fmt: skip
        for name in (
            "q",
            "status",
            "assignee",
            "next",
            "question",
            "before",
            "tier",
            "old",
            "said",
        ):
            answer = browser.get(path, params={name: text})
            assert answer.status_code < 500, (path, name)
            assert not findings(answer.text), (path, name)
    for path in (f"/drafts/{text}", f"/jobs/{text}", f"/library/{text}", f"/{text}"):
        answer = browser.get(path)
        assert answer.status_code < 500
        assert not findings(answer.text), path


@pytest.mark.parametrize("text", list(groups())[:6], ids=lambda t: str(len(t)))
def test_no_words_of_a_source_become_markup(ours: Site, text: str) -> None:
    said = {"id": "odd", "title": text[:400], "publisher": text[:300], "kind": text[:100]}
    note = f"The river rose by two metres, {text}\n\nIt fell again."
    sent = ours.program().put(
        f"{API}/sources", params={"name": f"{text[:100]}.txt", **said}, content=note
    )
    assert sent.status_code == 200, sent.text
    assert sent.json()["added"] == ["odd"], sent.text
    for address in ("/library", "/library/odd", "/library?q=river"):
        answer = ours.browser().get(address)
        assert answer.status_code == 200, address
        assert not findings(answer.text), address


def test_no_question_of_a_job_becomes_markup(alone: Site) -> None:
    for n, text in enumerate(list(groups())[:6]):
        for kind in ("", "nothing ", "fail "):
            key = f"{kind.strip()}{n}"
            sent = alone.program().post(
                f"{API}/drafts", json={"question": kind + text}, headers={"idempotency-key": key}
            )
            assert sent.status_code == 202
            over(alone.services.jobs, key)
            answer = alone.browser().get(f"/jobs/{key}")
            assert answer.status_code in {200, 303}
            assert not findings(answer.text)
    assert not findings(alone.browser().get("/").text)


def test_no_name_of_an_account_becomes_markup(shared: Site) -> None:
    admin = shared.signed_in("Adam", Role.ADMIN)
    for payload in PAYLOADS[:40]:
        sent = {"name": payload, "password": PASSWORD, "role": "reader"}
        assert not findings(admin.post("/accounts", sent).text)
        assert not findings(admin.post("/login", {"name": payload, "password": "wrong"}).text)
    shared.services.accounts.issue_token("Adam", "<img src=x onerror=x9q>")
    answer = admin.get("/accounts")
    assert answer.status_code == 200
    assert not findings(answer.text)
