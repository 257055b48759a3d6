"""What a source only reports somebody to say must not become the plain truth."""

from agent.checks.frames import Frame, frames, opens, reaches_back
from agent.checks.names import names
from agent.checks.normalise import content, fold
from agent.checks.reading import Line, Reading
from agent.types import Check, Outcome

NAME = "attribution"


def check(claim: str, reading: Reading) -> Check:
    """Tell whether the claim keeps the attribution of the sentences about the same thing.

    A cue outside the part that both share is an attribution of that part; one of the claim keeps it
    unless it belongs to the shared part itself. The source stating a thing itself ("the report
    says") is none, since the citation attributes it; the source arguing or believing it is one.
    """
    kept = {
        claim[frame.start : frame.end].casefold()
        for frame in frames(claim)
        if opens(frame, claim) or reaches_back(frame, claim)
    }
    wanted = frozenset(content(claim))
    close = reading.close(wanted)
    if not close:
        outcome = Outcome.OK if kept else Outcome.NOT_APPLICABLE
        return Check(name=NAME, outcome=outcome)
    lost = [frame for line in close if (frame := _attribution(wanted, kept, line, reading))]
    if len(lost) < len(close):
        return Check(name=NAME, outcome=Outcome.OK)
    frame = lost[0]
    cue = close[0].text[frame.start : frame.end]
    return Check(
        name=NAME,
        outcome=Outcome.VIOLATED,
        detail=f'the cited text attributes this ("{cue}"); the sentence states it as its own',
        span=(0, len(claim)),
        evidence=close[0].text,
    )


def _attribution(
    wanted: frozenset[str], kept: set[str], line: Line, reading: Reading
) -> Frame | None:
    start, end = reading.shared(wanted, line)
    found = frames(line.text)
    outside = [f for f in found if not start <= f.start < f.end <= end or _leads(f, wanted, line)]
    inside = {line.text[f.start : f.end].casefold() for f in found if f not in outside}
    if kept - inside:
        return None
    for frame in outside:
        if frame.contested or not (frame.document or _publisher_speaks(frame, line, reading)):
            return frame
    return None


def _leads(frame: Frame, wanted: frozenset[str], line: Line) -> bool:
    """Whether all that is shared stands behind the cue, though a name before it has a word too."""
    return wanted & line.content <= set(content(line.text[frame.end :]))


def _publisher_speaks(frame: Frame, line: Line, reading: Reading) -> bool:
    publisher = reading.extracts[line.extract].publisher
    if not publisher:
        return False
    speakers = {t for n in names(line.text) if n.end <= frame.start for t in n.tokens}
    own = {t.casefold() for t in fold(publisher).split()}
    return bool(speakers) and speakers <= own
