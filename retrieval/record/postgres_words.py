"""The full-text index of a record in PostgreSQL: a `tsvector` a passage, of SQLite's own tokens.

The score is a sum over the words of a query, each weighted by how rare it is; `ts_rank` counts a
word that comes again less each time and divides by the length, as BM25 does, but it is not BM25.
"""

import json
import math
import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, text

BLOCK: Final = 500
"""Passages whose words are written at a time."""
_TERM = re.compile(r'"([^"]+)"')
_WORD = re.compile(r"[^\W_]+")
_TEXTS = "SELECT p.n, s.title, p.text FROM passages p JOIN sources s ON s.n = p.source_n"
_VECTOR = (
    "setweight(to_tsvector('verdict', {title}), 'A') || "
    "setweight(to_tsvector('verdict', {text}), 'D')"
)
_ADMITTED = """
    AND n IN (SELECT p.n FROM passages p WHERE p.source_n IN
        (SELECT CAST(jsonb_array_elements_text(CAST(:sources AS jsonb)) AS integer)))
"""
_MATCHING = """
    WITH asked AS (
        SELECT phraseto_tsquery('verdict', term) AS query, rarity
        FROM unnest(CAST(:terms AS text[]), CAST(:rarities AS float8[])) AS t(term, rarity)
    ), matched AS MATERIALIZED (
        SELECT w.n, sum(a.rarity * ts_rank('{{0.5, 0.5, 0.5, 1.0}}', w.vector, a.query, 1)) AS score
        FROM asked a JOIN words w ON w.vector @@ a.query GROUP BY w.n
    ), chosen AS (
        (SELECT n, score FROM matched WHERE TRUE {admitted} ORDER BY score DESC, n LIMIT :depth)
        UNION
        SELECT n, score FROM matched WHERE n IN (SELECT n FROM passages WHERE id IN
            (SELECT jsonb_array_elements_text(CAST(:ids AS jsonb))))
    )
    SELECT p.id, c.score FROM chosen c JOIN passages p ON p.n = c.n
"""
"""Weights in the order D (text), C, B, A (title); normalisation 1 divides by the logarithm of the
length."""


def add_words(connection: Connection, source_n: int) -> None:
    """Put the words of a source's passages in."""
    found = connection.execute(text(f"{_TEXTS} WHERE p.source_n = :source"), {"source": source_n})
    _put_words(connection, found.all())


def rebuild_words(connection: Connection) -> None:
    """Make the index anew from the passages."""
    connection.execute(text("DELETE FROM words"))
    for rows in connection.execute(text(_TEXTS)).partitions(BLOCK):
        _put_words(connection, rows)


def match_words(
    connection: Connection,
    expression: str,
    depth: int,
    ids: Sequence[str],
    sources: Sequence[int] | None,
) -> dict[str, float]:
    """See `retrieval.record.backend.Backend.match`."""
    terms = list(dict.fromkeys(_tokens(term) for term in _TERM.findall(expression)))
    rarities = _rarities(connection, terms)
    admitted = "" if sources is None else _ADMITTED
    asked = {
        "terms": terms,
        "rarities": rarities,
        "depth": depth,
        "ids": json.dumps(list(ids)),
        "sources": json.dumps(list(sources or ())),
    }
    found = connection.execute(text(_MATCHING.format(admitted=admitted)), asked)
    return {row.id: float(row.score) for row in found if row.score > 0}


def holds_all_words(reading: Connection, comparing: Connection) -> bool:
    """Whether the index holds exactly the words of the passages.

    One connection is read from while the other compares.
    """
    alone = "SELECT count(*) FROM passages p FULL JOIN words w USING (n)"
    if reading.scalar(text(f"{alone} WHERE p.n IS NULL OR w.n IS NULL")):
        return False
    rows = reading.execute(text(_TEXTS))
    return all(_count_differing(comparing, block) == 0 for block in rows.partitions(BLOCK))


def _rarities(connection: Connection, terms: Sequence[str]) -> list[float]:
    """Inverse document frequency of each term, as in BM25: log(1 + (N - n + 0.5) / (n + 0.5))."""
    counted = text(
        "SELECT (SELECT count(*) FROM words w"
        " WHERE w.vector @@ phraseto_tsquery('verdict', term)) AS n"
        " FROM unnest(CAST(:terms AS text[])) WITH ORDINALITY AS t(term, place) ORDER BY place"
    )
    counts = connection.scalars(counted, {"terms": list(terms)}).all()
    everything = connection.scalar(text("SELECT count(*) FROM words")) or 0
    return [math.log(1 + (everything - n + 0.5) / (n + 0.5)) for n in counts]


def _put_words(connection: Connection, rows: Sequence[tuple[int, str, str]]) -> None:
    if not rows:
        return
    put = text(
        "INSERT INTO words (n, vector) SELECT n, "  # noqa: S608  # nothing of it comes from outside
        + _VECTOR.format(title="title", text="body")
        + f" FROM {_GIVEN}"
    )
    connection.execute(put, _given(rows))


def _count_differing(connection: Connection, rows: Sequence[tuple[int, str, str]]) -> int:
    """Count the rows whose stored words are not those of their text."""
    compared = text(
        f"SELECT count(*) FROM {_GIVEN} JOIN words w USING (n) WHERE w.vector <> "  # noqa: S608
        + _VECTOR.format(title="title", text="body")
    )
    return int(connection.scalar(compared, _given(rows)) or 0)


_GIVEN = (
    "unnest(CAST(:ns AS integer[]), CAST(:titles AS text[]), CAST(:texts AS text[]))"
    " AS given(n, title, body)"
)


def _given(rows: Sequence[tuple[int, str, str]]) -> dict[str, list[object]]:
    return {
        "ns": [row[0] for row in rows],
        "titles": [_tokens(row[1]) for row in rows],
        "texts": [_tokens(row[2]) for row in rows],
    }


def _tokens(words: str) -> str:
    """Words as SQLite's tokenizer finds them: letters and digits, without case and diacritics."""
    plain = unicodedata.normalize("NFKD", words.casefold())
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(_WORD.findall(bare))
