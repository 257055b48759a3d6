"""Retrieve the evidence of a draft, and tell whether it is too thin for a page."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from agent.language.text import STOP, expanded, tokens
from agent.pipeline.published_checks import find_checks, passages_of
from agent.ports import NliModel, PassageStore, StanceReader
from agent.stance import (
    SourceSentence,
    find_retractions,
    is_retracted,
    retracted_citations,
)
from agent.types import CheckedSection, Evidence, Insufficient, Plan
from agent.writers.facets import SOUGHT, Facet, speaks_to, terms
from retrieval.search import fuse_scores
from retrieval.sentences import split_sentences
from retrieval.tokens import count as tokens_of
from retrieval.types import Filters, Hit, Passage

Related = tuple[float, Hit]
"""A hit with its cosine to the claim."""

READ: Final = 24
"""Passages of one draft that the cross-encoder reads: about a quarter of a second on two cores."""
RELEVANCE: Final = 0.05
"""Share of the cross-encoder in the score of what it read: the smallest one within a standard error
of the best on the development half of `python -m evals.retrieval` (Breiman et al. 1984)."""
TIED: Final = 2
"""Decimals of a score; where they agree, the better tier comes first."""
AN_ORIGIN: Final = 8
"""Passages of one origin that may stand before those of others."""


def rank(
    claim: str, related: Sequence[Related], words: Mapping[str, float], nli: NliModel
) -> list[Hit]:
    """Order hits by how they fit the claim, whatever query found them.

    Args:
        claim: As it will be printed.
        related: What was found.
        words: BM25 by passage id of what was found for the claim itself, as in `Hit.lexical`.
        nli: Reads the best `READ`.

    Raises:
        EmbeddingFailed: the model cannot be read or run.
    """
    passages = {hit.passage.id: hit.passage for _, hit in related}
    cosines = {hit.passage.id: cosine for cosine, hit in related}
    fused = {passage: f.score for passage, f in fuse_scores(words, cosines).items()}
    best = sorted(fused, key=lambda passage: (-fused[passage], passage))[:READ]
    read = relevance(claim, [passages[passage] for passage in best], nli)
    return in_order([hit for _, hit in related], rerank(fused, read))


def relevance(claim: str, passages: Sequence[Passage], nli: NliModel) -> dict[str, float]:
    """How far each passage speaks to the claim, for or against: 1 - P(neither), by passage id.

    Raises:
        EmbeddingFailed: the model cannot be read or run.
    """
    read = nli.probabilities([(p.text, claim) for p in passages])
    return {p.id: 1.0 - float(row[2]) for p, row in zip(passages, read, strict=True)}


def rerank(
    fused: Mapping[str, float], relevant: Mapping[str, float], share: float = RELEVANCE
) -> dict[str, float]:
    """Scores by passage id; what was not read keeps its place behind what was.

    Args:
        fused: scores in [0, 1].
        relevant: what the cross-encoder found in the best of them, in [0, 1].
        share: of the cross-encoder.
    """
    return {
        passage: (1 - share) * score + share * relevant[passage]
        if passage in relevant
        else score - 1.0
        for passage, score in fused.items()
    }


def in_order(hits: Sequence[Hit], scores: Mapping[str, float]) -> list[Hit]:
    """Best first, the better tier where scores are as good as equal, origins mixed."""
    best_first = sorted(
        hits,
        key=lambda h: (
            -round(scores[h.passage.id], TIED),
            h.passage.source.tier,
            -scores[h.passage.id],
            h.passage.id,
        ),
    )
    seen: Counter[str] = Counter()
    first, rest = list[Hit](), list[Hit]()
    for hit in best_first:
        origin = hit.passage.source.origin
        seen[origin] += 1
        (first if seen[origin] <= AN_ORIGIN else rest).append(hit)
    return first + rest


PER_QUERY: Final = 30
KEPT: Final = 40
"""Passages a draft may cite: about ten sources of four passages."""
RELATED: Final = 0.28
"""Cosine to the claim from which a passage belongs to the evidence."""
ON_TOPIC: Final = 0.55
"""Share of the best source's cosine that another source must reach with its best passage. On the
demonstration library it keeps 91 % of a topic's sources and one source a claim of other topics."""
BEARS: Final = 0.45
"""Cosine of the best passage below which the library is silent on the claim."""
ASKED: Final = 12
"""Nearest passages; one source's must name every word of an open question ("who funded …")."""
TAKEN_BACK: Final = "retracted withdrew took back correction earlier edition report wrongly said"
"""Words of a source that takes back what it, or another, said before."""
A_QUERY: Final = 5
"""Hits of each query whose sources are read whole, however far they are from the claim."""
A_FACET: Final = 4
"""Passages that a second search may add for a facet."""
ENOUGH: Final = 4
"""Passages below which there is nothing to write a page of."""
NEAREST: Final = 3
"""Hits that a short page shows."""
SECTIONS: Final = 2
"""Sections of findings without which there is no page (limits and bottom line make four)."""


