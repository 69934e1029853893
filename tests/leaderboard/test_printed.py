"""Every number that a paper prints is a result, with what is known of how it was measured."""

from collections import Counter

import pytest

from multigraft.leaderboard.printed import FILES, printed_results
from multigraft.studies.published import FOLDER, read_published

# The results table of the page, line by line as it stands there: a task, then data set, metric and value.
PAGE = {
    ("Drug Discovery", "ContextPred"): """
        clintox AUC 0.726; BACE AUC 0.845; Tox21 AUC 0.781; HIV dataset AUC 0.799; BBBP AUC 0.687; ToxCast AUC 0.657;
        SIDER AUC 0.627; MUV AUC 0.813""",
    ("Molecular Property Prediction", "PretrainGNN"): """
        FreeSolv RMSE 2.764; clintox ROC-AUC 72.6; ToxCast ROC-AUC 65.7; Lipophilicity RMSE 0.739; QM7 MAE 113.2;
        BBBP ROC-AUC 68.7; QM9 MAE 0.00922; QM8 MAE 0.02; SIDER ROC-AUC 62.7; Tox21 ROC-AUC 78.1; BACE ROC-AUC 84.5""",
    ("Atomistic Description", "PretrainGNN"): """
        FreeSolv RMSE 2.764; clintox ROC-AUC 72.6; ToxCast ROC-AUC 65.7; Lipophilicity RMSE 0.739; QM7 MAE 113.2;
        BBBP ROC-AUC 68.7; QM9 MAE 0.00922; QM8 MAE 0.02; SIDER ROC-AUC 62.7; Tox21 ROC-AUC 78.1; BACE ROC-AUC 84.5""",
}
COUNTS = {
    "table1": 36, "table2": 108, "table3": 60, "table4": 36, "pretraining-table1": 80, "page-drug-discovery": 8,
    "page-molecular-property-prediction": 11, "page-atomistic-description": 11,
}  # fmt: skip


@pytest.fixture(scope="module")
def found():
    return printed_results()


def on_the_page(found):
    return [one for one in found if one.table.startswith("page-")]


def test_every_number_of_every_table_is_there(found):
    assert Counter(one.table for one in found) == COUNTS
    assert {one.source for one in found} == {"published"}
    assert len({one.key for one in found}) == len(found) == 350


@pytest.mark.parametrize("name", FILES)
def test_results_are_the_numbers_of_the_files(name, found):
    numbers = read_published(FOLDER / name).numbers.values()
    here = {(one.table, frozenset(filter(None, one.trained.split(","))), frozenset(one.task.split(",")), one.model,
             one.dataset): (one.metric, one.value, one.std) for one in found}  # fmt: skip
    assert len(numbers) in (240, 80, 30)
    assert all(here[one.key] == (one.metric, one.value, one.std) for one in numbers)


def test_the_thirty_rows_of_the_page_are_as_printed(found):
    rows = [
        (task, *row.strip().rsplit(" ", 2), model)
        for (task, model), text in PAGE.items()
        for row in text.replace("\n", " ").split(";")
    ]
    assert len(rows) == 30
    names = ("task", "dataset", "metric", "value")
    ours = [(*(one.printed[name] for name in names), one.model) for one in on_the_page(found)]
    assert [(*row[:1], " ".join(row[1].split()), *row[2:]) for row in rows] == ours


def test_values_agree_with_the_words_of_the_page(found):
    for one in on_the_page(found):
        told = float(one.printed["value"])
        assert one.value == pytest.approx(100 * told if one.printed["metric"] == "AUC" else told, rel=1e-12)
        assert one.dataset == {"hivdataset": "hiv", "lipophilicity": "lipo"}.get(
            key := one.printed["dataset"].lower().replace(" ", ""), key
        )


def test_an_area_of_0_845_is_84_5_percent(found):
    (one,) = [one for one in found if one.table == "page-drug-discovery" and one.dataset == "bace"]
    assert one.printed == {"task": "Drug Discovery", "dataset": "BACE", "metric": "AUC", "value": "0.845"}
    assert (one.metric, one.value, one.std) == ("roc_auc", 84.5, None)


def test_what_the_page_does_not_say_is_not_known(found):
    here = on_the_page(found)
    assert {(one.protocol, one.split, one.seeds) for one in here} == {("unstated", "unstated", ())}
    assert {one.trained for one in here if one.task == "gr"} == {"unstated"}


@pytest.mark.parametrize(
    ("tables", "protocol", "split"),
    [(("table1", "table2", "table3", "table4"), "paper", "random"), (("pretraining-table1",), "strict", "scaffold")],
)
def test_tables_are_of_ten_splits_under_the_protocol_that_asks_the_same(tables, protocol, split, found):
    here = [one for one in found if one.table in tables]
    assert {(one.protocol, one.split, one.seeds) for one in here} == {(protocol, split, tuple(range(10)))}
    assert all(one.printed == {} for one in here)


def test_tasks_stand_in_their_usual_order(found):
    gains = [one for one in found if one.metric == "delta_m_percent"]
    assert {one.task for one in gains} == {"gc,nc", "gc,lp", "nc,lp", "gc,nc,lp"}
    assert {one.task for one in gains} == {one.trained for one in gains}
    assert {one.trained for one in found if one.table == "pretraining-table1"} == {
        "", "im", "ep", "am", "cp", "ml", "im,ml", "ep,ml", "am,ml", "cp,ml",
    }  # fmt: skip


def test_links_are_predicted_from_both_ends_beside_each_other(found):
    assert {(one.task, one.features) for one in found if one.table == "table1"} == {
        ("gc", ""), ("nc", ""), ("lp", "concat"),
    }  # fmt: skip


def test_each_names_its_paper(found):
    titles = {one.table: (one.paper.split(" ")[0], one.paper_url, one.date[:4]) for one in found}
    same, pretraining = (("Graph", "https://arxiv.org/abs/2201.03326", "2020"),
                         ("Strategies", "https://arxiv.org/abs/1905.12265", "2019"))  # fmt: skip
    assert titles == {name: same if name.startswith("table") else pretraining for name in COUNTS}
    assert not any(one.baseline for one in found)
