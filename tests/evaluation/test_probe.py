"""Measuring: which rows, how often an encoder is asked, which split, and what is refused."""

import dataclasses
import math

import pytest
import torch
from torch.nn.functional import one_hot

from multigraft.errors import InputError
from multigraft.evaluation.baselines import nothing
from multigraft.evaluation.probe import measure, probe
from multigraft.evaluation.protocols import PROTOCOLS
from multigraft.evaluation.remarks import few_tested
from multigraft.graphs.splits import Split, split_graphs
from tests.helpers.graphs import pack, random_graphs
from tests.helpers.training import small_graphs, train_small

PAIRS = {"strict": ["hadamard", "concat", "absdiff"], "paper": ["concat", "hadamard", "absdiff"]}


def attributes(graphs):
    """The simplest encoder."""
    return graphs.x


def nameless(rows, encoder):
    """The rows of one encoder, without its name and who answered."""
    return [dataclasses.replace(row, encoder="", probe="") for row in rows if row.encoder == encoder]


@pytest.fixture(scope="module")
def graphs():
    return random_graphs(60, seed=4, least_nodes=5, density=0.4, structure=2)


@pytest.fixture(scope="module")
def split(graphs):
    return split_graphs(graphs, "stratified", 0)


@pytest.fixture(scope="module")
def trained():
    return train_small()


# --- the rows -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_rows_come_task_by_task_encoder_by_encoder_headline_first(graphs, split, protocol):
    table = measure({"one": attributes, "two": attributes}, graphs, split, ["lp", "gc", "nc"], protocol)
    found = [(row.task, row.encoder, row.features, row.metric) for row in table.rows]
    kinds = {
        "lp": [(features, "roc_auc") for features in PAIRS[protocol]],
        "gc": [("mean", metric) for metric in PROTOCOLS[protocol].recipes["gc"].metrics],
        "nc": [("node", "accuracy")],
    }
    encoders = ["one", "two", "attributes", "majority"]
    assert found == [(task, encoder, *kind) for task in kinds for encoder in encoders for kind in kinds[task]]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_first_encoder_is_compared_with_every_other_row(graphs, split, protocol):
    """In the order of the rows, and by as much as the rows differ."""
    squared = lambda seen: seen.x.square()  # noqa: E731
    table = measure({"one": attributes, "two": squared}, graphs, split, ["lp", "gc", "nc"], protocol)
    values = {(row.task, row.encoder, row.features, row.metric): row.value for row in table.rows}
    found = [(one.task, one.against, one.features, one.metric) for one in table.differences]
    assert found == [key for key in values if key[1] != "one"]
    for one, (task, _, features, metric) in zip(table.differences, found, strict=True):
        assert one.encoder == "one"
        assert one.value == values[task, "one", features, metric] - values[task, one.against, features, metric]
        assert one.low <= one.high


def test_equal_encoders_differ_by_exactly_nothing(graphs, split):
    table = measure({"one": attributes, "two": attributes}, graphs, split, ["gc", "nc", "lp"], "strict")
    same = [(one.value, one.low, one.high) for one in table.differences if one.against == "two"]
    assert same == [(0, 0, 0)] * 6


def test_the_table_says_what_was_measured(graphs, split):
    table = measure({"one": attributes}, graphs, split, ["gc"], "paper", seed=5)
    assert (table.dataset, table.protocol, table.protocol_version) == ("made", "paper", 1)
    assert (table.split, table.seed, table.notes) == ("stratified", 5, few_tested(len(split.test)))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_values_lie_in_their_intervals_and_counts_are_those_of_the_test_part(graphs, split, protocol):
    table = measure({"one": attributes}, graphs, split, ["gc", "nc", "lp"], protocol)
    test = graphs.select(split.test)
    for row in table.rows:
        assert 0 <= row.low <= row.value <= row.high <= 1
        if row.task != "lp":
            assert row.n_test == {"gc": len(test), "nc": test.num_nodes}[row.task]
    pairs = {row.n_test for row in table.rows if row.task == "lp"}
    assert len(pairs) == 1
    assert 0 < pairs.pop() < test.num_edges