def scope_of(plan: Plan) -> Filters:
    """What the draft may look at: with an "as of" date, only what was surely published by then."""
    as_of = plan.question.as_of
    return Filters(published_to=as_of, dated_only=as_of is not None)


def retrieve_evidence(
    plan: Plan, library: PassageStore, nli: NliModel, stances: StanceReader, room: int = 0
) -> Evidence | Insufficient:
    """Search for every query, keep what is related to the claim, and ask whether it bears on it.

    A facet that nothing found speaks to is searched for once more, in the words of what lies
    nearest, and so is what takes back anything that was found. What is kept is in the order of
    `rank`; what was added later stands behind it.

    Raises:
        EmbeddingFailed: a model cannot be read or run.
    """
    filters = scope_of(plan)
    checks = find_checks(plan.claim, library, nli, filters)
    first, *others = (library.search(query, PER_QUERY, filters) for query in plan.queries)
    hits = _each_once([*first, *(hit for found in others for hit in found)])
    related = _related(plan, hits, library) if hits else []
    if not related:
        nearest = Evidence(
            hits=tuple(hits[:NEAREST]),
            scope=library.scope(filters),
            queries=plan.queries,
            checks=checks,
        )
        return Insufficient.of(plan, nearest, _silence(plan, related) or "", silent=True)
    more = _more(plan, related)
    again = _again(plan, related, more, library, filters)
    lexical = {hit.passage.id: hit.lexical for hit in first}
    kept = rank(plan.claim.text, related, lexical, nli)[: KEPT - len(again)]
    corrections = f"{plan.claim.text} {TAKEN_BACK}"
    back = _retractions_of([*kept, *again], library.search(corrections, PER_QUERY, filters))
    found = [*kept, *again, *back]
    if room:
        queried = [hit for hits_ in (first, *others) for hit in hits_[:A_QUERY]]
        found += _whole_texts([*found, *_each_once(queried)], found, library, room)
    known = {hit.passage.id for hit in found}
    found += [_unranked(p) for p in passages_of(checks, library) if p.id not in known]
    passages = [hit.passage for hit in found]
    whole = _of_sources(passages, library)
    read = stances.read(plan.claim, whole)
    known = {passage.id for passage in passages}
    words = {cited.passage for stance in read for cited in stance.words} - known
    found += [_unranked(p) for p in whole if p.id in words]
    evidence = Evidence(
        hits=tuple(found),
        scope=library.scope(filters),
        queries=(*plan.queries, *more.values(), corrections),
        stances=read,
        withdrawn=retracted_citations(passages),
        checks=checks,
    )
    silent = None if _told(evidence) else _silence(plan, related)
    if silent:
        return Insufficient.of(plan, evidence, silent, silent=related[0][0] < BEARS)
    return evidence


def _whole_texts(
    order: Sequence[Hit], found: Sequence[Hit], library: PassageStore, room: int
) -> list[Hit]:
    """The other passages of the sources on the topic, best source first, while there is room."""
    known = {hit.passage.id for hit in found}
    left = room - sum(tokens_of(hit.passage.text) for hit in found)
    added: list[Hit] = []
    for source in dict.fromkeys(hit.passage.source.id for hit in order):
        for passage in library.passages(source):
            size = tokens_of(passage.text)
            if passage.id not in known and size <= left:
                left -= size
                known.add(passage.id)
                added.append(_unranked(passage))
    return added


def _of_sources(passages: Sequence[Passage], library: PassageStore) -> list[Passage]:
    """Every passage of the sources of some, in the order in which the sources first appear."""
    order = dict.fromkeys(passage.source.id for passage in passages)
    return [passage for source in order for passage in library.passages(source)]


def _unranked(passage: Passage) -> Hit:
    """A passage that the search did not find, of a source that it did."""
    return Hit(passage=passage, score=0, lexical=0, dense=0)


def _told(evidence: Evidence) -> bool:
    """Whether some source says something of the claim, however few passages there are."""
    return any(stance.takes_a_side for stance in evidence.stances)


def _more(plan: Plan, related: Sequence[Related]) -> dict[Facet, str]:
    """Queries for the facets that no related passage speaks to.

    Each has the claim, what the nearest passages share beyond it (pseudo-relevance feedback,
    Rocchio 1971), and words of the facet.
    """
    missing = [
        facet
        for facet in SOUGHT
        if not any(speaks_to(h.passage.text, h.passage.source, facet) for _, h in related)
    ]
    if not missing:
        return {}
    claim = plan.claim.text
    shared = terms([hit.passage.text for _, hit in related[:ASKED]], expanded(claim))
    return {facet: " ".join([claim, *shared, SOUGHT[facet]]) for facet in missing}


