"""Context prediction: node sets against breadth-first searches one by one, pairs, and who is left out."""

import math

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from multigraft.encoders.edge import GIN
from multigraft.encoders.inputs import InputSchema
from multigraft.errors import InputError
from multigraft.randomness import generator
from multigraft.tasks.context_prediction import ContextPrediction, Radii
from multigraft.tasks.model import TaskModel
from tests.helpers.coded import coded, coded_graphs, path, random_coded, ring, side_by_side
from tests.helpers.graphs import pack
from tests.reference import pretext as plain

TASK = ContextPrediction()
SMALL = ContextPrediction(k=2, r1=1, r2=3)
RADII = st.tuples(st.integers(1, 5), st.integers(1, 4), st.integers(2, 7)).filter(lambda r: r[1] < min(r[0], r[2]))


def drawn_centres(graphs, seed):
    """The centre of each graph, in its own numbers, that the generator of that seed draws."""
    noise = torch.rand(len(graphs), generator=generator(seed), dtype=torch.float64)
    return [int(share * size) for share, size in zip(noise.tolist(), graphs.node_counts.tolist(), strict=True)]


def found_plainly(graphs, seed, radii):
    """Every molecule with what surrounds its centre."""
    molecules = plain.unpack(graphs)
    centres = drawn_centres(graphs, seed)
    return molecules, [plain.surroundings(m, c, *radii) for m, c in zip(molecules, centres, strict=True)]


def numbered(graphs):
    """The graphs with a column of node numbers, each in its own graph, and one of graph numbers."""
    starts = graphs.node_offsets[:-1][graphs.node_graph]
    graphs.nodes["number"] = torch.arange(graphs.num_nodes) - starts
    graphs.graphs["number"] = torch.arange(len(graphs))
    return graphs


def node_sets(parts):
    """The original node numbers of each part."""
    return [column.tolist() for column in parts.nodes["number"].split(parts.node_counts.tolist())]


@given(coded_graphs(least_graphs=2), RADII, st.integers(0, 2**31))
def test_node_sets_are_those_of_one_search_at_a_time(graphs, radii, seed):
    task = ContextPrediction(k=radii[0], r1=radii[1], r2=radii[2])
    examples = task.examples(numbered(graphs), generator(seed))
    _, found = found_plainly(graphs, seed, radii)
    left = [number for number, around in enumerate(found) if around.anchors]
    if len(left) < 2:
        assert examples.queries.shape == (2, 0)
        return
    assert examples.graphs.graphs["number"].tolist() == examples.beside.graphs["number"].tolist() == left
    assert node_sets(examples.graphs) == [found[number].neighbourhood for number in left]
    assert node_sets(examples.beside) == [found[number].context for number in left]
    anchors = examples.beside.nodes["number"][examples.beside.nodes["anchor"]].tolist()
    assert anchors == [anchor for number in left for anchor in found[number].anchors]
    centres = examples.queries[0][examples.answers == 1]
    assert examples.graphs.nodes["number"][centres].tolist() == [found[number].centre for number in left]


@given(coded_graphs("ogb", least_graphs=2), st.integers(0, 2**31))
def test_neighbourhoods_and_contexts_are_induced_subgraphs(graphs, seed):
    molecules, found = found_plainly(graphs, seed, (2, 1, 3))
    left = [number for number, around in enumerate(found) if around.anchors]
    assume(len(left) > 1)
    examples = SMALL.examples(graphs, generator(seed))
    for parts, name in ((examples.graphs, "neighbourhood"), (examples.beside, "context")):
        for ours, number in zip(plain.unpack(parts), left, strict=True):
            theirs = plain.subgraph(molecules[number], getattr(found[number], name))
            assert list(ours.edges) == list(theirs.edges)
            assert torch.equal(ours.nodes["codes"], theirs.nodes["codes"])
            assert torch.equal(ours.nodes["structure_codes"], theirs.nodes["structure_codes"])
            assert all(torch.equal(row["codes"], theirs.edges[pair]["codes"]) for pair, row in ours.edges.items())


@given(st.integers(2, 6), st.integers(1, 8), st.integers(0, 2**31))
def test_cbow_pairs_centres_with_contexts_further_on(count, negatives, seed):
    graphs = numbered(coded(pack([path(9)] * count)))
    examples = ContextPrediction(negatives=negatives, k=2, r1=1, r2=3).examples(graphs, generator(seed))
    own = examples.graphs.node_graph[examples.queries[0]]
    true = examples.answers == 1
    assert own[true].tolist() == examples.queries[1, true].tolist() == list(range(count))
    shifts = [shift for shift in range(1, negatives + 1) if shift % count]
    expected = [((j + shift) % count) for shift in shifts for j in range(count)]
    assert own[~true].tolist() == list(range(count)) * len(shifts)
    assert examples.queries[1, ~true].tolist() == expected
    assert not bool((own[~true] == examples.queries[1, ~true]).any())


@given(st.integers(2, 6), st.integers(1, 8), st.integers(0, 2**31))
def test_skipgram_pairs_anchors_with_centres_further_on(count, negatives, seed):
    graphs = coded(pack([ring(8) + ring(8).T, *[path(9)] * (count - 1)]))
    task = ContextPrediction("skipgram", negatives, k=2, r1=1, r2=3)
    examples = task.examples(graphs, generator(seed))
    centre, anchor = examples.queries
    true = examples.answers == 1
    assert anchor[true].tolist() == examples.beside.nodes["anchor"].nonzero()[:, 0].tolist()
    mine, theirs = examples.graphs.node_graph[centre], examples.beside.node_graph[anchor]
    assert torch.equal(mine[true], theirs[true])
    shifts = [shift for shift in range(1, negatives + 1) if shift % count]
    assert anchor[~true].tolist() == anchor[true].tolist() * len(shifts)
    expected = torch.cat([(theirs[true] + shift) % count for shift in shifts])
    assert torch.equal(mine[~true], expected)


