"""An invented newsroom: small closed worlds with known truth, which no model can have seen.

`suite(seed, questions)` gives worlds; `World.library` makes a library of one; the desk drafts over
it; `score` or `marks` hold the page against what is true there.
"""

from evals.newsroom.scoring import MEANING, marks, score
from evals.newsroom.suite import suite
from evals.newsroom.world import Asked, World, Written

__all__ = ["MEANING", "Asked", "World", "Written", "marks", "score", "suite"]