def _again(
    plan: Plan,
    related: Sequence[Related],
    queries: Mapping[Facet, str],
    library: PassageStore,
    filters: Filters,
) -> list[Hit]:
    """What the second search finds for each facet: related to the claim, and new."""
    known = {hit.passage.id for _, hit in related}
    added: list[Hit] = []
    for facet, query in queries.items():
        found = library.search(query, PER_QUERY, filters)
        hits = [h for h in found if speaks_to(h.passage.text, h.passage.source, facet)]
        # Held against what was found before: the best of it says what is on topic.
        both = _related(plan, _each_once([*(hit for _, hit in related), *hits]), library)
        new = [hit for _, hit in both if hit.passage.id not in known][:A_FACET]
        known |= {hit.passage.id for hit in new}
        added += new
    return added


def _retractions_of(kept: Sequence[Hit], found: Sequence[Hit]) -> list[Hit]:
    """What else was found that takes back something the evidence says."""
    known = {hit.passage.id for hit in kept}
    told = [
        (SourceSentence.of(p.text[start:end], p, p.start + start), p.source)
        for p in (hit.passage for hit in kept)
        for start, end in split_sentences(p.text)
    ]
    new = [hit for hit in found if hit.passage.id not in known]
    back = [(hit, find_retractions([hit.passage])) for hit in new]
    return [
        hit for hit, gone in back if gone and any(is_retracted(said, s, gone) for said, s in told)
    ]


def _each_once(hits: Sequence[Hit]) -> list[Hit]:
    """Each passage with its best score, best first."""
    best: dict[str, Hit] = {}
    for hit in hits:
        known = best.get(hit.passage.id)
        if known is None or hit.score > known.score:
            best[hit.passage.id] = hit
    return sorted(best.values(), key=lambda h: (-h.score, h.passage.id))


def _related(plan: Plan, hits: Sequence[Hit], library: PassageStore) -> list[Related]:
    """Hits with their cosine to the claim, nearest first, without those that are off its topic."""
    cosines = _cosines(plan, hits, library)
    nearest = sorted(zip(cosines, hits, strict=True), key=lambda r: (-r[0], r[1].passage.id))
    best: dict[str, float] = {}
    for cosine, hit in nearest:
        best.setdefault(hit.passage.source.id, cosine)
    least = ON_TOPIC * max(cosines)
    return [r for r in nearest if r[0] >= RELATED and best[r[1].passage.source.id] >= least]


def _cosines(plan: Plan, hits: Sequence[Hit], library: PassageStore) -> list[float]:
    """The better of two readings of the claim, as typed and as sources spell it, per passage."""
    readings = library.embed([plan.claim.text, " ".join(expanded(plan.claim.text))])
    vectors = library.vectors([h.passage.id for h in hits])
    return [float(c) for c in np.max(vectors @ readings.T, axis=1)]


def _silence(plan: Plan, related: Sequence[Related]) -> str | None:
    """Why the evidence does not bear on the claim, or None where it does."""
    if not related or related[0][0] < BEARS:
        return "no passage in the library is close enough to this claim"
    if len(related) < ENOUGH:
        passages = f"{len(related)} passage{'s' * (len(related) > 1)}"
        return f"only {passages} in the library may be on it, and nothing in them says or denies it"
    if plan.claim.asks and (missing := _unnamed(plan, [hit for _, hit in related])):
        return f"no near source has everything that is asked for (missing: {', '.join(missing)})"
    return None


def _unnamed(plan: Plan, hits: Sequence[Hit]) -> list[str]:
    """Words of an open question that the best source lacks: a missing piece cannot be found."""
    near: dict[str, set[str]] = {}
    for hit in hits[:ASKED]:
        source = hit.passage.source
        known = near.setdefault(source.id, set(expanded(f"{source.publisher} {source.title}")))
        known |= set(expanded(hit.passage.text))
    piece = set(tokens(plan.claim.asks or ""))
    asked = [t for t in tokens(plan.claim.text) if t not in STOP | piece]
    missing = [[t for t in asked if not set(expanded(t)) <= named] for named in near.values()]
    return min(missing, key=len)


def too_thin_for_page(body: Sequence[CheckedSection], evidence: Evidence) -> str | None:
    """Why a checked body is too little for a page, or None.

    Where a source says something of the claim, one section that tells it is a page.
    """
    if len(body) < (1 if _told(evidence) else SECTIONS):
        return "too little of what the sources say about it stood the check"
    return None
