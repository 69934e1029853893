"""Studies whose methods are trained on a corpus first: what is trained once, what is measured, what tables say."""

import csv
import dataclasses
import json
import shutil

import pytest

from multigraft.errors import InputError
from multigraft.studies.cells import cells
from multigraft.studies.encoders import obtain
from multigraft.studies.execution import check_data, perform
from multigraft.studies.grid import Training, lines, runs
from multigraft.studies.ledger import BEFORE, Ledger
from multigraft.studies.reading import read_study
from multigraft.studies.runner import epochs_of, run_units
from multigraft.studies.schedule import unfinished, units
from multigraft.studies.sources import sources_of
from multigraft.studies.study import Row, Stage
from tests.helpers.training import small_graphs

pytest.importorskip("rdkit")

TEXT = """title = "Small molecules"
datasets = ["alcohols.csv"]
splits = 2
split = "random"
baselines = ["ecfp-count", "constant"]
removes = ["alcohols.csv"]

[[settings]]
epochs = 1
batch_size = 4
validation_draws = 1
validate_every = 1

[[settings]]
for = { datasets = "alcohols.csv", tasks = "ml" }
dropout = 0.5

[[rows]]
model = "gin"
strategy = "single"
tasks = ["ml"]
probe = "own"

[[rows]]
model = "gin"
strategy = "single"
tasks = ["ml"]
probe = "own"
start = [
  { dataset = "corpus.smi", strategy = "single", tasks = "am" },
  { dataset = "corpus.smi", strategy = "joint", tasks = "ep,im", epochs = 2 },
]

[[rows]]
model = "gin, frozen"
strategy = "frozen"
tasks = ["ml"]
probe = "best"
start = { dataset = "corpus.smi", strategy = "single", tasks = "am" }
"""
CHAINS = ["C" * length for length in range(1, 21)]


def written(folder, text=TEXT):
    """The study's file, beside its data: chains with and without a hydroxyl group, and a corpus that holds some."""
    rows = [(chain, 0) for chain in CHAINS] + [(f"{chain}O", 1) for chain in CHAINS]
    with (folder / "alcohols.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("smiles", "alcohol"), *rows])
    corpus = [*CHAINS[:5], *(f"{chain}N" for chain in CHAINS), *(f"{chain}C#N" for chain in CHAINS)]
    (folder / "corpus.smi").write_text("\n".join(dict.fromkeys(corpus)) + "\n")
    file = folder / "small.toml"
    file.write_text(text)
    return file


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stages")
    study = read_study(str(written(folder)))
    ledger = Ledger(folder / "ledger")
    return study, ledger, run_units(units([study]), ledger, processes=1, device="cpu")


def test_stages_are_read_in_their_order(tmp_path):
    study = read_study(str(written(tmp_path)))
    first, second = study.rows[1].start
    assert first == Stage("single", ("am",), "corpus.smi")
    assert second == Stage("joint", ("ep", "im"), "corpus.smi", {"epochs": 2})
    assert study.rows[1].pretrained == ("am", "ep", "im")
    assert study.rows[0].pretrained == ()
    assert study.folders["corpus.smi"] == tmp_path / "corpus.smi"
    assert study.pretrains
    assert [(row.strategy, row.probe) for row in study.rows[3:]] == [
        ("untrained", "logistic"), ("untrained", "best"),
        ("ecfp-count", "logistic"), ("ecfp-count", "forest"), ("ecfp-count", "best"), ("constant", ""),
    ]  # fmt: skip


def test_released_weights_can_be_a_stage(tmp_path):
    text = TEXT.replace(
        'start = { dataset = "corpus.smi", strategy = "single", tasks = "am" }',
        'start = { weights = "pretrain-gnns/chem/gcn_contextpred.pth", encoder = "gcn" }',
    )
    study = read_study(str(written(tmp_path, text)))
    assert study.rows[2].start == (Stage("imported", (), "pretrain-gnns/chem/gcn_contextpred.pth", {"encoder": "gcn"}),)
    assert study.rows[2].pretrained == ("cp",)
    assert study.rows[2].begun == ("cp released",)
    assert study.rows[1].begun == study.rows[1].pretrained
    assert study.corpora == ("corpus.smi",)
    assert [line.trained for line in lines(study, "strict")][2] == ("cp released",)


def test_released_weights_that_do_not_say_what_they_were_trained_for_are_not_from_scratch():
    row = Row("gin", "single", (("ml",),), start=(Stage("imported", (), "a/mine.pth", {"encoder": "gin"}),))
    assert (row.pretrained, row.begun) == ((), ("mine released",))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"frozen"\n', '"single"\n', None),
        ('start = { dataset = "corpus.smi", strategy = "single", tasks = "am" }', "", "a frozen encoder needs a start"),
        ('{ dataset = "corpus.smi", strategy = "single", tasks = "am" }\n', "3\n", r"start is \{ strategy"),
        ('tasks = "am" }\n', 'tasks = "am", epoch = 3 }\n', "there is no option 'epoch'; the nearest is 'epochs'"),
        ('{ dataset = "corpus.smi", strategy = "single", tasks = "am" }\n', '{ weights = "x" }\n', "released weights"),
        ('baselines = ["ecfp-count", "constant"]', 'baselines = ["ecfp"]', "baselines"),
    ],
)
def test_what_a_stage_cannot_be(tmp_path, old, new, says):
    file = written(tmp_path, TEXT.replace(old, new))
    if says is None:
        assert read_study(str(file)).rows[2].strategy == "single"
        return
    with pytest.raises(InputError, match=says):
        read_study(str(file))


