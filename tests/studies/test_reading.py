import pytest

from multigraft.errors import InputError
from multigraft.studies.architectures import stage_options
from multigraft.studies.claims import read_claims
from multigraft.studies.names import STUDY_NAMES
from multigraft.studies.reading import SHIPPED, read_settings, read_study
from multigraft.studies.study import Row, Setting, Stage
from multigraft.training.recipes.registry import named_recipe
from tests.helpers.cli import write_folder
from tests.helpers.graphs import random_graphs

ROW = '[[rows]]\nstrategy = "esame"\ntasks = ["gc", "nc,lp"]\n'


def written(tmp_path, text, name="mine"):
    file = tmp_path / f"{name}.toml"
    file.write_text(text)
    return str(file)


# --- shipped ---------------------------------------------------------------------------------------------------------


SAME = [name for name in STUDY_NAMES if name.startswith("same-") and name != "same-pretext"]
RECOMMENDED = [name for name in STUDY_NAMES if name.startswith("recommended-")]
OF_GRAPHS = ("recommended-graphs", "recommended-inputs", "recommended-strategies")
PRETRAINING = [name for name in STUDY_NAMES if name not in (*SAME, *RECOMMENDED)]
MOLECULES = {
    "pretraining-table1": ("bbbp", "tox21", "toxcast", "sider", "clintox", "muv", "hiv", "bace"),
    "pretraining-regression": ("freesolv", "lipo", "qm7", "qm8"),
    "pretraining-architectures": ("bbbp", "tox21", "sider", "clintox", "bace"),
    "same-pretext": ("bbbp", "tox21", "sider", "clintox", "bace"),
    "frozen-molecules": ("bbbp", "tox21", "toxcast", "sider", "clintox", "muv", "hiv", "bace"),
    "frozen-numbers": ("freesolv", "lipo", "qm7", "qm8"),
}


def test_every_shipped_study_is_named_and_every_name_shipped():
    files = {path.stem for path in SHIPPED.glob("*.toml")} - {"same-settings", "pretraining-settings"}
    assert files == set(STUDY_NAMES)


@pytest.mark.parametrize("name", SAME)
def test_studies_of_same_have_every_baseline(name):
    study = read_study(name)
    assert study.name == name
    assert study.splits == 10
    assert study.protocols == ("strict", "paper")
    untrained = ["untrained isame, gin", "untrained isame"] if name == "same-gin" else ["untrained"]
    assert [row.model for row in study.rows if not row.trains] == [*untrained, "attributes", "majority"]
    assert set(study.tasks) == {"gc", "nc", "lp"}
    assert "SAME" in study.source
    assert (study.corpora, study.removes, study.pretrains) == ((), (), False)


def test_tables_are_of_four_data_sets_and_figures_of_enzymes():
    for name in SAME[:6]:
        wanted = ("ENZYMES",) if "figure" in name else ("ENZYMES", "PROTEINS", "DHFR", "COX2")
        assert read_study(name).datasets == wanted


def test_other_strategies_are_asked_as_sames_are():
    study = read_study("same-strategies")
    assert study.datasets == ("ENZYMES", "DHFR")
    trained = [row for row in study.rows if row.trains]
    assert {row.strategy for row in trained} == {"isame", "esame", "joint-maml", "joint"}
    assert {row.options.get("balancing") for row in trained} == {None, "uncertainty", "gradnorm", "pcgrad", "upgrad"}
    assert {(row.tasks, row.probe) for row in trained} == {((("gc", "nc", "lp"),), "svm")}
    (isame,) = [row for row in read_study("same-table2").rows if row.model == "isame"]
    for row in trained[:2]:
        ours, theirs = (
            of.options(row, "isame", ("gc", "nc", "lp"), "DHFR") for of in (study, read_study("same-table2"))
        )
        assert ours == theirs
    assert not isame.options


