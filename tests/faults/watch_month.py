"""A month of watching on a loopback web: items come, change, are corrected, and go.

    python -m tests.faults.watch_month [--items 10000] [--days 30]

Each item must be in the library once, as it was last seen, whatever happened to it.
"""

import argparse
import random
import tempfile
import time
from collections import Counter
from pathlib import Path

from pydantic import BaseModel

from retrieval import Library
from retrieval.record.history import Change
from retrieval.web.fetching import FetchLimits
from retrieval.web.watching import watch
from tests.fakes_retrieval import WordsEmbedder
from tests.loopback_web import Web, feed, loopback_web, vetted

HOME = "http://harbour-paper.org"
FEED = f"{HOME}/feed.xml"
TEXT = "text/plain"
WORDS = ("bridge", "river", "school", "harbour", "council", "engineer", "storm", "market")


class Told(BaseModel, frozen=True, extra="forbid"):
    """What a month came to."""

    items: int
    lost: int
    doubled: int
    stale: int
    """Items whose last change was due to be seen and was not."""
    changed: int
    corrected: int
    gone: int
    requests: int
    seconds: float


def run(directory: Path, items: int, days: int, seed: int = 1) -> Told:
    """Watch for `days` days while `items` items come."""
    chance, began = random.Random(seed), time.monotonic()  # noqa: S311
    with (
        loopback_web() as web,
        Library.open(directory, WordsEmbedder(), create=True) as library,
    ):
        month = _Month(web, chance)
        for day in range(days):
            month.publish(items * (day + 1) // days - items * day // days)
            month.disturb()
            _watch_until_done(library, web)
            web.pass_days(1)
        month.is_over = True
        for _ in range(8):  # what was changed on the last days is seen by then
            web.pass_days(1)
            _watch_until_done(library, web)
        return _count(library, month, time.monotonic() - began)


class _Month:
    """The publisher's side: what is on the web, and what it should come to."""

    def __init__(self, web: Web, chance: random.Random) -> None:
        self.web, self._chance = web, chance
        self.texts: dict[str, str] = {}
        self.is_over = False
        self.gone: set[str] = set()
        self._recent: list[str] = []

    def publish(self, count: int) -> None:
        for _ in range(count):
            url = f"{HOME}/{len(self.texts)}"
            self._show(url, " ".join(self._chance.choices(WORDS, k=40)))
            self._recent.append(url)
        self._recent = self._recent[-2 * max(count, 1) :]
        entries = [(url, f"Item {url.rpartition('/')[2]}") for url in self._recent]
        date = self.web.now.strftime("%a, %d %b %Y %H:%M:%S GMT")
        self.web.put(FEED, feed(*entries, date=date), Content_Type="application/xml")

    def disturb(self) -> None:
        """Change, correct and take away some of what came in the last two days."""
        for url in self._chance.sample(self._recent, max(3, len(self._recent) // 20)):
            if url in self.gone:
                continue
            what = self._chance.choice(("change", "correct", "take"))
            if what == "take":
                self.gone.add(url)
                self.web.put(url, status=410)
            else:
                mark = "Correction: the figure was wrong.\n\n" if what == "correct" else ""
                self._show(url, mark + " ".join(self._chance.choices(WORDS, k=40)))

    def _show(self, url: str, words: str) -> None:
        self.texts[url] = words
        number = url.rpartition("/")[2]
        tags = (
            {"ETag": f'"{hash(words)}"'} if int(number) % 2 else {}
        )  # every other server has none
        self.web.put(url, f"Item {number} of the paper.\n\n{words}", Content_Type=TEXT, **tags)


def _watch_until_done(library: Library, web: Web) -> None:
    limits = FetchLimits(seconds=20, pause=0.0)
    for _ in range(20):
        if not watch(library, vetted(FEED), web.fetcher(limits)).waiting:
            return


def _events(library: Library) -> list[Change]:
    found: list[Change] = []
    while more := library.changes(found[-1].n if found else 0):
        found += more
    return found


def _count(library: Library, month: _Month, seconds: float) -> Told:
    by_url = Counter(source.url for source in library.sources())
    events = _events(library)
    added = Counter(event.source_id for event in events if event.kind == "added")
    kinds = Counter(event.kind for event in events)
    stale = sum(
        " ".join(month.texts[source.url].split())
        not in " ".join(library.snapshot(source.id).split())
        for source in library.sources()
        if source.url not in month.gone
    )
    met = {url for url in month.texts if url not in month.gone or url in by_url}
    return Told(
        items=len(month.texts),
        lost=len(met - by_url.keys()),
        doubled=sum(n > 1 for n in (*by_url.values(), *added.values())),
        stale=stale,
        changed=kinds["changed"],
        corrected=kinds["corrected"],
        gone=kinds["gone"],
        requests=sum(month.web.asked.values()),
        seconds=round(seconds, 1),
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=30)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        told = run(Path(folder) / "library", chosen.items, chosen.days)
    print(told.model_dump_json(indent=2))  # noqa: T201
    raise SystemExit(bool(told.lost or told.doubled or told.stale))
