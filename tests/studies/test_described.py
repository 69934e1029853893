"""Baselines of several runs, measured in one go."""

import dataclasses

import pytest

from multigraft.evaluation.names import READERS
from multigraft.evaluation.probe import measure
from multigraft.graphs.splits import split_graphs
from multigraft.studies import described
from multigraft.studies.described import Described, readers_of
from tests.helpers.measured import measured_molecules
from tests.helpers.studies import a_run

GRAPHS = measured_molecules(60)
KINDS = {"ecfp-count", "ecfp-binary", "descriptors", "ecfp+descriptors"}


def runs_of(*probes, seed=0):
    usual = a_run(seed, tasks=("ml",), training=None, split="random")
    return [dataclasses.replace(usual, probe=probe) for probe in probes]


def split_of(run):
    return split_graphs(GRAPHS, run.split, run.seed)


@pytest.fixture
def asked(monkeypatch):
    """The readers of every measurement."""
    found = []

    def counted(*given, readers, **options):
        found.append(tuple(readers))
        return measure(*given, readers=readers, **options)

    monkeypatch.setattr(described, "measure", counted)
    return found


def test_rows_are_those_of_a_measurement_by_itself(asked):
    runs = runs_of("", "knn")
    together = Described(runs)
    for run in runs:
        alone = measure({}, GRAPHS, split_of(run), run.asked, run.protocol, run.seed, readers=readers_of(run))
        assert str(together(run, GRAPHS, split_of(run)).rows) == str(alone.rows)  # some values are NaN
    assert asked == [(*READERS, "knn")]


def test_a_run_has_its_own_readers_and_what_nobody_reads():
    runs = runs_of("", "knn")
    usual, knn = (Described(runs)(run, GRAPHS, split_of(run)) for run in runs)
    assert {(row.encoder, row.probe) for row in knn.rows} == {
        *((kind, "knn") for kind in KINDS),
        ("constant", "constant"),
    }
    assert {row.probe for row in usual.rows} == {*READERS, "constant"}


def test_runs_of_other_splits_are_measured_by_themselves(asked):
    runs = [*runs_of("knn"), *runs_of("knn", seed=1)]
    together = Described(runs)
    tables = [together(run, GRAPHS, split_of(run)) for run in runs]
    assert asked == [("knn",), ("knn",)]
    assert [table.seed for table in tables] == [0, 1]


def test_graphs_without_descriptions_have_their_rows_all_the_same():
    from tests.helpers.training import small_graphs

    graphs = small_graphs(40)
    run = a_run(tasks=("gc",), training=None)
    table = Described([run])(run, graphs, split_graphs(graphs, run.split, run.seed))
    assert {row.encoder for row in table.rows} == {"attributes", "majority"}