def test_a_gin_carries_attributes_through_beside_rows_that_other_studies_have():
    study, three = read_study("same-gin"), ("gc", "nc", "lp")
    rows = {row.model: row for row in study.rows if row.trains}
    for model, strategy in (("isame", "isame"), ("esame", "esame"), ("classical", "joint")):
        ours, own = rows[model], rows[f"{model}, gin"]
        assert (
            (own.strategy, own.tasks, own.probe)
            == (ours.strategy, ours.tasks, ours.probe)
            == (strategy, (three,), "svm")
        )
        assert (own.options["jk"], own.options["norm"], own.options["dim"] * (own.options["layers"] + 1)) == (
            "concat",
            "layer",
            256,
        )
        assert study.options(ours, strategy, three, "COX2") == read_study("same-table2").options(
            ours, strategy, three, "COX2"
        )
    assert {row.model for row in study.rows if row.strategy == "untrained"} == {
        "untrained isame",
        "untrained isame, gin",
    }


def test_pretext_tasks_are_trained_alike_alone_summed_and_in_episodes():
    study = read_study("same-pretext")
    starts = {row.model: row.start for row in study.rows if row.start}
    for name, tasks in (
        ("am", ("am",)),
        ("cp", ("cp",)),
        *((kind, ("am", "cp")) for kind in ("joint", "isame", "esame")),
    ):
        (stage,) = starts[f"{name}, frozen"]
        assert starts[f"{name}, tuned"] == (stage,)
        assert (stage.dataset, stage.tasks, stage.options) == ("zinc250k", tasks, {"encoder": "gin", "norm": "layer"})
    (scratch,) = [row for row in study.rows if row.trains and not row.start]
    assert scratch.options == {"encoder": "gin", "norm": "layer"}


@pytest.mark.parametrize(("task", "split"), [("ml", "scaffold"), ("gr", "scaffold"), ("gc", "stratified")])
def test_targets_are_split_by_scaffold_where_nothing_is_said(tmp_path, task, split):
    text = f'datasets = "COX2"\n[[rows]]\nstrategy = "joint"\ntasks = ["{task}"]\nprobe = "knn"\n'
    assert read_study(written(tmp_path, text)).split == split
    assert read_study(written(tmp_path, f'split = "random"\n{text}')).split == "random"


@pytest.mark.parametrize("name", MOLECULES)
def test_studies_of_pretraining_on_molecules(name):
    study = read_study(name)
    assert (study.name, study.datasets) == (name, MOLECULES[name])
    assert study.splits == (5 if name in ("frozen-molecules", "frozen-numbers", "same-pretext") else 10)
    assert (study.split, study.protocols) == ("scaffold", ("strict",))
    assert study.tasks == (("gr",) if name in ("pretraining-regression", "frozen-numbers") else ("ml",))
    assert study.pretrains
    assert set(study.corpora) <= {"zinc250k", "fsmol"}
    assert {dataset for datasets in MOLECULES.values() for dataset in datasets} == set(study.removes)
    described = [(row.model, row.probe) for row in study.rows if not row.trains and row.strategy != "untrained"]
    kinds = ("ecfp-count", "ecfp-binary", "descriptors", "ecfp+descriptors")
    frozen = any(row.strategy == "frozen" for row in study.rows)
    readers = ("logistic", "forest", *(["best"] if frozen else []))  # as the embeddings are read
    assert described == [*((kind, reader) for kind in kinds for reader in readers), ("constant", "")]
    assert study.source
    assert study.published == ("pretraining-table1" if name == "pretraining-table1" else "")


def test_the_study_of_proteins():
    study = read_study("pretraining-proteins")
    assert (study.datasets, study.split, study.splits, study.protocols) == (("yeast",), "random", 10, ("strict",))
    assert [(row.model, row.probe) for row in study.rows if not row.trains] == [
        ("untrained", "logistic"), ("degrees", "logistic"), ("degrees", "forest"), ("constant", ""),
    ]  # fmt: skip
    assert (study.tasks, study.corpora, study.removes) == (("ml",), (), ())  # it is trained on its own data first
    assert [stage.tasks for row in study.rows for stage in row.start] == [("am",), ("cp",), ("ep",), ("im",)]
    assert "section 5.2" in study.source


def test_studies_of_pretraining_begin_from_scratch_and_share_what_they_train_on_a_corpus():
    seen = []
    for name in ("pretraining-table1", "pretraining-regression"):
        rows = [row for row in read_study(name).rows if row.trains]
        scratch = [row.model for row in rows if not row.begun]
        assert scratch == (["gin"] if name == "pretraining-table1" else ["gin", "edge-gcn"])
        seen.append(next(row.start for row in rows if row.begun == ("cp",)))
    assert seen[0] == seen[1]
    assert {"".join(row.begun) for row in read_study("pretraining-table1").rows if row.trains} == {
        "", "im", "ep", "am", "cp", "ml", "imml", "epml", "amml", "cpml",
    }  # fmt: skip


