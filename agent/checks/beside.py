"""Which words of a sentence a date or figure belongs to, where there are several."""

from collections.abc import Iterable, Sequence

from agent.checks.normalise import content


def beside(text: str, spans: Sequence[tuple[int, int]]) -> list[frozenset[str]]:
    """Give the content stems that stand between each span and its neighbour.

    They are those before it ("adopted on May 23 and released on May 24"), or those behind it where
    the text opens with one ("In May it rose, in June it fell").

    Args:
        text: a sentence.
        spans: (start, end) of dates or of figures, in order.
    """
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), len(text)]
    told = [frozenset(content(text[a:b])) for a, b in zip(ends, starts, strict=True)]
    return told[:-1] if told[0] else told[1:]


def of_another(
    words: frozenset[str], parts: Iterable[tuple[bool, frozenset[str]]], least: float
) -> bool:
    """Tell whether words stand beside another date or figure of a sentence, not beside their own.

    Args:
        words: content stems of what a claim says of it.
        parts: of each date or figure of the sentence, whether it is the claim's, and what stands
            beside it; where nothing does, nothing is told.
        least: of the words must stand beside another.
    """
    other = 0
    for own, told in parts:
        shared = len(words & told)
        if own and (shared or not told):
            return False
        if not own:
            other = max(other, shared)
    return other >= least
