"""A synthetic benchmark: small invented worlds with known truth, which no model can have seen.

`stories.make_worlds(seed, questions)` gives worlds; `World.library` makes a library of one; the
desk drafts over it; `scoring` holds the page against what is true there.
"""
