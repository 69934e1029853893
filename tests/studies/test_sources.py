import pytest

from multigraft.errors import InputError
from multigraft.studies.grid import Training
from multigraft.studies.sources import checksum_of, sources_of, weights_file
from tests.helpers.cli import tu_file, write_folder
from tests.helpers.training import small_graphs

CORPUS = Training("corpus.smi", "corpus", 0, "single", ("am",), "{}", removed=("asked.csv",))


def checksum(name):
    return f"checksum of {name}"


def test_trainings_on_a_studys_own_data_are_made_from_nothing_else():
    joint = Training("MUTAG", "stratified", 0, "joint", ("gc", "nc"), "{}")
    tuned = Training("MUTAG", "stratified", 0, "finetune", ("gc",), "{}", start=joint)
    assert sources_of(joint, checksum) == sources_of(tuned, checksum) == {}


def test_corpora_and_what_is_removed_count_through_all_that_starts_from_them():
    second = Training("more.smi", "corpus", 0, "single", ("ml",), "{}", start=CORPUS)
    tuned = Training("asked.csv", "scaffold", 3, "single", ("ml",), "{}", start=second)
    names = ("corpus.smi", "asked.csv", "more.smi")
    assert sources_of(tuned, checksum) == {name: checksum(name) for name in names}


def test_a_file_is_known_by_its_content(tmp_path):
    file = tmp_path / "corpus.smi"
    found = []
    for text in ("C\n", "CC\n", "C\n"):
        file.write_text(text)
        found.append(checksum_of(file))
    assert found[0] == found[2] != found[1]


def test_a_folder_is_known_by_its_files(tmp_path):
    folder = write_folder(tmp_path / "tiny", small_graphs())
    before = checksum_of(folder)
    assert checksum_of(str(folder)) == before
    with tu_file(folder, "graph_labels").open("a") as file:
        file.write("\n")
    assert checksum_of(folder) != before


def test_a_name_is_known_by_the_files_of_the_catalog(tmp_path, monkeypatch):
    monkeypatch.setenv("MULTIGRAFT_DATA", str(tmp_path))
    raw = tmp_path / "moleculenet" / "bbbp" / "raw"
    raw.mkdir(parents=True)
    found = []
    for text in ("one", "two"):
        (raw / "BBBP.csv").write_text(text)  # it is not read
        found.append(checksum_of("bbbp"))
    assert found[0] != found[1]


def test_what_is_not_there_is_said(tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"cannot read .*no\.csv"):
        checksum_of(tmp_path / "no.csv")
    monkeypatch.delenv("MULTIGRAFT_DATA", raising=False)
    with pytest.raises(InputError, match="MULTIGRAFT_DATA, which is not set"):
        weights_file("a.pth")