def test_a_training_on_a_corpus_is_one_for_all_splits_and_rows(tmp_path):
    study = read_study(str(written(tmp_path)))
    masked = {run.training if run.training.strategy == "single" and run.training.tasks == ("am",) else
              run.training.start.start for run in runs(study, "strict")
              if run.training is not None and (run.training.start or run.training.tasks == ("am",))}  # fmt: skip
    (training,) = masked
    assert (training.dataset, training.split, training.seed) == ("corpus.smi", "corpus", 0)
    assert training.removed == ("alcohols.csv",)
    assert "dropout" not in json.loads(training.options)
    assert training.config()["removed"] == ["alcohols.csv"]


def test_lines_are_told_apart_by_what_was_pretrained(tmp_path):
    study = read_study(str(written(tmp_path)))
    assert [line.trained for line in lines(study, "strict")][:3] == [(), ("am", "ep", "im"), ("am",)]
    assert all(line.asked == ("ml",) for line in lines(study, "strict"))


def test_units_wait_for_what_they_start_from(tmp_path):
    work = units([read_study(str(written(tmp_path)))])
    names = [unit.name for unit in work]
    assert names.index("corpus.smi single am, split 0") < names.index("corpus.smi joint ep,im, split 0")
    frozen = [unit for unit in work if unit.name.startswith("alcohols.csv single am")]
    assert len(frozen) == 1  # both splits of one encoder
    assert frozen[0].trains is None
    assert frozen[0].after.dataset == "corpus.smi"
    assert {epochs_of(unit) for unit in frozen} == {0}
    assert {unit.name: epochs_of(unit) for unit in work}["corpus.smi joint ep,im, split 0"] == 2


def test_epochs_of_a_plan_reach_every_stage(tmp_path):
    study = read_study(str(written(tmp_path))).planned(epochs=7)
    trainings = [unit.trains for unit in units([study]) if unit.trains and unit.trains.tasks]
    assert {json.loads(training.options).get("epochs") for training in trainings} == {7}


@pytest.mark.slow
def test_every_cell_is_filled(done):
    study, ledger, ended = done
    assert ended.failed == {}
    assert unfinished(units([study]), ledger) == []
    found = {(cell.model, cell.probe, cell.trained): cell for cell in cells(study, "strict", ledger)}
    assert all(cell.complete for cell in found.values())
    assert all(0 <= value <= 100 for cell in found.values() for value in cell.values.values())
    assert found["constant", "", ""].mean == pytest.approx(50)
    readers = [found["ecfp-count", reader, ""].values for reader in ("logistic", "forest")]
    assert readers[0] != readers[1]
    assert found["ecfp-count", "best", ""].complete  # as the frozen encoder is read


@pytest.mark.slow
def test_molecules_that_are_asked_about_are_taken_out_of_the_corpus(done):
    study, ledger, _ = done
    (training,) = {unit.training for unit in units([study]) if unit.name.startswith("alcohols.csv single am")}
    split = json.loads((ledger.encoders / training.key / "split.json").read_text())
    kept = sum(len(split[part]) for part in ("train", "validation", "test"))
    assert kept == 40  # without the five chains


