import dataclasses

import pytest

from multigraft.errors import InputError
from multigraft.studies import execution
from multigraft.studies.execution import Unit, check_data, perform
from multigraft.studies.ledger import Ledger, Record
from multigraft.studies.reading import read_study
from multigraft.studies.schedule import units
from tests.helpers.cli import write_folder
from tests.helpers.measured import measured_molecules
from tests.helpers.studies import TINY, a_record, a_run, contents, tiny_study
from tests.helpers.training import small_graphs


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A study, and the ledger that its units filled one after the other."""
    folder = tmp_path_factory.mktemp("study")
    study = read_study(str(tiny_study(folder)))
    work = units([study])
    for unit in work:
        perform(unit, folder / "ledger", "cpu")
    return study, work, Ledger(folder / "ledger")


def test_every_run_has_a_record(done):
    _, work, ledger = done
    runs = [run for unit in work for run in unit.runs]
    assert len(runs) == len(list(ledger.records())) == 2 * 5
    for run in runs:
        record = ledger.read(run)
        assert isinstance(record, Record)
        assert {row["task"] for row in record.scores} == set(run.asked)
        assert record.data["name"] == "tiny"
        assert set(record.versions) >= {"multigraft", "torch"}


def test_records_say_who_answered(done):
    _, work, ledger = done
    for unit in work:
        for run in unit.runs:
            scores = ledger.read(run).scores
            if run.training is None:
                assert {row["encoder"] for row in scores} == {"attributes", "majority"}
            else:
                assert {(row["encoder"], row["probe"]) for row in scores} == {("trained", run.probe)}


def test_all_methods_of_a_split_see_the_same_split_and_data(done):
    _, _, ledger = done
    seen = {(record.run["seed"], record.split["digest"], record.data["identity"]) for _, record in ledger.records()}
    assert len(seen) == 2
    assert {seed for seed, _, _ in seen} == {0, 1}


def test_untrained_encoders_have_not_learned(done):
    _, work, ledger = done
    for unit in work:
        if unit.training is not None and unit.training.strategy == "untrained":
            assert ledger.read(unit.runs[0]).training["epochs"] == 0


def test_what_is_done_is_not_done_again(done):
    _, work, ledger = done
    before = {path: path.stat().st_mtime_ns for path, _ in ledger.records()}
    for unit in work:
        perform(unit, ledger.path, "cpu")
    assert {path: path.stat().st_mtime_ns for path, _ in ledger.records()} == before


def test_a_run_that_is_lost_is_found_again_by_the_encoder_that_is_kept(done):
    _, work, ledger = done
    before = contents(ledger)
    ledger.file(work[0].runs[0]).unlink()
    perform(work[0], ledger.path, "cpu")
    assert contents(ledger) == before


def test_nothing_hangs_on_the_order_or_the_kept_encoders(done, tmp_path):
    _, work, ledger = done
    for unit in reversed(work):
        perform(unit, tmp_path, "cpu")
    assert contents(Ledger(tmp_path)) == contents(ledger)


def test_units_are_named_for_people(done):
    _, work, _ = done
    names = [unit.name for unit in work]
    assert "tiny single gc, split 0" in names
    assert "tiny baselines, split 1" in names
    assert "tiny untrained, split 0" in names
    assert len(set(names)) == len(names)


def test_other_data_of_the_same_name_are_refused(done, tmp_path):
    _, work, ledger = done
    check_data(work, ledger)
    check_data(work, Ledger(tmp_path / "empty"))
    other = write_folder(tmp_path / "tiny", small_graphs(seed=12))
    moved = [dataclasses.replace(unit, folders=(("tiny", other),)) for unit in work]
    with pytest.raises(InputError, match=r"\.json was measured on other data that are called 'tiny' as well"):
        check_data(moved, ledger)


def test_data_of_other_names_do_not_matter(done, tmp_path):
    _, work, _ = done
    ledger = Ledger(tmp_path)
    ledger.write(a_run(), a_record(a_run(), identity="elsewhere"))
    check_data(work, ledger)


def test_a_data_set_is_read_once(done):
    _, work, _ = done
    assert work[0].graphs("tiny") is work[0].graphs("tiny")


def test_molecules_are_read_as_an_encoder_asks_those_inside_rdkit_too(monkeypatch):
    usual = {"bbbp": measured_molecules(8), "nci5k": small_graphs(), "tiny": small_graphs()}

    def graphs_of(place, featurization=None):
        return measured_molecules(8, featurization=featurization) if featurization else usual[place]

    monkeypatch.setattr(execution, "graphs_of", graphs_of)
    for name, found in (("bbbp", "ogb"), ("nci5k", "ogb"), ("tiny", "")):
        assert Unit(None, (), name).graphs(name, "ogb").origin.featurization == found
        assert Unit(None, (), name).graphs(name) is usual[name]
    assert Unit(None, (), "bbbp").graphs("bbbp", "hu") is usual["bbbp"]


# --- leakage ---------------------------------------------------------------------------------------------------------


def poisoned(graphs, split, part):
    """The same graphs with other labels in one part of the split."""
    chosen = getattr(split, part)
    label = graphs.graphs["label"].clone()
    label[chosen] = 1 - label[chosen]
    nodes = graphs.nodes["label"].clone()
    inside = (graphs.node_graph[:, None] == chosen).any(1)
    nodes[inside] = (nodes[inside] + 1) % 3
    return dataclasses.replace(graphs, nodes={**graphs.nodes, "label": nodes}, graphs={"label": label})


STRATEGIES = ("single", "joint", "joint-maml", "isame", "esame", "reptile", "finetune")


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("part", ["test", "validation"])
def test_no_label_outside_the_training_part_influences_training(strategy, part):
    """Test labels change nothing at all; validation labels nothing that is learned, but for which epoch is kept."""
    from multigraft.graphs.splits import split_graphs
    from multigraft.training.fit import train

    graphs = small_graphs(36)
    split = split_graphs(graphs, "random", 0)
    other = poisoned(graphs, split, part)
    tasks = ["gc"] if strategy == "single" else ["gc", "nc", "lp"]
    found = []
    for data in (graphs, other):
        parts = dataclasses.replace(split, identity="")
        narrow = {"dim": 4, "layers": 1, "batch_size": 6, "split": parts, "device": "cpu", "progress": False}
        fixed = {"epochs": 2, "validate_every": 2, "validation_draws": 1}  # one validation: there is nothing to choose
        start = None
        if strategy == "finetune":
            start = train(data, tasks=tasks, strategy="joint", **narrow, **fixed)
            narrow = {name: value for name, value in narrow.items() if name not in ("dim", "layers")}
        found.append(train(data, tasks=tasks, strategy=strategy, start=start, **narrow, **fixed))
    one, two = found
    assert one.fingerprint == two.fingerprint
    heads = [trained.model.heads.state_dict() for trained in found]
    assert all((heads[0][name] == heads[1][name]).all() for name in heads[0])
    if part == "validation":
        assert one.metadata["validation"] != two.metadata["validation"]  # the poison was there
    else:
        assert one.metadata["validation"] == two.metadata["validation"]


def test_training_labels_do_influence_training():
    from multigraft.graphs.splits import split_graphs
    from tests.helpers.training import train_small

    graphs = small_graphs(36)
    split = split_graphs(graphs, "random", 0)
    parts = dataclasses.replace(split, identity="")
    other = poisoned(graphs, split, "train")
    assert train_small(graphs, split=parts).fingerprint != train_small(other, split=parts).fingerprint


def test_the_tiny_study_is_what_these_tests_count_on():
    assert "splits = 2" in TINY
