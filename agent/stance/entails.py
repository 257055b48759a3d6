"""Does any passage say a claim, or come too near to be told from saying it?"""

from collections.abc import Sequence
from typing import Final

from agent.claims import read_claim
from agent.language.text import content, shared, tokens
from agent.stance.concepts import concepts
from agent.stance.proposition import Proposition, names_of, proposition
from agent.stance.rules import SourceSentence, reversed_in, stance_by_rules
from agent.types import Claim, Stance
from retrieval.sentences import split_sentences
from retrieval.types import Passage

TOO_NEAR: Final = 0.80
"""Share of the claim's words in one sentence from which its silence cannot be certified."""
SURE: Final = 0.90
"""Support from which the verifier is followed though the passage lacks the claim's own word."""
PRONOUNS: Final = frozenset(["it", "he", "she", "they", "its", "his", "her", "their"])
"""A sentence with one of these is read with the one before it."""


def passages_that_entail(
    claim: str, passages: Sequence[Passage], support: Sequence[float]
) -> list[bool]:
    """Whether each passage says a claim, or comes too near to be told from saying it.

    Every sentence is read by rule. Where one says the claim, or says nothing that the rules can
    read and has `TOO_NEAR` of the words, the claim is said. So it is where the verifier finds it
    in a passage, unless a rule explains what the verifier saw: the opposite, another figure, the
    parties the other way round; or the verifier is not `SURE` and the passage has no word for what
    the claim says of its subject.

    Args:
        claim: A positive proposition.
        passages: Where it is looked for.
        support: For each passage what the verifier makes of it, in [0, 1]; 0 where it finds none.
    """
    asked = read_claim(claim)
    known, words = proposition(asked), frozenset(content(claim))
    if known is None:
        return [
            found > 0 or shared(words, passage.text) >= TOO_NEAR
            for passage, found in zip(passages, support, strict=True)
        ]
    return [
        _said(asked, known, words, passage, found)
        for passage, found in zip(passages, support, strict=True)
    ]


def _said(
    asked: Claim, known: Proposition, words: frozenset[str], passage: Passage, found: float
) -> bool:
    spans = split_sentences(passage.text)
    told = [SourceSentence.of(passage.text[a:b], passage, passage.start + a) for a, b in spans]
    sides = [stance_by_rules(asked, known, said) for said in told]
    if set(sides) - {None, Stance.NEITHER, Stance.AGAINST}:
        return True
    other = [
        side is Stance.AGAINST or reversed_in(known, tokens(said.text), concepts(said.text))
        for said, side in zip(told, sides, strict=True)
    ]
    if any(_near(words, said) and not o for said, o in zip(told, other, strict=True)):
        return True
    spoken = any(known.head in names_of(concepts(said.text)) for said in told)
    return not any(other) and found > 0 and (spoken or found >= SURE)


def _near(words: frozenset[str], said: SourceSentence) -> bool:
    leans = PRONOUNS & set(tokens(said.text))
    text = f"{said.context} {said.text}" if leans else said.text
    return shared(words, text) >= TOO_NEAR