def test_released_weights_without_raw_data(tmp_path, monkeypatch):
    monkeypatch.delenv("MULTIGRAFT_DATA", raising=False)
    training = Training("a/gcn_contextpred.pth", "corpus", 0, "imported", (), '{"encoder":"gcn"}')
    with pytest.raises(InputError, match="MULTIGRAFT_DATA, which is not set"):
        obtain(training, {}.__getitem__, tmp_path)


def test_released_weights_are_found_among_the_raw_data(tmp_path, monkeypatch):
    import torch

    from tests.helpers.released import released

    (tmp_path / "checkpoints" / "a").mkdir(parents=True)
    torch.save(released("gcn"), tmp_path / "checkpoints" / "a" / "gcn_contextpred.pth")
    monkeypatch.setenv("MULTIGRAFT_DATA", str(tmp_path))
    training = Training("a/gcn_contextpred.pth", "corpus", 0, "imported", (), '{"encoder":"gcn"}')
    assert obtain(training, {}.__getitem__, tmp_path).strategy["name"] == "imported"


@pytest.mark.slow
def test_a_measurement_that_is_there_is_not_repeated(done, monkeypatch):
    study, ledger, _ = done
    monkeypatch.setattr("multigraft.studies.execution.probe", None)
    for unit in units([study]):
        perform(unit, ledger.path, "cpu")


# --- corpora that change ---------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_what_encoders_were_made_from_is_in_their_records(done):
    study, ledger, _ = done
    for unit in units([study]):
        for run in unit.runs:
            met = run.training is not None and (run.training.on_corpus or run.training.start is not None)
            assert set(ledger.read(run).sources) == ({"corpus.smi", "alcohols.csv"} if met else set())


@pytest.mark.parametrize("changed", ["corpus.smi", "alcohols.csv"])
@pytest.mark.slow
def test_another_corpus_or_other_removed_molecules_of_the_same_name_are_refused(done, tmp_path, changed):
    study, ledger, _ = done
    check_data(units([study]), ledger)
    text = study.folders[changed].read_text()
    (tmp_path / changed).write_text(text.replace("\nCCC", "\nCCCF", 1))
    folders = tuple({**study.folders, changed: tmp_path / changed}.items())
    work = [dataclasses.replace(unit, folders=folders, runs=()) for unit in units([study])]
    with pytest.raises(InputError, match=rf"the encoder behind .* other files that are called '{changed}'"):
        check_data(work, ledger)


@pytest.mark.slow
def test_an_encoder_of_another_corpus_is_trained_anew_and_one_that_starts_from_it_too(done, tmp_path):
    study, ledger, _ = done
    shutil.copytree(ledger.encoders, tmp_path / "encoders")
    changed = dataclasses.replace(study, folders={**study.folders, "corpus.smi": tmp_path / "corpus.smi"})
    text = study.folders["corpus.smi"].read_text()
    (tmp_path / "corpus.smi").write_text(text + "CCCCF\nCCCCCF\n")
    (unit, *_) = [one for one in units([changed]) if one.name == "alcohols.csv single ml, split 0" and one.after]

    def made(of):
        return obtain(unit.training, of.graphs, tmp_path / "encoders", "cpu", of.sources).fingerprint

    before = dataclasses.replace(unit, folders=tuple(study.folders.items()))
    stamps = {path: path.stat().st_mtime_ns for path in (tmp_path / "encoders").rglob("config.json")}
    first = made(before)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "encoders").rglob("config.json")} == stamps
    assert made(unit) != first
    assert made(before) == first


def test_released_weights_that_were_replaced_are_told_apart(tmp_path, monkeypatch):
    monkeypatch.setenv("MULTIGRAFT_DATA", str(tmp_path))
    (tmp_path / "checkpoints").mkdir()
    training = Training("gcn_contextpred.pth", "corpus", 0, "imported", (), '{"encoder":"gcn"}')
    found = []
    for content in (b"one", b"two"):
        (tmp_path / "checkpoints" / "gcn_contextpred.pth").write_bytes(content)
        found.append(sources_of(training, {}.__getitem__))
    assert found[0].keys() == found[1].keys() == {"gcn_contextpred.pth"}
    assert found[0] != found[1]


