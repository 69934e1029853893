import pytest

from multigraft.errors import InputError
from multigraft.studies.named import NamedData
from multigraft.studies.reading import read_study

ROW = """
[[rows]]
strategy = "single"
tasks = ["ml"]
start = { dataset = "CORPUS", strategy = "single", tasks = "am" }
"""


@pytest.fixture
def data(tmp_path):
    for name in ("mine.csv", "other.csv", "corpus.smi"):
        (tmp_path / name).write_text("smiles\nC\n")
    (tmp_path / "graphs").mkdir()
    return NamedData(tmp_path / "study.toml")


def read(data, text, corpus="corpus.smi"):
    data.file.write_text(text + ROW.replace("CORPUS", corpus))
    return read_study(str(data.file))


def test_what_lies_beside_the_file_goes_by_its_own_name(data, tmp_path):
    assert [data.name("mine.csv"), data.name("bbbp"), data.name(str(tmp_path / "graphs"))] == [
        "mine.csv",
        "bbbp",
        "graphs",
    ]
    assert data.folders == {"mine.csv": tmp_path / "mine.csv", "graphs": tmp_path / "graphs"}


def test_two_files_of_one_name_are_refused(data, tmp_path):
    (tmp_path / "graphs" / "mine.csv").write_text("smiles\nC\n")
    data.name("mine.csv")
    assert data.name("graphs/../mine.csv") == "mine.csv"
    with pytest.raises(InputError, match=r"would both be called 'mine\.csv': rename one of them"):
        data.name("graphs/mine.csv")


def test_a_name_that_is_nothing_is_told_what_it_may_have_been(data):
    assert data.known("bbbp", "removes") == "bbbp"
    with pytest.raises(InputError, match=r"study\.toml: removes: there is no data set 'bbpb'.*did you mean bbbp"):
        data.known("bbpb", "removes")


def test_molecules_are_told_from_other_graphs(data):
    for name in ("mine.csv", "graphs", "bbbp", "yeast", "MUTAG"):
        data.name(name)
    assert [data.holds_molecules(name) for name in ("mine.csv", "bbbp", "graphs", "yeast", "MUTAG")] == [
        True, True, False, False, False,
    ]  # fmt: skip


def test_what_a_study_asks_about_is_taken_out_of_its_corpora(data):
    assert read(data, 'datasets = ["mine.csv", "bbbp"]\n').removes == ("mine.csv", "bbbp")


def test_what_is_listed_is_taken_out_as_well_and_lies_beside_the_file(data, tmp_path):
    study = read(data, 'datasets = ["mine.csv"]\nremoves = ["other.csv", "hiv"]\n')
    assert study.removes == ("other.csv", "hiv", "mine.csv")
    assert study.folders["other.csv"] == tmp_path / "other.csv"
    assert study.places["hiv"] == "hiv"


def test_an_extended_study_takes_out_its_own_data_too(data):
    study = read(data, 'extends = "pretraining-settings"\ndatasets = ["mine.csv", "esol", "bbbp"]\n', "zinc250k")
    assert study.removes == (*read_study("pretraining-table1").removes, "mine.csv", "esol")


def test_an_empty_list_switches_it_off(data):
    assert read(data, 'datasets = ["mine.csv"]\nremoves = []\n').removes == ()


def test_graphs_that_are_no_molecules_are_not_taken_out(data):
    assert read(data, 'datasets = ["mine.csv"]\n', "graphs").removes == ()
    assert read(data, 'datasets = ["MUTAG", "mine.csv"]\n').removes == ("mine.csv",)


@pytest.mark.parametrize(("removes", "corpus", "wrong"), [("mine.csv", "graphs", "graphs"), ("yeast", "bbbp", "yeast")])
def test_removing_what_cannot_be_is_a_mistake(data, removes, corpus, wrong):
    with pytest.raises(InputError, match=f"'{wrong}' is no set of molecules with SMILES"):
        read(data, f'datasets = ["mine.csv"]\nremoves = ["{removes}"]\n', corpus)


def test_without_a_corpus_nothing_is_removed(data):
    data.file.write_text('datasets = ["mine.csv"]\n' + ROW.replace('dataset = "CORPUS", ', ""))
    assert read_study(str(data.file)).removes == ()
