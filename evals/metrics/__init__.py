"""What is measured: one pure function a metric, with its formula and its source.

A judge is a callable from premise and hypothesis to a `Support`; the metric decides what partial
support is worth. What could not be judged is `None`: counted in `unscored`, never averaged.
`Score.value` is for one item (a response, a question); `Score.marks` are its units (sentences,
citations, facts), which `evals.statistics.estimate_pooled` puts together with the item as the
cluster.
"""