@pytest.mark.slow
def test_weights_that_are_not_there_stop_their_own_units_alone(done, monkeypatch):
    study, ledger, _ = done
    monkeypatch.delenv("MULTIGRAFT_DATA", raising=False)
    row = Row("gcn", "single", (("ml",),), "own", start=(Stage("imported", (), "a/gcn.pth", {"encoder": "gcn"}),))
    check_data(units([dataclasses.replace(study, rows=(row, *study.rows))]), ledger)


def test_two_studies_may_not_call_different_corpora_the_same(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    first, second = (read_study(str(written(tmp_path / name))) for name in ("one", "two"))
    assert units([first, second])  # two copies of the same
    with (tmp_path / "two" / "corpus.smi").open("a") as file:
        file.write("CCCF\n")
    with pytest.raises(InputError, match=r"different data that both call 'corpus\.smi'"):
        units([first, second])


@pytest.mark.slow
def test_no_table_mixes_two_corpora_of_one_name(done, tmp_path):
    study, ledger, _ = done
    shutil.copytree(ledger.path / "runs", tmp_path / "runs")
    mixed = Ledger(tmp_path)
    run = next(run for run in runs(study, "strict") if mixed.read(run).sources)
    record = mixed.read(run)
    made_from = {**record.sources, "corpus.smi": "other"}
    mixed.write(run, dataclasses.replace(record, training={**record.training, "sources": made_from}))
    with pytest.raises(InputError, match=r"two versions of corpus\.smi, of which encoders were made"):
        cells(study, "strict", mixed)


# --- what it took ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_records_count_the_trainings_that_an_encoder_goes_on_from(done):
    study, ledger, _ = done
    told = 0
    for unit in units([study]):
        for run in unit.runs:
            training = ledger.read(run).training
            start = None if run.training is None else run.training.start
            if start is None or start.strategy == "imported":
                assert training is None or BEFORE not in training
                continue
            chain = [start, start.start] if start.start is not None else [start]
            assert len(training[BEFORE]) == len(chain)
            assert all(seconds > 0 for seconds in training[BEFORE].values())
            told += 1
    assert told


RECIPE = """datasets = ["alcohols.csv"]
splits = 1
split = "random"
baselines = ["constant"]

[[rows]]
model = "recipe"
recipe = "molecules"
strategy = "joint"
tasks = ["fp,ml", "ml"]
probe = "own"
dim = 8
layers = 1
epochs = 1

[[rows]]
model = "corpus"
strategy = "frozen"
tasks = ["ml"]
probe = "logistic"
start = { dataset = "corpus.smi", strategy = "single", tasks = "am", featurization = "ogb", dim = 8, epochs = 1 }
"""


def test_a_recipe_and_a_stage_say_how_molecules_are_read(tmp_path):
    study = read_study(str(written(tmp_path, RECIPE)))
    ledger = Ledger(tmp_path / "ledger")
    assert run_units(units([study]), ledger, processes=1, device="cpu").failed == {}
    folder = ledger.encoders
    read = {}
    for place in folder.glob("*/config.json"):
        config = json.loads(place.read_text())
        read[tuple(config["tasks"])] = config["data"]["featurization"]
    assert read == {("ml", "fp"): "ogb", ("ml",): "ogb", ("am",): "ogb"}
    assert all(cell.complete for cell in cells(study, "strict", ledger))
    twins = [json.loads(run.training.options) for line, run in trained(study) if line.row.strategy == "untrained"]
    assert [one["featurization"] for one in twins] == ["ogb"] * len(twins)


def trained(study):
    return [(line, run) for line in lines(study, "strict") for run in line.runs if run.training is not None]


def test_weights_and_options_of_a_recipe_that_no_task_has_are_left_out(tmp_path):
    study = read_study(str(written(tmp_path, RECIPE)))
    first, second, *_ = (json.loads(run.training.options) for _, run in trained(study))
    assert (first["weights"], first["balancing"], set(first["task_options"])) == ({"fp": 10.0}, "fixed", {"fp", "ml"})
    assert not {"weights", "balancing"} & second.keys()
    assert set(second["task_options"]) == {"ml"}


def test_graphs_that_are_no_molecules_have_no_featurization(tmp_path):
    training = Training("tiny", "stratified", 0, "single", ("gc",), '{"featurization":"ogb"}')
    with pytest.raises(InputError, match="'tiny' is not read from SMILES: it has no featurization 'ogb'"):
        obtain(training, lambda name, featurization="": small_graphs(), tmp_path, "cpu")