def test_equal_embeddings_have_equal_rows(graphs, split):
    rows = measure({"one": attributes, "two": attributes}, graphs, split, ["gc", "lp"], "strict").rows
    one, two = (
        [dataclasses.replace(row, encoder="") for row in rows if row.encoder == name] for name in ("one", "two")
    )
    assert one == two


def test_an_encoder_that_knows_the_class_is_always_right(split):
    graphs = random_graphs(60, seed=4, least_nodes=5)
    graphs = dataclasses.replace(graphs, nodes={**graphs.nodes, "x": one_hot(graphs.node_labels, 3).float()})
    rows = measure({"knowing": attributes}, graphs, split, ["nc"], "strict").rows
    values = {row.encoder: (row.value, row.low, row.high) for row in rows}
    assert values["knowing"] == values["attributes"] == (1.0, 1.0, 1.0)
    assert values["majority"][0] < 0.6


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_without_attributes_the_tree_reads_the_degrees(split, protocol):
    graphs = random_graphs(60, seed=4, least_nodes=5, features=0, degree=True)
    degrees = torch.bincount(graphs.edge_index[1], minlength=graphs.num_nodes)
    told = dataclasses.replace(graphs, nodes={**graphs.nodes, "label": (degrees % 2)})
    rows = measure({"nothing": nothing}, told, split, ["nc"], protocol).rows
    values = {row.encoder: row.value for row in rows if row.metric == "accuracy"}
    assert values["attributes"] == 1
    assert values["majority"] < 0.7


def test_questions_about_a_graph_are_resampled_together(graphs, split):
    """Where all nodes of a graph are of one class, an interval by nodes would be far too narrow."""
    alike = dataclasses.replace(graphs, nodes={**graphs.nodes, "label": graphs.graph_labels[graphs.node_graph]})
    row = measure({"one": attributes}, alike, split, ["nc"], "strict").rows[-1]
    by_nodes = 2 * 1.96 * math.sqrt(row.value * (1 - row.value) / row.n_test)
    assert row.encoder == "majority"
    assert row.high - row.low > 1.8 * by_nodes


def test_settings_are_chosen_on_validation_under_strict_alone(graphs, split):
    """Other validation graphs mean other settings, where settings are chosen at all."""
    others = dataclasses.replace(split, validation=split.train[:12])
    for protocol, equal in (("strict", False), ("paper", True)):
        tables = [measure({"one": attributes}, graphs, parts, ["gc", "nc"], protocol) for parts in (split, others)]
        assert (tables[0].rows == tables[1].rows) is equal


# --- repeatable -----------------------------------------------------------------------------------------------------


def test_equal_seeds_give_equal_tables_and_other_seeds_ask_for_other_pairs(graphs, split):
    first, again, other = (measure({"one": attributes}, graphs, split, ["nc", "lp"], "strict", s) for s in (1, 1, 2))
    assert first == again
    assert first.rows[0].value == other.rows[0].value
    assert [row.value for row in first.rows if row.task == "lp" and row.encoder == "one"] != [
        row.value for row in other.rows if row.task == "lp" and row.encoder == "one"
    ]


def test_the_order_in_which_a_split_lists_graphs_does_not_matter(graphs, split):
    turned = dataclasses.replace(split, test=split.test.flip(0), train=split.train.flip(0))
    tables = [measure({"one": attributes}, graphs, parts, ["gc", "lp"], "strict") for parts in (split, turned)]
    assert tables[0] == tables[1]


@pytest.mark.parametrize(("protocol", "tasks"), [("strict", ["gc", "nc"]), ("paper", ["gc", "nc", "lp"])])
def test_the_order_of_the_test_graphs_does_not_change_values(graphs, split, protocol, tasks):
    order = torch.arange(len(graphs))
    order[split.test] = split.test.flip(0)
    plain, turned = (
        measure({"one": attributes}, data, split, tasks, protocol) for data in (graphs, graphs.select(order))
    )
    for before, after in zip(plain.rows, turned.rows, strict=True):
        assert after.value == pytest.approx(before.value, abs=1e-12)
        assert after.n_test == before.n_test


