import pytest

from multigraft.errors import InputError
from multigraft.studies.checking import check_work, findings
from multigraft.studies.grid import runs
from multigraft.studies.ledger import Ledger
from multigraft.studies.reading import read_study
from multigraft.studies.schedule import units
from tests.helpers.cli import tu_file
from tests.helpers.studies import TINY, a_record, tiny_study


def checked(tmp_path, text=TINY):
    study = read_study(str(tiny_study(tmp_path, text)))
    return findings(study, Ledger(tmp_path / "ledger"))


def test_a_study_that_can_run_has_no_findings(tmp_path):
    assert checked(tmp_path) == []


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        (TINY.replace('"esame"', '"esam"'), "esam on gc: unknown strategy 'esam'"),
        (TINY.replace('"gc,lp"', '"gc,pl"'), "unknown task 'pl'"),
        (TINY + "inner_lr = 0.0\n", "esame on gc: the inner step size must be positive"),
        (TINY.replace('["tiny"]', '["tiny", "nowhere"]'), "nowhere"),
    ],
    ids=["strategy", "task", "option", "data"],
)
def test_what_would_fail_later_is_found_now(tmp_path, text, finding):
    found = checked(tmp_path, text)
    assert any(finding in one for one in found)


def test_data_that_cannot_serve_a_task(tmp_path):
    study = read_study(str(tiny_study(tmp_path)))
    tu_file(tmp_path / "tiny", "graph_labels").unlink()
    assert any("tiny: " in one and "graph labels" in one for one in findings(study, Ledger(tmp_path / "ledger")))


def test_work_that_must_fail_is_not_begun(tmp_path):
    study = read_study(str(tiny_study(tmp_path, TINY + "inner_lr = 0.0\n")))
    work = units([study])
    tu_file(tmp_path / "tiny", "graph_labels").unlink()
    with pytest.raises(InputError, match=r"graph labels.*esame on gc: the inner step size.*nothing was run"):
        check_work(work)


def test_graphs_that_are_no_molecules_have_no_scaffolds(tmp_path):
    text = TINY.replace("splits = 2", 'splits = 2\nsplit = "scaffold"')
    [found] = checked(tmp_path, text)
    assert found.startswith("tiny: a split by scaffold is for molecules")


def test_work_that_can_be_done_passes(tmp_path):
    check_work(units([read_study(str(tiny_study(tmp_path)))]))
    check_work([])


def test_corpora_removed_sets_and_weights_that_are_gone_are_findings(tmp_path, monkeypatch):
    monkeypatch.setenv("MULTIGRAFT_DATA", str(tmp_path))
    for name in ("corpus.smi", "other.smi"):
        (tmp_path / name).write_text("C\n")
    text = TINY.replace('datasets = ["tiny"]', 'datasets = ["tiny"]\nremoves = ["other.smi"]')
    corpus = '{ dataset = "corpus.smi", strategy = "single", tasks = "am" }'
    text += f'start = [{{ weights = "gone.pth", encoder = "gcn" }}, {corpus}]\n'
    study = read_study(str(tiny_study(tmp_path, text)))
    for name in ("corpus.smi", "other.smi"):
        (tmp_path / name).unlink()
    found = [one.split(": ")[0] for one in findings(study, Ledger(tmp_path / "ledger"))]
    assert found == ["corpus.smi", "other.smi", "gone.pth"]


def test_spoilt_and_unpaired_files_are_findings(tmp_path):
    study, ledger = read_study(str(tiny_study(tmp_path))), Ledger(tmp_path / "ledger")
    one, two, three, *_ = runs(study, "strict")
    for run, identity in ((one, "a"), (three, "b")):
        ledger.write(run, a_record(run, identity=identity))
    ledger.write(two, a_record(two))
    ledger.file(two).write_text("")
    found = findings(study, ledger)
    assert len(found) == 2
    assert ledger.file(two).name in found[0]
    assert "different data or splits" in found[1]
