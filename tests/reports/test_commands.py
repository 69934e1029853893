"""Commands on the page must run as they stand."""

import dataclasses
import shlex

import pytest
from torch import nn

from multigraft.encoders.base import ModuleEncoder
from multigraft.encoders.graft import Graft
from multigraft.encoders.inputs import InputSchema
from multigraft.graphs.names import EMBEDDED
from multigraft.reports.commands import suggestions
from multigraft.tasks.model import TaskModel
from tests.helpers.graphs import random_graphs
from tests.helpers.reports import HOSTILE, named, trained_encoder

GRAPHS = random_graphs(12)


def suggested(trained=None, dataset="MUTAG", encoder_dir="out/encoder", protocol="strict", **about):
    """For an encoder of the data set itself, unless it is another's."""
    graphs = named(GRAPHS, name=dataset, **about)
    return suggestions(trained or trained_encoder(graphs), graphs, protocol, encoder_dir)


def with_encoder(encoder, readout="mean"):
    """An encoder for the data set itself that is of another kind."""
    graphs = named(GRAPHS, name="MUTAG")
    return dataclasses.replace(trained_encoder(graphs), model=TaskModel(encoder, [], graphs.origin), readout=readout)


def commands(*arguments, **options) -> list[list[str]]:
    return [shlex.split(line) for _, text in suggested(*arguments, **options) for line in text.splitlines()]


def test_verbs_and_values():
    again, report, other, embed, show, own = commands()
    assert again == shlex.split(
        "multigraft train MUTAG --tasks gc,nc,lp --strategy esame --epochs 4 --seed 4 --out out/encoder-seed4 "
        "--encoder gcn --dim 8 --layers 2 --readout mean"
    )
    assert report[:4] == ["multigraft", "report", "out/encoder-seed4", "MUTAG"]
    assert other[5:9] == ["--strategy", "isame", "--epochs", "8"]
    assert embed[1:4] == ["embed", "out/encoder", "MUTAG"]
    assert show[1:3] == ["data", "show"]
    assert own[1] == "train"


def test_options_exist_on_the_command_line():
    typer = pytest.importorskip("typer")
    from multigraft.cli.main import app

    verbs = typer.main.get_command(app).commands
    for _, verb, *rest in commands():
        if verb != "data":
            known = {name for parameter in verbs[verb].params for name in parameter.opts}
            assert {word for word in rest if word.startswith("--")} <= known, verb


@pytest.mark.parametrize("name", [*EMBEDDED, "PROTEINS_full", "bbbp"])
def test_a_name_of_the_catalog_is_used(name: str):
    assert commands(dataset=name)[0][2] == name


def test_any_other_data_is_a_placeholder_that_is_explained():
    found = suggested(None, "my folder", "out", "paper")
    assert "DATA stands for the file or folder" in found[0][0]
    assert "multigraft train DATA " in found[0][1]
    assert "--protocol paper" in found[0][1]


def test_names_are_quoted_for_a_shell():
    for words in commands(encoder_dir=f"{HOSTILE}; rm -rf x"):
        assert words[0] == "multigraft"
        assert "rm" not in words


def test_other_strategies_lead_to_esame():
    graphs = named(GRAPHS, name="MUTAG")
    trained = dataclasses.replace(trained_encoder(graphs), strategy={"name": "joint"}, metadata={})
    assert "esame" in commands(trained)[2]


def test_an_encoder_of_other_data_is_fine_tuned_where_there_are_targets_and_not_trained_again():
    other = trained_encoder()
    tuned, embed, *own = commands(other, "bbbp", "molecules-small", targets=("p_np",), target_kind="binary")
    assert tuned == ["multigraft", "finetune", "molecules-small", "bbbp", "--baselines"]
    assert embed[1:4] == ["embed", "molecules-small", "bbbp"]
    assert [one[1] for one in own] == ["data", "train"]
    assert commands(other, "MUTAG")[0][1] == "embed"
    assert "DATA stands for" in suggested(other, "elsewhere")[0][0]


def test_who_has_an_encoder_of_molecules_is_told_of_tables():
    molecules = trained_encoder(named(GRAPHS, name="bbbp", featurization="ogb"))
    assert commands(molecules, "bbbp")[-1][1:3] == ["train", "my.csv"]
    assert commands()[-1][1:3] == ["train", "path/to/NAME"]


def test_an_encoder_of_a_recipe_is_trained_again_by_it():
    schema = InputSchema.of(GRAPHS)
    recommended = Graft(schema, dim=8, layers=2, dropout=0.2)
    assert commands(with_encoder(recommended, "mean+std+max+sum"))[0][-2:] == ["--recipe", "attributed-graphs"]
    assert commands(with_encoder(recommended))[0][-2:] == ["--readout", "mean"], "the recipe reads graphs otherwise"
    dropping = with_encoder(Graft(schema, dim=8, layers=2, dropout=0.4), "mean+std+max+sum")
    assert "--recipe" not in commands(dropping)[0]


class NoLayers(nn.Module):
    def forward(self, features, edges):
        return features


def test_an_encoder_of_ones_own_has_no_options():
    own = ModuleEncoder(NoLayers(), InputSchema.of(GRAPHS))
    assert commands(with_encoder(own))[0][-2] == "--out"


def test_how_molecules_are_read_is_said():
    graphs = named(GRAPHS, name="bbbp", featurization="ogb")
    assert commands(trained_encoder(graphs), "bbbp")[0][13:15] == ["--featurization", "ogb"]
