"""What a source only reports somebody to say must not become the plain truth."""

from agent.checks.frames import Frame, frames, opens, reaches_back
from agent.checks.names import names
from agent.checks.normalise import content, fold
from agent.checks.reading import Line, Reading
from agent.types import Check, Outcome

NAME = "attribution"


def check(claim: str, reading: Reading) -> Check:
    """Tell whether the claim keeps the attribution of the sentences about the same thing.

    A cue outside the part that both share is an attribution of that part. The source stating a
    thing itself ("the report says") is none, since the citation attributes it; the source arguing
    or believing it is one.
    """
    if any(opens(frame, claim) or reaches_back(frame, claim) for frame in frames(claim)):
        return Check(name=NAME, outcome=Outcome.OK)
    close = reading.close(frozenset(content(claim)))
    if not close:
        return Check(name=NAME, outcome=Outcome.NOT_APPLICABLE)
    lost = [frame for line in close if (frame := _attribution(claim, line, reading))]
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


def _attribution(claim: str, line: Line, reading: Reading) -> Frame | None:
    start, end = reading.shared(frozenset(content(claim)), line)
    for frame in frames(line.text):
        inside = start <= frame.start and frame.end <= end
        itself = frame.document or _publisher_speaks(frame, line, reading)
        if not inside and (frame.contested or not itself):
            return frame
    return None


def _publisher_speaks(frame: Frame, line: Line, reading: Reading) -> bool:
    publisher = reading.extracts[line.extract].publisher
    if not publisher:
        return False
    speakers = {t for n in names(line.text) if n.end <= frame.start for t in n.tokens}
    own = {t.casefold() for t in fold(publisher).split()}
    return bool(speakers) and speakers <= own
