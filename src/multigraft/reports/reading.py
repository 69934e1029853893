"""What the numbers say, in sentences that claim no more than the paired differences carry."""

import math
from collections.abc import Sequence

from multigraft.evaluation.names import DESCRIPTIONS
from multigraft.evaluation.table import Difference
from multigraft.reports.comparisons import Comparison

PROTOCOLS = {
    "strict": (
        "Protocol strict: a probe, linear where nothing else is said, is fitted on the frozen embeddings of the "
        "training graphs, its settings are chosen on the validation graphs, and it is scored once on the test graphs.",
        "For link prediction the held-out edges take no part in message passing and the negatives are drawn at random "
        "from the pairs without an edge, so the score cannot come from having seen the answer.",
    ),
    "paper": (
        "Protocol paper repeats the measurement of the SAME release, to recompute published numbers.",
        "Its link prediction score is taken on embeddings that have seen the whole graph, held-out edges included, "
        "so an untrained encoder scores high as well; never compare it with a score of protocol strict.",
    ),
}
BASELINE_WORDS = {
    "attributes": "The tree on the raw attributes",
    "majority": "Always giving the most frequent answer",
    "constant": "Always giving the training mean",
}
WORDS = (
    ("trained", "The encoder after training. It is frozen here: only a probe on its embeddings is fitted."),
    ("untrained", "The same architecture with the same random start, never trained. It says what message passing gives "
     "for free; training has helped where the whole interval of the paired difference to it lies above zero, of an "
     "error below."),
    ("attributes", "A decision tree on the raw node attributes. It sees no edge."),
    ("majority", "Always the most frequent answer: the score of knowing nothing."),
    ("constant", "Always the mean of what was measured on the training graphs: the score of knowing nothing."),
    ("ecfp-count, ecfp-binary, descriptors", "What chemists describe molecules by, read without any encoder: circular "
     "fingerprints, counted or not, and RDKit's properties, by linear or logistic regression and by a random forest."),
    ("degrees", "The size of an ego-network and how many interactions of each type its centre has."),
    ("95 % interval", "What the score would range over with other test graphs of the same kind, by resampling them. "
     "It holds for this one split and this one seed."),
    ("paired difference", "The trained encoder's score minus another's on the same test graphs; its interval comes "
     "from resampling these graphs for both at once. The intervals of two scores may overlap although they differ, "
     "because both find the same graphs hard: judge by the difference. Where its interval contains zero, which is "
     "better is not settled; that is not proof that both are equal."),
    ("the map", "Neighbours on the map are alike to the encoder. Distances between far groups, sizes of groups and the "
     "directions of the axes mean nothing. Judge by the table, not by the picture."),
)  # fmt: skip


def protocol_sentences(protocol: str) -> tuple[str, ...]:
    """How a protocol measures, in two sentences; its name alone where it is not one of ours."""
    return PROTOCOLS.get(protocol, (f"Measured under protocol {protocol}.",))


def headline(found: Sequence[Comparison]) -> str:
    """One sentence on trained against untrained, over the headline score of every task."""
    by_verdict: dict[str, list[str]] = {"above": [], "below": [], "undecided": []}
    for comparison in found:
        paired, verdict = (
            comparison.paired_difference("trained", "untrained"),
            comparison.verdict("trained", "untrained"),
        )
        if comparison.headline and paired is not None:
            by = "" if verdict == "undecided" else f" by {abs(paired.value):{_digits(abs(paired.value))}}"
            by_verdict[verdict].append(f"{comparison.task}{by}")
    above, below, undecided = by_verdict["above"], by_verdict["below"], by_verdict["undecided"]
    clauses = []
    if above:
        clauses.append(f"the trained encoder beats the untrained one on {_listed(above)}")
    if below:
        subject = "it" if above else "the trained encoder"
        clauses.append(f"{subject} falls behind the untrained one on {_listed(below)}")
    if undecided:
        clauses.append(f"on {_listed(undecided)} the interval of their difference contains zero")
    if undecided and not above and not below:
        clauses[-1] = (
            f"on {_listed(undecided)} the interval of the paired difference between the trained and the untrained "
            "encoder contains zero, so these test graphs do not show that training helped"
        )
    if not clauses:
        return "The table has no paired difference between the trained encoder and the untrained one."
    text = "; ".join(clauses)
    return f"{text[0].upper()}{text[1:]}."


def details(found: Sequence[Comparison]) -> list[tuple[str, str]]:
    """For the headline score of every task its name and what is to be said of it, baselines included."""
    return [(comparison.task, _detail(comparison)) for comparison in found if comparison.headline]


def _detail(comparison: Comparison) -> str:
    sentences = [_against_untrained(comparison), _against_baselines(comparison)]
    return " ".join(sentence for sentence in sentences if sentence) or "Nothing to compare with."


def _against_untrained(comparison: Comparison) -> str:
    gap = comparison.difference("trained", "untrained")
    if math.isnan(gap):
        return ""
    scores = f"{comparison.rows['trained'].value:.3f} trained, {comparison.rows['untrained'].value:.3f} untrained"
    found = comparison.paired_difference("trained", "untrained")
    if found is None:
        return f"{scores} ({gap:+z.3f}): the table has no interval of this difference, so chance is not excluded."
    meaning = {
        "above": "training helped here.",
        "below": "training did harm here.",
        "undecided": "these test graphs alone do not settle which is better.",
    }[comparison.verdict("trained", "untrained")]
    return f"{scores}: {_paired(found)}, so {meaning}"


def _against_baselines(comparison: Comparison) -> str:
    """The best of the baselines that no encoder has a part in, beside the trained encoder."""
    if not comparison.baselines or math.isnan(comparison.difference(comparison.baselines[0], "trained")):
        return ""
    rival = comparison.baselines[0]
    who = BASELINE_WORDS.get(rival, f"What is read from {rival}")
    reached = f"{who} reaches {comparison.rows[rival].value:.3f}"
    found = comparison.paired_difference("trained", rival)
    if found is None:
        return f"{reached}."
    meaning = {
        "above": "the trained encoder is better here.",
        "below": f"this baseline is better here, without {_without(comparison.rows[rival].encoder)}.",
        "undecided": "these test graphs alone do not settle which is better.",
    }[comparison.verdict("trained", rival)]
    return f"{reached}; trained minus this: {_paired(found)}, so {meaning}"


def _without(encoder: str) -> str:
    return "an encoder" if encoder in DESCRIPTIONS else "having seen an edge"


def _digits(value: float) -> str:
    """Two decimals, or two digits of what is smaller: errors come in units of all sizes."""
    return ".2f" if value == 0 or value >= 0.01 else ".2g"


def _paired(found: Difference) -> str:
    low, high = f"{found.low:+z.3f}", f"{found.high:+z.3f}"
    return f"paired difference {found.value:+z.3f} (95 % interval {low} to {high})"


def _listed(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
