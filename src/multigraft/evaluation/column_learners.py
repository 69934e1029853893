"""The learners of many targets by name: for yes-or-no targets, and for numbers."""

from multigraft.evaluation.choice import best_of
from multigraft.evaluation.column_strong import KERNEL_BINARY, KERNEL_REAL, STRONG_BINARY
from multigraft.evaluation.forests import fit_classifiers, fit_regressors
from multigraft.evaluation.learners import DEFAULT_NEIGHBOURS, NEIGHBOURS
from multigraft.evaluation.logistic import fit_logistics
from multigraft.evaluation.names import OF_NUMBERS
from multigraft.evaluation.neighbours import fit_neighbour_columns
from multigraft.evaluation.probes import COSTS, DEFAULT_COST, Learner
from multigraft.evaluation.remembering import remembering
from multigraft.evaluation.ridge import fit_ridges
from multigraft.evaluation.shared_trees import fit_shared_trees

PENALTIES = (0.1, 1.0, 10.0, 100.0, 1000.0, 10_000.0)
DEFAULT_PENALTY = 1.0  # scikit-learn's

_NEIGHBOURS = Learner(fit_neighbour_columns, DEFAULT_NEIGHBOURS, NEIGHBOURS)
_BINARY = remembering({
    "logistic": Learner(fit_logistics, DEFAULT_COST, COSTS),
    "knn": _NEIGHBOURS,
    "forest": Learner(fit_classifiers),
})  # fmt: skip
_REAL = remembering({
    "logistic": Learner(fit_ridges, DEFAULT_PENALTY, PENALTIES, title=OF_NUMBERS["logistic"]),
    "knn": _NEIGHBOURS,
    "forest": Learner(fit_regressors),
})  # fmt: skip
_TREES = Learner(fit_shared_trees)
BINARY_LEARNERS: dict[str, Learner] = {
    **_BINARY, "best": best_of(_BINARY), "kernel": KERNEL_BINARY, "extra-trees": _TREES, "strong": STRONG_BINARY,
}  # fmt: skip
REAL_LEARNERS: dict[str, Learner] = {
    **_REAL, "best": best_of(_REAL), "kernel": KERNEL_REAL, "extra-trees": _TREES, "strong": KERNEL_REAL,
}  # fmt: skip
