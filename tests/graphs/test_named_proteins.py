"""Networks of proteins by name: where their files are looked for, and what can be chosen."""

import inspect
from pathlib import Path

import pytest
import torch

from multigraft.errors import InputError
from multigraft.graphs.catalog import check, describe, load
from multigraft.graphs.checksums import of_tensors
from multigraft.graphs.named_proteins import NamedProteins, ProteinOptions, find_proteins, with_targets
from multigraft.graphs.names import BY_HAND, PROTEINS, known_names, local_folders
from multigraft.graphs.protein_files import read_protein_files
from multigraft.graphs.proteins import degree_features
from multigraft.graphs.splits import split_graphs
from multigraft.graphs.yeast import read_yeast
from tests.helpers.proteins import ACTIONS, CHAIN, protein_graphs, write_species, write_yeast


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory of raw data with yeast and two species, and a cache that has seen no others of these names."""
    data = tmp_path / "data"
    write_yeast(data / "bio_yeast", ACTIONS + CHAIN)
    write_species(data / "proteins")
    monkeypatch.setenv("MULTIGRAFT_DATA", str(data))
    monkeypatch.setenv("MULTIGRAFT_CACHE", str(tmp_path / "cache"))
    return data


def test_names_are_known_wherever_the_data_lies(root: Path, monkeypatch: pytest.MonkeyPatch):
    assert PROTEINS.keys() <= local_folders().keys()
    monkeypatch.setenv("MULTIGRAFT_DATA", str(root / "proteins"))
    assert not PROTEINS.keys() & local_folders().keys()
    assert PROTEINS.keys() <= set(known_names()) & set(BY_HAND)


def test_yeast_is_read_by_name(root: Path):
    found = find_proteins("yeast")
    graphs, direct = found.read(), read_yeast(root / "bio_yeast")
    assert of_tensors(graphs) == of_tensors(direct)
    assert found.checksum == graphs.origin.checksum


@pytest.mark.parametrize(
    ("name", "terms"), [("proteins-original", "downstream"), ("proteins-original-pretrain", "pretrain")]
)
def test_the_original_layout_is_read_by_name(root: Path, name: str, terms: str):
    found = find_proteins(name)
    graphs, direct = found.read(), read_protein_files(root / "proteins", terms=terms)
    assert of_tensors(graphs) == of_tensors(direct)
    assert (found.checksum, graphs.origin.name) == (direct.origin.checksum, name)


def test_sizes_can_be_chosen(root: Path):
    def counts(found: NamedProteins) -> list[int]:
        return found.read().node_counts.tolist()

    whole = counts(find_proteins("proteins-original"))
    assert whole == [2, 2, 3, 3, 4, 2]
    assert counts(find_proteins("proteins-original", ProteinOptions(hops=2))) == [2, 2, 4, 4, 4, 4]
    assert counts(find_proteins("proteins-original", ProteinOptions(largest=2))) == [2, 2, 2, 2, 2, 2]
    assert counts(find_proteins("proteins-original", ProteinOptions(largest=0))) == whole


def test_what_is_read_depends_on_the_key_alone(root: Path):
    chosen = (ProteinOptions(), ProteinOptions(hops=2), ProteinOptions(largest=2), ProteinOptions(largest=0))
    keys = [find_proteins(name, options).key for name in PROTEINS for options in chosen]
    assert len(set(keys)) == len(keys)
    assert find_proteins("yeast").key == find_proteins("yeast", ProteinOptions(hops=1)).key


def test_options_know_which_of_them_were_given():
    assert ProteinOptions().given() == []
    assert ProteinOptions(hops=1, largest=0).given() == ["hops", "largest"]
    assert set(inspect.signature(ProteinOptions).parameters) == {"hops", "largest"}


@pytest.mark.parametrize("name", PROTEINS)
def test_data_that_is_not_here_is_said_to_be_missing(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MULTIGRAFT_DATA", str(tmp_path))
    with pytest.raises(InputError, match=rf"{name} is not on this machine.*{PROTEINS[name]}/raw of the directory"):
        find_proteins(name)


# --- targets ---------------------------------------------------------------------------------------------------------


def test_targets_can_be_chosen_and_ordered():
    graphs = protein_graphs()
    one = with_targets(graphs, ("odd",))
    assert (one.origin.targets, one.targets.tolist()) == (("odd",), [[0], [1], [0], [1], [0]])
    turned = with_targets(graphs, ("odd", "even"))
    assert torch.equal(turned.targets, graphs.targets.flip(1))
    assert torch.equal(one.edge_index, graphs.edge_index)


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        (("prime",), "made has no target 'prime': it has 2, even, odd"),
        ((), "targets none: name one or more of made"),
        (("odd", "odd"), "targets odd, odd: name one or more of made, each once"),
    ],
)
def test_targets_that_are_not_there_are_refused(targets: tuple[str, ...], message: str):
    with pytest.raises(InputError, match=message):
        with_targets(protein_graphs(), targets)


# --- through the catalog ---------------------------------------------------------------------------------------------


def test_the_catalog_loads_them(root: Path):
    graphs = load("yeast")
    assert of_tensors(graphs) == of_tensors(read_yeast(root / "bio_yeast"))
    assert of_tensors(load("yeast")) == of_tensors(graphs)
    assert load("yeast", hops=2, largest=0).node_counts.tolist() == [3, 4, 4, 3, 3, 4, 5, 5, 5, 4, 3]
    assert load("yeast", largest=2).node_counts.tolist() == [2] * 11
    assert load("proteins-original").origin.targets == ("GO:3", "GO:1", "GO:2")
    assert load("proteins-original-pretrain").origin.targets == ("GO:8", "GO:9")
    assert load("proteins-original", targets=["GO:2", "GO:3"]).targets[2].tolist() == [0, 1]


def test_the_catalog_checks_and_describes_them(root: Path):
    assert check("yeast") == []
    facts = describe(load("proteins-original"))
    assert (facts["name"], facts["graphs"], facts["mean_edges"]) == (
        "proteins-original",
        6,
        (1 + 1 + 3 + 3 + 4 + 1) / 6,
    )


@pytest.mark.parametrize("source", ["MUTAG", "./yeast", [], protein_graphs()])
def test_sizes_are_for_proteins_alone(source: object):
    with pytest.raises(InputError, match="hops is for protein networks by name: proteins-original"):
        load(source, hops=2)


def test_proteins_have_no_columns_of_node_labels(root: Path):
    with pytest.raises(InputError, match="yeast has no node labels"):
        load("yeast", node_label_column=1)


@pytest.mark.slow
def test_the_published_yeast_loads_by_name(real_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MULTIGRAFT_CACHE", str(tmp_path))
    graphs = load("yeast")
    assert (len(graphs), graphs.targets.shape[1]) == (5288, 115)
    split = split_graphs(graphs, "random", 0)
    assert [len(part) for part in (split.train, split.validation, split.test)] == [3702, 529, 1057]
    features = degree_features(graphs)
    assert torch.equal(features[:, 0], graphs.node_counts.float())
    assert torch.equal(features[:, 2], features[:, 0] - 1)  # within one hop, all others are the centre's neighbours
