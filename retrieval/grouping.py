"""What goes into one request to a service that limits both how many texts it takes and how much."""

from collections.abc import Iterator, Sequence


def groups(sizes: Sequence[int], most: int, room: int) -> Iterator[range]:
    """Divide texts, in order, into requests; a text larger than `room` goes alone.

    Args:
        sizes: of each text.
        most: texts of one request.
        room: what the sizes of a request add up to at most.
    """
    start = used = 0
    for n, size in enumerate(sizes):
        if n > start and (n - start == most or used + size > room):
            yield range(start, n)
            start, used = n, 0
        used += size
    if start < len(sizes):
        yield range(start, len(sizes))