def test_frozen_encoders_are_the_same_whatever_they_are_asked():
    begun = [
        [row.begun for row in read_study(f"frozen-{asked}").rows if row.start] for asked in ("molecules", "numbers")
    ]
    assert begun[0] == begun[1]
    assert begun[0].count(("cp released",)) == 3  # the released GCN, GraphSAGE and GAT


def test_architectures_are_compared_after_the_same_pretraining():
    study = read_study("pretraining-architectures")
    begun = {}
    for row in study.rows:
        if row.trains:
            begun.setdefault(row.model, []).append(row.begun)
    released = [(), ("cp",), ("cp released",)]
    assert begun == {"gin": released[:2], "edge-gcn": released, "graphsage": released, "gat": released}
    on_corpus = [row for row in study.rows if row.begun == ("cp",)]
    assert {(stage.dataset, stage.strategy, stage.tasks) for row in on_corpus for stage in row.start} == {
        ("zinc250k", "single", ("cp",))
    }


def test_figure_3_is_table_4_on_enzymes():
    figure, table = read_study("same-figure3"), read_study("same-table4")
    assert figure.rows == table.rows
    assert figure.settings == table.settings
    assert figure.published == table.published == "table4"
    assert figure.source != table.source


def test_the_paper_trains_what_appendix_b_says():
    study = read_study("same-table3")
    joint, isame = study.rows[0], study.rows[2]
    three = study.options(isame, "isame", ("gc", "nc", "lp"), "DHFR")
    assert three["epochs"] == 15000
    assert study.options(isame, "isame", ("gc", "nc"), "DHFR")["epochs"] == 8000
    assert study.options(joint, "joint", ("gc", "nc"), "DHFR") == {
        "epochs": 5000,
        "batch_size": 64,
        "learning_rate": 0.01,
    }
    assert study.options(joint, "single", ("gc",), "COX2") == {
        "epochs": 1000,
        "batch_size": 32,
        "learning_rate": 4.4e-4,
    }


# --- one's own -------------------------------------------------------------------------------------------------------


def test_a_small_study_of_ones_own(tmp_path):
    study = read_study(written(tmp_path, f'datasets = "ENZYMES"\nsplits = 3\n{ROW}'))
    assert study.datasets == ("ENZYMES",)
    assert study.protocols == ("strict",)
    assert study.rows[0] == Row("esame", "esame", (("gc",), ("nc", "lp")))


def test_rows_take_options_of_train_and_a_start(tmp_path):
    text = (
        'datasets = ["ENZYMES"]\n[[rows]]\nmodel = "mine"\nstrategy = "finetune"\ntasks = "gc"\nprobe = "own"\n'
        'start = { strategy = "joint", tasks = "gc, nc" }\nlearning_rate = 0.1\n'
    )
    row = read_study(written(tmp_path, text)).rows[0]
    assert row.start == (Stage("joint", ("gc", "nc")),)
    assert row.options == {"learning_rate": 0.1}
    assert row.tasks == (("gc",),)


def test_each_probe_has_its_untrained_row(tmp_path):
    text = f'datasets = ["ENZYMES"]\n{ROW}{ROW}probe = "knn"\n{ROW}probe = "own"\n'
    rows = [row for row in read_study(written(tmp_path, text)).rows if row.strategy == "untrained"]
    assert [(row.model, row.probe) for row in rows] == [("untrained", "svm"), ("untrained (knn)", "knn")]


def test_a_folder_beside_the_file_goes_by_its_name(tmp_path):
    (tmp_path / "graphs" / "mine").mkdir(parents=True)
    study = read_study(written(tmp_path, f'datasets = ["graphs/mine", "COX2"]\n{ROW}'))
    assert study.datasets == ("mine", "COX2")
    assert study.folders == {"mine": tmp_path / "graphs" / "mine"}


