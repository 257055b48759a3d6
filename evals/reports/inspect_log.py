"""A run as a log of Inspect AI, so that `inspect view` opens it. Inspect itself is not needed.

The format is version 2 of Inspect's `EvalLog` in JSON. A figure that could not be scored for a case
is left out of its sample and counted in `unscored_samples`.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import Any, Final

from evals.archive import Summary
from evals.case import Case, ClaimCase, PageCase, PairCase, WorldCase
from evals.outcome import Outcome
from evals.scoring.types import Figure

VERSION: Final = 2
Json = dict[str, Any]


def render_log(summary: Summary, answered: Sequence[tuple[Case, Outcome]]) -> str:
    """Write the log: one sample a case, with its evidence and every figure that applies to it."""
    run = summary.run
    name = hashlib.sha256(summary.model_dump_json().encode()).hexdigest()[:22]
    found: Json = {
        "version": VERSION,
        "status": "success",
        "eval": {
            "eval_id": name,
            "run_id": name,
            "task_id": name,
            "created": run.started,
            "task": f"verdict-desk/{run.suite}",
            "task_version": run.version,
            "dataset": {
                "name": run.suite,
                "samples": len(answered),
                "sample_ids": [case.id for case, _ in answered],
                "shuffled": False,
            },
            "model": f"verdict-desk/{run.system}",
            "config": {},
            "packages": {"verdict-desk": run.version},
            "metadata": run.model_dump(),
        },
        "plan": {"name": "plan", "steps": []},
        "results": {
            "total_samples": len(answered),
            "completed_samples": sum(not outcome.error for _, outcome in answered),
            "scores": [_score(f) for f in summary.scores.figures if f.estimate.value is not None],
        },
        "stats": {"started_at": run.started, "completed_at": run.started},
        "samples": [_sample(case, outcome, summary) for case, outcome in answered],
    }
    return json.dumps(found, ensure_ascii=False, indent=1, allow_nan=False)


def _score(figure: Figure) -> Json:
    e = figure.estimate
    values = {"mean": e.value, "stderr": e.stderr, "low_95": e.low, "high_95": e.high}
    return {
        "name": figure.id,
        "scorer": figure.id,
        "scored_samples": e.n,
        "unscored_samples": e.unscored,
        "metrics": {
            name: {"name": name, "value": value}
            for name, value in values.items()
            if value is not None
        },
        "metadata": {"about": figure.about, "by": figure.by, "clusters": e.clusters},
    }


def _sample(case: Case, outcome: Outcome, summary: Summary) -> Json:
    answer = "\n".join(s.text for s in outcome.kept) or outcome.reason or outcome.error
    said = {"role": "assistant", "content": answer, "source": "generate"}
    model = f"verdict-desk/{summary.run.system}"
    marks = summary.scores.marks
    return {
        "id": case.id,
        "epoch": 1,
        "input": _input(case),
        "target": _target(case),
        "messages": [{"role": "user", "content": _input(case), "source": "input"}, said],
        "output": {"model": model, "choices": [{"message": said, "stop_reason": "stop"}]},
        "scores": {
            name: {"value": value, "answer": outcome.verdict}
            for name, values in marks.items()
            if (value := values.get(case.id)) is not None
        },
        "metadata": {
            "cluster": case.cluster,
            "sentences": [s.model_dump(mode="json") for s in outcome.sentences],
        },
        "total_time": outcome.seconds,
    }


def _input(case: Case) -> str:
    if isinstance(case, ClaimCase | WorldCase):
        return case.question
    return case.claim if isinstance(case, PairCase) else case.text


def _target(case: Case) -> str:
    if isinstance(case, ClaimCase):
        return case.expected or ""
    if isinstance(case, PageCase):
        return "; ".join(f.sentence for f in case.faults or ())
    return case.label or "" if isinstance(case, PairCase) else ""
