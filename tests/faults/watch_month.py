"""A month of watching on a loopback web: items come, change, are corrected, and go.

    python -m tests.faults.watch_month [--items 10000] [--days 30] [--kills 30] [--every 1]

Each item must be in the library once, as it was last seen, and each thing that happened to it must
be told once, whatever happened to it and however often the process that watches was killed.
"""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel

from retrieval import Library, LibraryError
from retrieval.record.history import Change
from retrieval.web.archive import Archive
from retrieval.web.fetching import FetchLimits
from retrieval.web.watching import watch
from tests.fakes_retrieval import WordsEmbedder
from tests.loopback_web import Web, feed, loopback_web, vetted

HOME = "http://harbour-paper.org"
FEED = f"{HOME}/feed.xml"
TEXT = "text/plain"
ROOT = Path(__file__).parents[2]
QUIET = 8
"""Days after the month: what was changed on its last days is seen by then."""
MOST = 5_000
"""Pages visited in one pass."""
WORDS = ("bridge", "river", "school", "harbour", "council", "engineer", "storm", "market")


class Told(BaseModel, frozen=True, extra="forbid"):
    """What a month came to."""

    items: int
    kills: int
    lost: int
    doubled: int
    """Items that are there twice, or came in twice."""
    stale: int
    """Items whose last change was due to be seen and was not."""
    repeated: int
    """Events that were told more often than they happened, and versions without their event."""
    broken: int
    """Differences that `verify` finds, and answers of the archive that cannot be read."""
    changed: int
    corrected: int
    gone: int
    requests: int
    seconds: float