def test_a_study_extends_another_and_its_own_settings_go_last(tmp_path):
    written(tmp_path, f'datasets = ["COX2"]\nsplits = 4\n{ROW}[[settings]]\nepochs = 1\n', "base")
    study = read_study(written(tmp_path, 'extends = "base"\nsplits = 5\n[[settings]]\nepochs = 2\n'))
    assert study.name == "mine"
    assert (study.datasets, study.splits) == (("COX2",), 5)
    assert study.settings == (Setting({"epochs": 1}), Setting({"epochs": 2}))


def test_a_study_may_extend_a_shipped_one(tmp_path):
    study = read_study(written(tmp_path, 'extends = "same-table1"\ndatasets = ["DHFR"]\n'))
    assert study.rows == read_study("same-table1").rows
    assert study.datasets == ("DHFR",)


BAD = {
    "syntax": ("datasets = [", "is not TOML"),
    "key": (f'dataset = "COX2"\n{ROW}', "there is no key 'dataset'; the nearest is 'datasets'"),
    "no rows": ('datasets = "COX2"\n', "a study needs \\[\\[rows\\]\\]"),
    "no data": (ROW, "a study needs datasets"),
    "row": ('datasets = "COX2"\n[[rows]]\nstrategy = "esame"\n', "rows\\[0\\] needs a strategy and tasks"),
    "option": (f'datasets = "COX2"\n{ROW}epoch = 3\n', "there is no option 'epoch'; the nearest is 'epochs'"),
    "grid's own": (f'datasets = "COX2"\n{ROW}seed = 3\n', "there is no option 'seed'"),
    "splits": (f'datasets = "COX2"\nsplits = 0\n{ROW}', "splits must be a whole number of at least 1, got 0"),
    "split": (f'datasets = "COX2"\nsplit = "odd"\n{ROW}', "split must be one of stratified, random, scaffold"),
    "nothing asked": ('datasets = "COX2"\n[[rows]]\nstrategy = "esame"\ntasks = []\n', "rows\\[0\\]: it has no tasks"),
    "kind": (f'datasets = "COX2"\n{ROW}[[settings]]\nepochs = "2"\n', "epochs must be a whole number, got '2'"),
    "protocol": (f'datasets = "COX2"\nprotocols = ["lax"]\n{ROW}', "protocols must be one of"),
    "probe": (f'datasets = "COX2"\n{ROW}probe = "tree"\n', "rows\\[0\\]: probe must be one of"),
    "asks": (f'datasets = "COX2"\n{ROW}asks = "some"\n', "rows\\[0\\]: asks must be one of"),
    "tasks": ('datasets = "COX2"\n[[rows]]\nstrategy = "esame"\ntasks = "gc,gc"\n', "a task set is names separated"),
    "start": (f'datasets = "COX2"\n{ROW}start = "joint"\n', "start is { strategy = ..., tasks = ... }"),
    "condition": (f'datasets = "COX2"\n{ROW}[[settings]]\nfor = {{ model = "x" }}\n', "a setting is for strategy"),
    "reference": (f'datasets = "COX2"\nscore = "delta-m"\n{ROW}', "go together"),
    "corpus": (
        f'datasets = "COX2"\n{ROW}start = {{ dataset = "zinc25k", strategy = "single", tasks = "lp" }}\n',
        "rows\\[0\\]: start: dataset: there is no data set 'zinc25k'.* did you mean zinc250k",
    ),
    "targets": (f'datasets = "ENZYMES"\ntargets = 3\n{ROW}', "targets are tables of numbers by task"),
    "a target": (f'datasets = "ENZYMES"\n{ROW}[targets.ENZYMES]\ngc = "much"', "ENZYMES gc must be a number"),
    "a target's data": (f'datasets = "ENZYMES"\n{ROW}[targets.MUTAG]\ngc = 3', "targets must be one of ENZYMES"),
    "a target's task": (
        f'datasets = "ENZYMES"\n{ROW}[targets.ENZYMES]\nnode = 3',
        "targets: ENZYMES must be one of gc, nc, lp",
    ),
    "an option's task": (
        f'datasets = "ENZYMES"\n{ROW}task_options = {{ gx = {{ hidden = false }} }}',
        "task_options must be one of gc, nc, lp",
    ),
    "a recipe": (
        'datasets = "ENZYMES"\n[[rows]]\nstrategy = "joint"\ntasks = "gc"\nrecipe = "plum"',
        "recipe must be one of",
    ),
    "removes": (f'datasets = "bbbp"\nremoves = ["other.csv"]\n{ROW}', "removes: there is no data set 'other.csv'"),
    "plugin": (f'datasets = "COX2"\nplugins = ["no.py"]\n{ROW}', "there is no plugin"),
    "base": (f'extends = "nothing"\n{ROW}', "it extends 'nothing', but there is neither"),
    "circle": (f'extends = "mine"\n{ROW}', "which extends it in turn"),
}