# --- what encoders are asked ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("protocol", "calls"), [("strict", 6), ("paper", 3)])
def test_embeddings_are_computed_once_for_what_tasks_see_alike(graphs, split, protocol, calls):
    seen = []
    measure({"spy": lambda given: seen.append(given) or given.x}, graphs, split, ["gc", "nc", "lp"], protocol)
    assert len(seen) == calls
    sizes = [len(split.train), len(split.validation), len(split.test)]
    assert [len(given) for given in seen] == sizes * (calls // 3)
    assert all(not given.graphs and set(given.nodes) == {"x", "structure"} for given in seen)


def test_structure_is_blank_where_edges_are_hidden(graphs, split):
    seen = []
    measure({"spy": lambda given: seen.append(given) or given.x}, graphs, split, ["gc", "lp"], "strict")
    whole, hidden = seen[:3], seen[3:]
    assert all(given.structure.any() for given in whole)
    assert not any(given.structure.any() for given in hidden)


@pytest.mark.parametrize(
    ("encode", "message"),
    [
        (lambda graphs: graphs.x[:-1], r"must return node embeddings \[\d+, dim\], got"),
        (lambda graphs: graphs.x[:, 0], "must return node embeddings"),
        (lambda graphs: graphs.x * math.nan, "NaN or infinite embeddings"),
        (lambda graphs: graphs.x / 0, "NaN or infinite embeddings"),
    ],
)
def test_embeddings_that_are_none_are_refused(graphs, split, encode, message):
    with pytest.raises(InputError, match=f"encoder 'odd'.*{message}"):
        measure({"odd": encode}, graphs, split, ["gc"], "strict")


def test_embeddings_with_gradients_are_taken_without(graphs, split):
    weight = torch.nn.Parameter(torch.ones(4))
    table = measure({"one": lambda given: given.x * weight}, graphs, split, ["gc"], "strict")
    assert table.rows[0].value == measure({"one": attributes}, graphs, split, ["gc"], "strict").rows[0].value


def test_constant_embeddings_are_chance(graphs, split):
    rows = measure({"dead": lambda given: torch.ones(given.num_nodes, 8)}, graphs, split, ["gc", "nc", "lp"]).rows
    values = {(row.task, row.features, row.metric, row.encoder): row.value for row in rows}
    for (task, features, metric, encoder), value in values.items():
        if encoder == "dead":
            assert value == values[task, features, metric, "majority"]


# --- data with little in it -----------------------------------------------------------------------------------------


def test_a_test_part_without_pairs_has_no_score(split):
    """Only the training graphs have edges."""
    shapes = [torch.ones(6, 6).tril(2).triu(1) * float(graph in split.train) for graph in range(60)]
    table = measure({"one": attributes}, pack(shapes), split, ["lp"], "strict")
    for row in table.rows:
        assert row.n_test == 0
        assert math.isnan(row.value)
        assert math.isnan(row.low)
    assert all(math.isnan(one.value) and math.isnan(one.low) for one in table.differences)


def test_training_on_a_single_class_answers_that_class(graphs, split):
    labels = torch.where(torch.isin(torch.arange(60), split.train), 1, graphs.graph_labels)
    one_sided = dataclasses.replace(graphs, graphs={"label": labels})
    rows = measure({"one": attributes}, one_sided, split, ["gc"], "strict").rows
    expected = labels[split.test].double().mean().item()
    assert [row.value for row in rows if row.metric == "accuracy"] == [expected] * 3


# --- probe ----------------------------------------------------------------------------------------------------------


def test_an_encoder_is_measured_on_its_own_split(trained):
    graphs = small_graphs()
    table = probe(trained, graphs)
    assert list(dict.fromkeys(row.encoder for row in table.rows)) == ["trained", "untrained", "attributes", "majority"]
    assert list(dict.fromkeys(row.task for row in table.rows)) == list(trained.tasks)
    assert table.notes == few_tested(len(trained.split.test))
    assert table.split == trained.split.kind
    encoders = {"trained": lambda given: trained.embed(given, "node"),
                "untrained": lambda given: trained.untrained().embed(given, "node")}  # fmt: skip
    assert table.rows == measure(encoders, graphs, trained.split, trained.tasks).rows


def test_test_graphs_that_look_like_trained_ones_are_told():
    once = small_graphs(count=20)
    graphs = once.select(torch.arange(20).repeat(3))
    trained = train_small(graphs, tasks=("gc",))
    learned = torch.cat([trained.split.train, trained.split.validation])
    alike = int(torch.isin(trained.split.test % 20, learned % 20).sum())
    [told] = [note for note in probe(trained, graphs).notes if "look the same" in note]
    assert told.startswith(f"{alike} of the {len(trained.split.test)} test graphs were not trained on, but look")


def test_trained_and_untrained_rows_are_those_encoders():
    graphs = small_graphs(count=60)
    trained = train_small(graphs, tasks=("gc",), learning_rate=0.3)
    rows, twins = (probe(encoder, graphs, tasks=["lp"]).rows for encoder in (trained, trained.untrained()))
    assert nameless(rows, "trained") != nameless(rows, "untrained")
    assert nameless(rows, "untrained") == nameless(twins, "trained") == nameless(twins, "untrained")


@pytest.mark.parametrize(("protocol", "kind"), [("strict", "stratified"), ("paper", "random")])
def test_other_data_gets_a_split_of_its_own_and_a_note(trained, protocol, kind):
    other = small_graphs(seed=12)
    table = probe(trained, other, protocol, seed=3)
    assert table.split == kind
    assert len(table.notes) == 2
    assert f"{kind} 70/10/20 split from seed 3" in table.notes[0]
    assert {row.n_test for row in table.rows if row.task == "gc"} == {6}


def test_tasks_by_default_are_the_encoders_own_and_on_other_data_all(graphs):
    narrow = train_small(tasks=("nc",))
    assert {row.task for row in probe(narrow, small_graphs()).rows} == {"nc"}
    assert {row.task for row in probe(narrow, small_graphs(seed=12)).rows} == {"gc", "nc", "lp"}
    assert {row.task for row in probe(narrow, small_graphs(), tasks=["gc"]).rows} == {"gc"}


def test_tasks_that_other_data_cannot_serve_are_left_out(trained):
    other = small_graphs(seed=12, node_classes=1)
    assert {row.task for row in probe(trained, other).rows} == {"gc", "lp"}
    with pytest.raises(InputError, match=r"cannot measure nc: .*single node class"):
        probe(trained, other, tasks=["nc"])


def test_data_that_serves_no_task_is_refused_with_reasons(trained):
    bare = pack([torch.zeros(4, 4)] * 30, seed=5, node_classes=1, graph_classes=1)
    with pytest.raises(InputError, match=r"no task to measure: .*graph class.*node class.*no edges"):
        probe(trained, bare)


def test_too_few_graphs_for_a_split_are_refused(trained):
    with pytest.raises(InputError, match="too few"):
        probe(trained, small_graphs(count=2, seed=12))


def test_an_empty_part_is_refused(graphs):
    parts = Split("own", 0, torch.arange(30), torch.arange(0), torch.arange(30, 60))
    with pytest.raises(InputError, match="validation part of the split is empty"):
        measure({"one": attributes}, graphs, parts, ["gc"], "strict")


@pytest.mark.parametrize(
    ("options", "message"),
    [({"protocol": "loose"}, "unknown protocol"), ({"tasks": ["xx"]}, "unknown task"), ({"tasks": []}, "at least one")],
)
def test_unknown_names_are_refused(trained, options, message):
    with pytest.raises(InputError, match=message):
        probe(trained, small_graphs(), **options)


def test_data_with_other_columns_is_refused(trained):
    with pytest.raises(InputError, match="the encoder reads 4 attributes"):
        probe(trained, small_graphs(seed=12, features=5))


def test_a_protocol_of_ones_own(graphs, split):
    """A protocol is a value: one task, other features, and no task that it does not name."""
    recipe = dataclasses.replace(PROTOCOLS["strict"].recipes["lp"], features=("absdiff",))
    own = dataclasses.replace(PROTOCOLS["strict"], name="own", version=7, recipes={"lp": recipe})
    table = measure({"one": attributes}, graphs, split, ["lp"], own)
    assert (table.protocol, table.protocol_version) == ("own", 7)
    assert [row.features for row in table.rows] == ["absdiff"] * 3
    with pytest.raises(InputError, match="protocol 'own' does not measure task 'gc'"):
        measure({"one": attributes}, graphs, split, ["gc"], own)


def test_progress_goes_to_standard_error(graphs, split, capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    measure({"one": attributes}, graphs, split, ["gc"], "strict", progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "3/3" in err