def run(directory: Path, items: int, days: int, kills: int = 0, every: int = 1) -> Told:
    """Watch for `days` days, every so many, while `items` items come, through so many kills."""
    chance, began = random.Random(1), time.monotonic()  # noqa: S311
    with loopback_web() as web:
        month = _Month(web, chance)
        with Library.open(directory, WordsEmbedder(), create=True) as library:
            if not kills:
                for _ in month.days(items, days, every):
                    watch_until_done(library, web)
                return _count(library, month, 0, time.monotonic() - began)
        watcher = _MortalWatcher(directory, web, chance, kills, days // every)
        for now in month.days(items, days, every):
            watcher.watch()
            seconds = time.monotonic() - began
            told = f"{now:%d %b}: {len(month.texts)} items, {watcher.killed} kills, {seconds:.0f} s"
            print(told, file=sys.stderr)  # noqa: T201
        with Library.open(directory, WordsEmbedder()) as library:
            return _count(library, month, watcher.killed, time.monotonic() - began)


PROGRAM = """
import sys
from datetime import datetime
from pathlib import Path
from retrieval import Library
from tests.fakes_retrieval import WordsEmbedder
from tests.faults.watch_month import watch_until_done
from tests.loopback_web import Web

web = Web(port=int(sys.argv[2]), now=datetime.fromisoformat(sys.argv[3]))
with Library.open(Path(sys.argv[1]), WordsEmbedder()) as library:
    print("ready", flush=True)
    watch_until_done(library, web)
"""


class _MortalWatcher:
    """Watches in a process of its own, which it kills so many times, spread over the days."""

    def __init__(
        self, directory: Path, web: Web, chance: random.Random, kills: int, days: int
    ) -> None:
        self._directory, self._web, self._chance = directory, web, chance
        self._planned = Counter(chance.randrange(days) for _ in range(kills))
        self._day, self._due, self._seconds = 0, 0, 1.0
        self.killed = 0

    def watch(self) -> None:
        """Watch for one day: killed as often as is due, then to the end."""
        self._due += self._planned[self._day]
        self._day += 1
        while self._due and self._begin(self._chance.uniform(0, self._seconds)):
            self._due -= 1
            self.killed += 1
        began = time.monotonic()
        if self._begin(None):
            raise AssertionError("nobody killed it")
        self._seconds = time.monotonic() - began

    def _begin(self, seconds: float | None) -> bool:
        """Start the process, end it by force after `seconds`; whether it was still at work then."""
        command = [sys.executable, "-c", PROGRAM, self._directory, self._web.port, self._web.now]
        process = subprocess.Popen(list(map(str, command)), cwd=ROOT, stdout=subprocess.PIPE)
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            status = process.wait()
        process.stdout.close()
        assert status in {0, -signal.SIGKILL}, status
        return status != 0


class _Month:
    """The publisher's side: what is on the web, and what it should come to."""

    def __init__(self, web: Web, chance: random.Random) -> None:
        self.web, self._chance = web, chance
        self.texts: dict[str, str] = {}
        self.gone: set[str] = set()
        self.acts: Counter[tuple[str, str]] = Counter()
        """How often what happened to an address: kind of event, address."""
        self._recent: list[str] = []

    def days(self, items: int, days: int, every: int) -> Iterator[datetime]:
        """Each day on which is watched, with what is new; then some on which nothing happens."""
        for day in range(1, days + QUIET + 1):
            if day <= days:
                self.publish(items * day // days - items * (day - 1) // days)
                self.disturb()
            if day % every == 0 or day == days + QUIET:
                yield self.web.now
            self.web.pass_days(1)

    def publish(self, count: int) -> None:
        for _ in range(count):
            url = f"{HOME}/{len(self.texts)}"
            self._show(url, " ".join(self._chance.choices(WORDS, k=40)))
            self._recent.append(url)
        self._recent = self._recent[-3 * max(count, 1) :]
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
                self.acts["gone", url] += 1
                self.gone.add(url)
                self.web.put(url, status=410)
            else:
                mark = "Correction: the figure was wrong.\n\n" if what == "correct" else ""
                self.acts["changed", url] += 1
                self.acts["corrected", url] += what == "correct"
                self._show(url, mark + " ".join(self._chance.choices(WORDS, k=40)))

    def _show(self, url: str, words: str) -> None:
        self.texts[url] = words
        number = url.rpartition("/")[2]
        tags = {"ETag": f'"{hash(words)}"'} if int(number) % 4 else {}  # some servers have none
        self.web.put(url, f"Item {number} of the paper.\n\n{words}", Content_Type=TEXT, **tags)


def watch_until_done(library: Library, web: Web) -> None:
    """Make passes until nothing is left."""
    limits = FetchLimits(seconds=20, pause=0.0)
    for _ in range(20):
        if not watch(library, vetted(FEED), web.fetcher(limits), most=MOST).waiting:
            return


def _events(library: Library) -> list[Change]:
    found: list[Change] = []
    while more := library.changes(found[-1].n if found else 0):
        found += more
    return found


def _count(library: Library, month: _Month, kills: int, seconds: float) -> Told:
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
        kills=kills,
        lost=len(met - by_url.keys()),
        doubled=sum(n > 1 for n in (*by_url.values(), *added.values())),
        stale=stale,
        repeated=_count_repeated(library, month, events),
        broken=_count_broken(library),
        changed=kinds["changed"],
        corrected=kinds["corrected"],
        gone=kinds["gone"],
        requests=sum(month.web.asked.values()),
        seconds=round(seconds, 1),
    )


def _count_repeated(library: Library, month: _Month, events: list[Change]) -> int:
    told = Counter((event.kind, event.source_id) for event in events)
    url_of = {source.id: source.url for source in library.sources()}
    more = sum(
        max(0, times - month.acts[kind, url_of[source]])
        for (kind, source), times in told.items()
        if kind != "added"
    )
    versions = (len(library.history.versions(source)) for source in url_of)
    return more + sum(
        kept != told["changed", source] for kept, source in zip(versions, url_of, strict=True)
    )


def _count_broken(library: Library) -> int:
    archive = Archive(library.directory, library.history)
    broken = len([one for one in library.verify() if one.where != "index"])
    for file in library.history.files():
        rows = library.history.responses_in(file)
        size = (library.directory / file).stat().st_size
        broken += sum(row.length for row in rows) != size
        for row in rows[:: max(1, len(rows) // 50)]:
            try:
                archive.read(row)
            except LibraryError:
                broken += 1
    return broken


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--every", type=int, default=1, help="days between two watches")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        told = run(Path(folder) / "library", chosen.items, chosen.days, chosen.kills, chosen.every)
    print(told.model_dump_json(indent=2))  # noqa: T201
    faults = (told.lost, told.doubled, told.stale, told.repeated, told.broken)
    raise SystemExit(any(faults) or told.kills < chosen.kills)