@pytest.mark.parametrize("case", list(BAD))
def test_mistakes_are_named_with_their_file(tmp_path, case):
    text, message = BAD[case]
    with pytest.raises(InputError, match=message) as raised:
        read_study(written(tmp_path, text))
    assert "mine.toml" in str(raised.value)


def test_an_unknown_study_is_told_what_it_may_have_been():
    with pytest.raises(InputError, match="no study 'same-tabel1': did you mean 'same-table1'"):
        read_study("same-tabel1")


# --- settings --------------------------------------------------------------------------------------------------------


def test_a_configuration_of_train_is_a_setting_of_its_strategy_and_tasks(tmp_path):
    file = tmp_path / "best.toml"
    file.write_text('strategy = "esame"\ntasks = "gc,nc"\nlearning-rate = 0.01\ninner_steps = 2\n')
    assert read_settings(file) == [Setting({"learning_rate": 0.01, "inner_steps": 2}, ("esame",), ("gc", "nc"))]


def test_a_file_may_have_several_settings_as_a_study_has(tmp_path):
    file = tmp_path / "tuned.toml"
    file.write_text(
        '[[settings]]\nfor = { strategy = ["isame", "esame"], datasets = "DHFR" }\nlearning_rate = 0.01\n'
        "[[settings]]\nbatch_size = 8\n"
    )
    assert read_settings(file) == [
        Setting({"learning_rate": 0.01}, ("isame", "esame"), (), ("DHFR",)), Setting({"batch_size": 8}),
    ]  # fmt: skip
    file.write_text("[[settings]]\nlearningrate = 1\n")
    with pytest.raises(InputError, match=r"tuned\.toml.*'learningrate'; the nearest is 'learning_rate'"):
        read_settings(file)


def test_settings_that_cannot_be_are_named(tmp_path):
    file = tmp_path / "best.toml"
    file.write_text("learningrate = 1\n")
    with pytest.raises(InputError, match=r"best\.toml.*'learningrate'; the nearest is 'learning_rate'"):
        read_settings(file)
    with pytest.raises(InputError, match="cannot read the settings"):
        read_settings(tmp_path / "none.toml")


# --- recipes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OF_GRAPHS[:2])
def test_studies_of_the_recommended_encoder_take_its_recipe_whole(name):
    study, options = read_study(name), named_recipe("attributed-graphs").options
    first = study.rows[0]
    assert (first.strategy, first.tasks) == ("joint", (("gc", "nc", "lp"),))
    assert dict(first.recipe) == {key: value for key, value in options.items() if key != "strategy"}
    assert not first.options
    assert study.options(first, "joint", ("gc",), "ENZYMES")["task_options"].keys() <= {"gc"}


def test_strategies_are_compared_under_the_recipe_as_it_was_without_periods():
    study, options = read_study("recommended-strategies"), named_recipe("attributed-graphs").options
    was = {key: value for key, value in options.items() if key not in ("strategy", "encoder_options")}
    assert options["encoder_options"].keys() == {"periods"}
    for row in study.rows:
        if row.trains:
            found = study.options(row, row.strategy, row.tasks[0], "ENZYMES")
            served = {key: value for key, value in was["task_options"].items() if key in row.tasks[0]}
            assert found == {**was, "task_options": served}


@pytest.mark.parametrize("name", [one for one in RECOMMENDED if one not in (*OF_GRAPHS, "recommended-pretexts")])
def test_studies_of_molecules_measure_the_released_encoder_and_nothing_trained_on_them(name):
    study = read_study(name)
    assert study.protocols == ("strict",)
    assert (study.corpora, study.removes) == ((), ())
    for row in study.rows:
        if row.trains and row.model != "from scratch":
            assert row.start == (Stage("imported", (), "molecules-small", {"encoder": "molecules-small"}),)
            assert row.strategy == ("finetune" if name == "recommended-finetuned" else "frozen")
    assert [row.model for row in study.rows].count("from scratch") == (name == "recommended-finetuned")
    beside = {row.strategy for row in study.rows if not row.trains}
    assert {"untrained", "ecfp-count", "descriptors", "ecfp+descriptors", "constant"} <= beside


