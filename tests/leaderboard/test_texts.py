"""What the site says of papers, methods and data sets is whole, and fits what the package has."""

import importlib.util
import re

import pytest

from multigraft.leaderboard.entries import result_of
from multigraft.leaderboard.printed import printed_results
from multigraft.leaderboard.texts import dataset_texts, method_texts, paper_texts
from multigraft.strategies.names import STRATEGY_NAMES
from multigraft.studies.names import STUDY_NAMES
from multigraft.studies.published import FOLDER, printed_in, read_published
from multigraft.studies.reading import read_study
from tests.helpers.board import an_entry


def test_both_papers_are_told_with_the_titles_that_their_numbers_name():
    sources = {name: read_published(FOLDER / f"{name}.csv").source for name in paper_texts()}
    assert list(sources) == ["same", "pretraining"]
    assert all(sources[name].startswith(text.title) for name, text in paper_texts().items())


@pytest.mark.parametrize("name", ["same", "pretraining"])
def test_a_paper_has_all_that_its_page_shows(name):
    text = paper_texts()[name]
    assert text.authors.count(",") >= 1
    assert re.fullmatch(r"ICLR 20\d\d( submission)?", text.venue)
    assert 60 <= len(text.abstract.split()) <= 150
    assert set(text.methods) <= method_texts().keys()
    assert len(text.methods) >= 5


def test_addresses_and_dates_are_such_as_a_submission_must_have():
    for text in paper_texts().values():
        one = result_of(an_entry(paper=text.title, paper_url=text.url, code=text.code, date=text.date))
        assert (one.paper_url, one.code, one.date) == (text.url, text.code, text.date)
        assert text.url.startswith("https://arxiv.org/abs/")


def test_every_study_that_repeats_a_table_belongs_to_one_paper():
    told = {name: key for key, text in paper_texts().items() for name in text.studies}
    assert told.keys() <= set(STUDY_NAMES)
    tables = {read_study(name).published: key for name, key in told.items()}
    assert tables == {"table1": "same", "table2": "same", "table3": "same", "table4": "same",
                      "pretraining-table1": "pretraining"}  # fmt: skip
    assert sum(map(printed_in, tables)) == 320


def test_every_strategy_and_pretext_task_is_told():
    assert method_texts().keys() == {*STRATEGY_NAMES, "am", "cp", "ep", "im", "ml"}


@pytest.mark.parametrize("name", method_texts())
def test_a_method_is_told_in_five_sentences_with_its_equation_code_and_source(name):
    text = method_texts()[name]
    assert len(text.says) == 5
    assert all(one.endswith(".") and (one[0].isupper() or one[0].isdigit()) for one in text.says)
    assert text.equation.startswith(("min over theta", "theta moves"))
    assert re.search(r"20\d\d", text.source)
    spec = importlib.util.find_spec(text.module)
    assert spec is not None
    assert text.module.startswith("multigraft.")


def test_every_data_set_of_a_number_is_told():
    assert {one.dataset for one in printed_results()} <= dataset_texts().keys()
    assert {name for study in STUDY_NAMES for name in read_study(study).datasets} <= dataset_texts().keys()


@pytest.mark.parametrize("name", dataset_texts())
def test_a_data_set_has_a_title_a_sentence_and_facts(name):
    text = dataset_texts()[name]
    assert text.title.lower().replace("-", "") in (name.lower(), {"lipo": "lipophilicity"}.get(name, name))
    assert text.about.endswith((".", "?"))
    assert text.facts
    assert all(isinstance(value, int | float | str) for value in text.facts.values())


def test_shares_of_scaffold_splits_add_up():
    for name, text in dataset_texts().items():
        if "scaffold split" in text.facts:
            parts = [int(part) for part in text.facts["scaffold split"].split("/")]
            assert sum(parts) == text.facts.get("molecules", text.facts.get("rows")), name
            assert parts[0] == pytest.approx(0.8 * sum(parts), abs=2), name
