"""What a figure is worth: intervals that know about clusters, paired comparisons, agreement.

Sentences of one page share their question, library and writer, so they are not independent: the
page is the cluster. Every result carries n, clusters, what was not scored, and the seed where
anything was drawn.
"""

from evals.statistics.agreement import Agreement, cohen_kappa
from evals.statistics.comparison import Comparison, McNemar, compare, holm, mcnemar
from evals.statistics.estimate import Estimate, bootstrap, mean, pooled

__all__ = [
    "Agreement",
    "Comparison",
    "Estimate",
    "McNemar",
    "bootstrap",
    "cohen_kappa",
    "compare",
    "holm",
    "mcnemar",
    "mean",
    "pooled",
]