def test_pretexts_of_molecules_are_trained_alike_but_for_their_task_and_by_episodes():
    study = read_study("recommended-pretexts")
    assert (study.corpora, study.removes) == (("hiv",), study.datasets)
    given = {
        row.model: (row.start[0].strategy, row.start[0].tasks, stage_options(study, row, row.start[0], "bbbp"))
        for row in study.rows if row.trains
    }  # fmt: skip
    assert {tasks for _, tasks, _ in given.values()} == {
        ("dr",), ("fp",), ("dr", "fp"), ("am",), ("cp",), ("cl",), ("mae",)
    }  # fmt: skip
    own = ("task_options", "balancing", "weights", "inner_steps", "inner_lr")
    shared = [{key: value for key, value in options.items() if key not in own} for _, _, options in given.values()]
    assert all(one == shared[0] for one in shared)
    assert (shared[0]["featurization"], shared[0]["norm"], shared[0]["epochs"]) == ("ogb", "layer", 2)
    episodes = [given[f"dr,fp by {strategy}"] for strategy in ("isame", "esame")]
    assert [(strategy, tasks) for strategy, tasks, _ in episodes] == [("isame", ("dr", "fp")), ("esame", ("dr", "fp"))]
    joint = given["dr,fp"][2]
    assert all(options == {**joint, "inner_steps": 1, "inner_lr": 0.04} for *_, options in episodes)


def test_a_row_of_ones_own_goes_above_its_recipe(tmp_path):
    text = (
        'datasets = "ENZYMES"\n[[rows]]\nstrategy = "isame"\ntasks = "gc"\nrecipe = "attributed-graphs"\nepochs = 3\n'
    )
    study = read_study(written(tmp_path, text + "encoder_options = { walks = 0 }\ntask_options.gc.hidden = true\n"))
    found = study.options(study.rows[0], "isame", ("gc",), "ENZYMES")
    assert (found["encoder"], found["epochs"], found["encoder_options"]) == ("graft", 3, {"periods": 4, "walks": 0})
    assert found["task_options"] == {"gc": {"hidden": True}}


def test_settings_go_above_a_recipe(tmp_path):
    study = read_study("recommended-graphs").planned(settings=[Setting({"epochs": 99, "batch_size": 7})], epochs=98)
    found = study.options(study.rows[0], "joint", ("gc",), "ENZYMES")
    assert (found["epochs"], found["batch_size"], found["encoder"]) == (98, 7, "graft")


def test_a_recipe_says_nothing_of_an_encoder_that_is_gone_on_from(tmp_path):
    text = 'datasets = "ENZYMES"\n[[rows]]\nstrategy = "finetune"\ntasks = "gc"\nrecipe = "attributed-graphs"\n'
    row = read_study(written(tmp_path, text + 'start = { strategy = "joint", tasks = "gc,nc" }\n')).rows[0]
    assert "encoder" not in row.recipe
    assert row.recipe["epochs"] == 20


def test_targets_are_of_data_sets_by_name_and_not_inherited_by_other_data(tmp_path):
    folder = write_folder(tmp_path / "orchard", random_graphs(5))
    text = f'datasets = ["./{folder.name}"]\n{ROW}[targets."./{folder.name}"]\ngc = 3'
    assert read_study(written(tmp_path, text)).targets == {"orchard": {"gc": 3.0}}
    fewer = 'extends = "recommended-graphs"\ndatasets = ["ENZYMES"]'
    assert read_study(written(tmp_path, fewer, "fewer")).targets == {}
    assert (
        read_study(written(tmp_path, 'extends = "recommended-graphs"\nsplits = 2', "same")).targets["DHFR"]["gc"] == 82
    )


def test_every_ingredient_is_left_out_once_and_claimed():
    rows = [row for row in read_study("recommended-inputs").rows if row.trains]
    assert len({str(row.options) for row in rows}) == len(rows) == 12  # of the first nothing is said
    claimed = {claim.against[0] for claim in read_claims() if claim.study == "recommended-inputs"}
    assert claimed == {row.model for row in rows} - {"recommended"}
