"""Who stands in a table: what reads an encoder's embeddings, and what answers without any encoder."""

from collections.abc import Collection, Mapping, Sequence

from multigraft.errors import InputError
from multigraft.evaluation.answers import Contender, EmbedNodes, by_head, by_learner, by_own_heads
from multigraft.evaluation.baselines import MAJORITY, TREE, nothing, raw_attributes
from multigraft.evaluation.column_answers import by_columns
from multigraft.evaluation.fusion import by_fusion
from multigraft.evaluation.kinds import KINDS
from multigraft.evaluation.names import COMBINED, PROBE_NAMES, READERS
from multigraft.evaluation.target_baselines import described, descriptions, target_baselines
from multigraft.graphs.packed import PackedGraphs
from multigraft.models.trained import TrainedEncoder

BASELINES = (
    by_learner("attributes", "tree", raw_attributes, TREE),
    by_learner("majority", "constant", nothing, MAJORITY),
)
HEADS = ("head", "own")


def contenders_of(
    encoder: TrainedEncoder,
    graphs: PackedGraphs,
    probes: Sequence[str] | None,
    baselines: bool,
    device: str,
    kind: str = "classes",
    fuse: Sequence[str] = (),
) -> list[Contender]:
    """Each probe on the encoder and, with ``baselines``, on its untrained twin; then what no encoder has a part in.

    Behind each probe of embeddings stands the same one on them and on a description that is to be fused with them.
    """
    named = _readers(kind, probes)
    fuse = () if kind == "classes" else tuple(dict.fromkeys(fuse))
    if fuse and set(named) <= set(HEADS):
        raise InputError("heads read no descriptions: fuse them under another probe, logistic for one")
    twins = {"trained": encoder} | ({"untrained": encoder.untrained()} if baselines else {})
    found = []
    for name, twin in twins.items():
        embed = _embedder(twin, device)
        for probe in named:
            if probe == "own":
                found += [by_own_heads(name, twin, graphs.origin, device)] if name == "trained" else []
            elif probe == "head":
                found.append(by_head(name, embed, graphs.origin))
            else:
                found.append(_by_learner(kind, name, probe, embed))
                found += [by_fusion(name, probe, kind, embed, description) for description in fuse]
    combined = [probe for probe in named if probe in COMBINED]
    return [*found, *(_baselines(kind, graphs, (*READERS, *combined)) if baselines else ())]


def usual_contenders(
    encoders: Mapping[str, EmbedNodes], graphs: PackedGraphs, kind: str, readers: Sequence[str] = READERS
) -> list[Contender]:
    """The usual probe on each of these encoders, then what no encoder has a part in; descriptions by ``readers``."""
    found = [_by_learner(kind, name, probe, embed) for name, embed in encoders.items() for probe in KINDS[kind].usual]
    return [*found, *_baselines(kind, graphs, readers)]


def _readers(kind: str, probes: Sequence[str] | None) -> tuple[str, ...]:
    """The probes that are asked for, each once, if answers of that kind can be learned by them."""
    if probes is None:
        return KINDS[kind].usual
    if not probes:
        raise InputError(f"name at least one probe: choose from {', '.join(PROBE_NAMES)}")
    can = [name for name in PROBE_NAMES if name in (*KINDS[kind].learners, *HEADS)]
    for name in probes:
        if name not in PROBE_NAMES:
            raise InputError(f"unknown probe {name!r}: choose from {', '.join(PROBE_NAMES)}")
        if name not in can:
            raise InputError(
                f"probe {name!r} does not answer questions with {kind} targets: choose from {', '.join(can)}"
            )
    return tuple(dict.fromkeys(probes))


def check_fused(fuse: Sequence[str], kinds: Collection[str], graphs: PackedGraphs) -> None:
    """Raise an `InputError` for descriptions that these graphs do not have, or where no kind of answers is targets."""
    if not fuse:
        return
    if set(kinds) == {"classes"}:
        raise InputError("descriptions are fused with embeddings where targets are asked for: ml or gr, not classes")
    has = tuple(descriptions(graphs))
    for name in fuse:
        if name not in has:
            known = f"it has {', '.join(has)}" if has else "it has none"
            raise InputError(f"data set {graphs.origin.name!r} has no description {name!r}: {known}")


def _by_learner(kind: str, name: str, probe: str, embed: EmbedNodes) -> Contender:
    read = by_learner if kind == "classes" else by_columns
    return read(name, KINDS[kind].title(probe), embed, KINDS[kind].learners[probe])


def _baselines(kind: str, graphs: PackedGraphs, readers: Sequence[str]) -> Sequence[Contender]:
    """Those for the kind of answers; descriptions of whole graphs answer no question about nodes or pairs."""
    if kind == "classes":
        return [*BASELINES, *described(kind, graphs, readers)]
    return target_baselines(kind, graphs, readers)


def _embedder(encoder: TrainedEncoder, device: str) -> EmbedNodes:
    return lambda graphs: encoder.embed(graphs, level="node", device=device)