@given(coded_graphs(least_graphs=2), st.integers(0, 2**31))
def test_batching_does_not_change_a_graphs_node_sets(graphs, seed):
    """A graph that is asked about beside others is asked about in the same way beside itself."""
    examples = SMALL.examples(numbered(graphs), generator(seed))
    assume(len(examples.answers))
    drawn = drawn_centres(graphs, seed)
    for place, number in enumerate(examples.graphs.graphs["number"].tolist()):
        _, (around,) = found_plainly_at(graphs.select([number]), drawn[number])
        assert node_sets(examples.graphs)[place] == around.neighbourhood
        assert node_sets(examples.beside)[place] == around.context


def found_plainly_at(graphs, centre):
    """As `found_plainly`, from a centre that is known."""
    molecules = plain.unpack(graphs)
    return molecules, [plain.surroundings(molecules[0], centre, 2, 1, 3)]


def test_contexts_of_a_ring_of_thirty():
    graphs = numbered(coded(pack([ring(30) + ring(30).T] * 2)))
    examples = TASK.examples(graphs, generator(3))
    for centre, neighbourhood, context in zip(
        drawn_centres(graphs, 3), node_sets(examples.graphs), node_sets(examples.beside), strict=True
    ):
        assert neighbourhood == sorted((centre + step) % 30 for step in range(-5, 6))
        assert context == sorted((centre + sign * step) % 30 for step in (5, 6, 7) for sign in (1, -1))
    assert examples.beside.edge_counts.tolist() == [8, 8]  # two chains of three
    assert examples.beside.nodes["anchor"].view(2, 6).sum(1).tolist() == [2, 2]


@pytest.mark.parametrize(
    "graphs",
    [[torch.zeros(1, 1)] * 4, [path(5)] * 4, [side_by_side(path(4), path(5))] * 4, [path(20), path(3)], [path(20)]],
    ids=["one atom", "short", "fragments", "one of two", "one"],
)
def test_fewer_than_two_contexts_ask_nothing(graphs):
    graphs = coded(pack(graphs))
    examples = TASK.examples(graphs, generator(0))
    assert examples.graphs is graphs  # not an empty batch, whose batch norm would be no number
    assert examples.queries.shape == (2, 0)
    torch.manual_seed(0)
    model = TaskModel(GIN(InputSchema.of(graphs), dim=4, layers=2), [TASK], graphs.origin)
    logits = model({TASK: examples})[TASK]
    loss = TASK.loss(logits, examples)
    loss.backward()
    assert loss.item() == 0
    assert math.isnan(TASK.metric(logits, examples))
    assert all(bool(buffer.isfinite().all()) for buffer in model.buffers())


def test_an_episode_divides_the_graphs():
    graphs = numbered(coded(pack([path(20)] * 10)))
    episode = TASK.episode(graphs, generator(0))
    both = torch.cat([episode.support.graphs.graphs["number"], episode.target.graphs.graphs["number"]])
    assert both.sort().values.tolist() == list(range(10))
    assert len(episode.support.graphs) == 6


def test_fresh_centres_at_every_call_and_the_same_from_the_same_generator():
    graphs, draws = coded(pack([path(30)] * 10)), generator(0)
    first, second = (TASK.examples(graphs, draws) for _ in range(2))
    again = TASK.examples(graphs, generator(0))
    assert torch.equal(first.graphs.edge_index, again.graphs.edge_index)
    assert torch.equal(first.queries, again.queries)
    assert not torch.equal(first.queries, second.queries)


def test_radii_follow_the_data_unless_they_are_named():
    molecules, proteins = random_coded(1).origin, random_coded(1, "protein").origin
    assert TASK.radii(molecules) == Radii(5, 4, 7)
    assert TASK.radii(proteins) == Radii(4, 1, 4)
    assert SMALL.radii(molecules) == SMALL.radii(proteins) == Radii(2, 1, 3)
    assert ContextPrediction(k=6).radii(molecules) == Radii(6, 4, 7)


@pytest.mark.parametrize(
    ("options", "says"),
    [({"mode": "glove"}, "cbow, skipgram"), ({"negatives": 0}, "at least 1"), ({"k": 4}, "r1 < k"),
     ({"k": 3, "r1": 3, "r2": 5}, "r1 < k"), ({"k": 3, "r1": 2, "r2": 2}, "r1 < r2"),
     ({"k": 3, "r1": 0, "r2": 2}, "1 <= r1")],
)  # fmt: skip
def test_options_that_make_no_sense_are_refused(options, says):
    with pytest.raises(InputError, match=says):
        ContextPrediction(**options)


def test_data_without_two_contexts_are_an_obstacle():
    assert "more than 4 hops apart" in (TASK.obstacle(coded(pack([path(5)] * 3))) or "")
    assert "fewer than two" in (TASK.obstacle(coded(pack([path(30), path(3)]))) or "")
    assert TASK.obstacle(coded(pack([path(6), path(3), path(6)]))) is None
    assert TASK.obstacle(coded(pack([path(3)] * 70 + [side_by_side(torch.zeros(1, 1), path(6))] * 2))) is None
    assert TASK.obstacle(coded(pack([path(3)] * 2), "protein")) is None
    assert SMALL.obstacle(coded(pack([torch.ones(4, 4)] * 2))) is not None


def test_the_head_cannot_do_without_an_encoder():
    with pytest.raises(InputError, match="grow"):
        TASK.head(5, random_coded(1).origin)
