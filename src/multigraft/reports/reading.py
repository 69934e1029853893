"""What the numbers say, in sentences that claim no more than the intervals carry."""

import math
from collections.abc import Sequence

from multigraft.reports.comparisons import Comparison

PROTOCOLS = {
    "strict": (
        "Protocol strict: a linear probe is fitted on the frozen embeddings of the training graphs, its settings are "
        "chosen on the validation graphs, and it is scored once on the test graphs.",
        "For link prediction the held-out edges take no part in message passing and the negatives are drawn at random "
        "from the pairs without an edge, so the score cannot come from having seen the answer.",
    ),
    "paper": (
        "Protocol paper repeats the measurement of the SAME release, to recompute published numbers.",
        "Its link prediction score is taken on embeddings that have seen the whole graph, held-out edges included, "
        "so an untrained encoder scores high as well; never compare it with a score of protocol strict.",
    ),
}
WORDS = (
    ("trained", "The encoder after training. It is frozen here: only a linear probe on its embeddings is fitted."),
    ("untrained", "The same architecture with the same random start, never trained. It says what message passing gives "
     "for free; training has helped where the trained encoder's interval lies above it."),
    ("attributes", "A decision tree on the raw node attributes. It sees no edge."),
    ("majority", "Always the most frequent answer: the score of knowing nothing."),
    ("95 % interval", "What the score would range over with other test graphs of the same kind, by resampling them. "
     "It holds for this one split and this one seed. Where two intervals overlap the table does not settle which is "
     "better; that is not proof that both are equal."),
    ("the map", "Neighbours on the map are alike to the encoder. Distances between far groups, sizes of groups and the "
     "directions of the axes mean nothing. Judge by the table, not by the picture."),
)  # fmt: skip


def protocol_sentences(protocol: str) -> tuple[str, ...]:
    """How a protocol measures, in two sentences; its name alone where it is not one of ours."""
    return PROTOCOLS.get(protocol, (f"Measured under protocol {protocol}.",))


def headline(found: Sequence[Comparison]) -> str:
    """One sentence on trained against untrained, over the headline score of every task."""
    by_verdict: dict[str, list[str]] = {"above": [], "below": [], "overlap": []}
    for comparison in found:
        verdict = comparison.verdict("trained", "untrained")
        if comparison.headline and verdict != "unknown":
            gap = abs(comparison.difference("trained", "untrained"))
            by_verdict[verdict].append(comparison.task if verdict == "overlap" else f"{comparison.task} by {gap:.2f}")
    above, below, overlap = by_verdict["above"], by_verdict["below"], by_verdict["overlap"]
    clauses = []
    if above:
        clauses.append(f"the trained encoder beats the untrained one on {_listed(above)}")
    if below:
        subject = "it" if above else "the trained encoder"
        clauses.append(f"{subject} falls behind the untrained one on {_listed(below)}")
    if overlap:
        clauses.append(f"on {_listed(overlap)} the intervals overlap")
    if overlap and not above and not below:
        clauses[-1] = (
            f"on {_listed(overlap)} the intervals of the trained and the untrained encoder overlap, "
            "so these test graphs do not show that training helped"
        )
    if not clauses:
        return "The table does not compare the trained encoder with the untrained one."
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
    meaning = {
        "above": "the intervals lie apart, so training helped here.",
        "below": "the intervals lie apart, so training did harm here.",
        "overlap": "the intervals overlap, so these test graphs alone do not settle which is better.",
        "unknown": "there are no intervals, so chance is not excluded.",
    }[comparison.verdict("trained", "untrained")]
    return f"{scores} ({gap:+.3f}): {meaning}"


def _against_baselines(comparison: Comparison) -> str:
    """The better of the two baselines that see no graph, beside the trained encoder."""
    scores = {name: comparison.difference(name, "trained") for name in ("attributes", "majority")}
    known = {name: gap for name, gap in scores.items() if not math.isnan(gap)}
    if not known:
        return ""
    rival = max(known, key=lambda name: known[name])
    who = {"attributes": "The tree on the raw attributes", "majority": "Always giving the most frequent answer"}[rival]
    place = {
        "above": "; its interval lies below the trained encoder's.",
        "below": "; its interval lies above the trained encoder's, without having seen an edge.",
        "overlap": "; its interval overlaps the trained encoder's.",
        "unknown": ".",
    }[comparison.verdict("trained", rival)]
    return f"{who} reaches {comparison.rows[rival].value:.3f}{place}"


def _listed(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
