"""Yeast: small files that say what is read, and the published files' own figures."""

import re
from pathlib import Path

import networkx as nx
import pytest
import torch

from multigraft.errors import InputError
from multigraft.graphs import yeast
from multigraft.graphs.checksums import of_tensors
from multigraft.graphs.ego_networks import ego_networks
from multigraft.graphs.findings import findings
from multigraft.graphs.proteins import LARGEST
from multigraft.graphs.texts import ids_of
from multigraft.graphs.yeast import ROOTS, TYPES, find_yeast, read_actions, read_slim, read_yeast
from tests.helpers.proteins import ACTIONS, CHAIN, SLIM, as_networkx, write_yeast
from tests.reference.ego_networks import ego_network, unpacked

NAMES = ["YAL1", "YAL2", "YAL3", "YAL4-A"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_yeast(tmp_path)


# --- small files -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("packed", [True, False])
def test_actions_become_one_network(tmp_path: Path, packed: bool):
    actions, _ = find_yeast(write_yeast(tmp_path, packed=packed))
    names, network = read_actions(actions)
    assert names == NAMES
    assert network.pairs.T.tolist() == [[0, 1], [1, 2], [2, 3]]
    kinds = [[TYPES[number] for number in row.nonzero()[:, 0].tolist()] for row in network.types]
    assert kinds == [["binding", "reaction"], ["catalysis"], ["expression"]]


def test_targets_are_frequent_process_terms_of_these_proteins(folder: Path):
    _, slim = find_yeast(folder)
    terms, values = read_slim(slim, NAMES, least=1)
    assert terms == ("GO:0000001", "GO:0000002")
    assert values[:2].tolist() == [[1, 1], [1, 0]]
    assert bool(values[2:].isnan().all())  # the root alone says nothing, and neither does no line
    assert read_slim(slim, NAMES, least=2)[0] == ("GO:0000001",)


def test_a_protein_whose_terms_are_all_rare_has_none_of_the_targets(tmp_path: Path):
    _, slim = find_yeast(write_yeast(tmp_path, slim="YAL1 P GO:1\nYAL2 P GO:1\nYAL3 P GO:2"))
    terms, values = read_slim(slim, NAMES, least=2)
    assert terms == ("GO:1",)
    assert values[:3].tolist() == [[1], [1], [0]]
    assert bool(values[3].isnan())


def test_one_ego_network_a_protein(tmp_path: Path):
    graphs = read_yeast(write_yeast(tmp_path, ACTIONS + CHAIN), least=1)
    assert ids_of(graphs) == NAMES + [f"YZZ{number}" for number in range(7)]
    assert graphs.node_counts.tolist() == [2, 3, 3, 2, 2, 3, 3, 3, 3, 3, 2]
    assert set(unpacked(graphs, 1, "protein")) == {0, 1, 2}
    assert graphs.graphs["species"].tolist() == [4932] * 11
    assert graphs.origin.name == "yeast"
    assert graphs.origin.targets == ("GO:0000001", "GO:0000002")
    notes = " ".join(graphs.origin.notes)
    assert "9 pairs of 11 proteins interact" in notes
    assert "the 2 process terms that 1 proteins or more have" in notes
    assert "9 proteins have no known process" in notes
    assert "under the split random with seed 0" in notes


def test_the_seed_and_the_size_are_the_callers(tmp_path: Path):
    folder = write_yeast(tmp_path, ACTIONS + CHAIN)
    assert read_yeast(folder, hops=2).node_counts.tolist() == [3, 4, 4, 3, 3, 4, 5, 5, 5, 4, 3]
    assert int(read_yeast(folder, largest=2).node_counts.max()) == 2
    one, same, other = (of_tensors(read_yeast(folder, largest=2, seed=seed)) for seed in (1, 1, 2))
    assert one == same != other


def test_the_checksum_is_that_of_both_files(tmp_path: Path):
    texts = (SLIM, SLIM, SLIM + "YAL4-A P GO:0000001")
    folders = [write_yeast(tmp_path / str(number), ACTIONS + CHAIN, slim) for number, slim in enumerate(texts)]
    first, same, other = (read_yeast(folder).origin.checksum for folder in folders)
    assert first == same != other


# --- files that are wrong --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "home"), [(yeast.ACTIONS, "STRING"), (yeast.SLIM, "Saccharomyces Genome Database")])
def test_missing_files_are_named_with_where_to_get_them(folder: Path, name: str, home: str):
    (folder / "raw" / f"{name}.gz").unlink()
    with pytest.raises(InputError, match=rf"{re.escape(name)} is missing.*{home}"):
        find_yeast(folder)


@pytest.mark.parametrize(
    ("actions", "message"),
    [
        (ACTIONS + "YAL1 YAL3 marriage", r"line 7: mode 'marriage': interactions are activation, binding"),
        ("YAL1 YAL1.2.3 binding", None),
    ],
)
def test_unknown_modes_are_refused(tmp_path: Path, actions: str, message: str | None):
    path, _ = find_yeast(write_yeast(tmp_path, actions))
    if message is None:
        assert read_actions(path)[0] == ["YAL1", "YAL1.2.3"]
    else:
        with pytest.raises(InputError, match=message):
            read_actions(path)


def test_other_species_are_refused(folder: Path):
    path = folder / "raw" / yeast.ACTIONS
    row = "\t".join(("4932.YAL1", "9606.ENSP1", "binding", "", "f", "f", "900"))
    path.write_text("\t".join(yeast.ACTION_COLUMNS) + "\n" + row + "\n")
    with pytest.raises(InputError, match=r"line 2: item_id_b '9606.ENSP1': a protein of this species is written 4932"):
        read_actions(path)


def test_other_aspects_are_refused(tmp_path: Path):
    _, slim = find_yeast(write_yeast(tmp_path, slim="YAL1 P GO:1\nYAL2 X GO:1"))
    with pytest.raises(InputError, match=r"line 2: aspect 'X': it is P, F or C"):
        read_slim(slim, NAMES)


def test_no_interactions_are_refused(tmp_path: Path):
    with pytest.raises(InputError, match="its list of interactions is empty"):
        read_yeast(write_yeast(tmp_path, actions=""))


# --- the published files ---------------------------------------------------------------------------------------------


@pytest.fixture
def yeast_folder(real_data: Path) -> Path:
    return real_data / "bio_yeast"


def test_the_published_files_have_the_published_figures(yeast_folder: Path):
    actions, slim = find_yeast(yeast_folder)
    names, network = read_actions(actions)
    assert (len(names), network.pairs.shape[1]) == (5288, 119_776)
    assert network.types.sum(0).tolist() == [9241, 104_483, 50_370, 262, 2814, 2923, 58_495]
    terms, values = read_slim(slim, names)
    assert len(terms) == 115  # 116 are frequent with the root, which stands for proteins of unknown process
    assert not set(terms) & set(ROOTS)
    missing = values.isnan()
    assert torch.equal(missing.any(1), missing.all(1))
    assert int(missing.all(1).sum()) == 923
    assert int(values.nansum(0).min()) == 20


@pytest.mark.slow
def test_the_published_ego_networks_are_those_of_networkx(yeast_folder: Path):
    _, network = read_actions(find_yeast(yeast_folder)[0])
    graphs = ego_networks(network, torch.Generator())
    assert graphs.num_nodes == 5288 + 2 * 119_776
    assert (graphs.num_edges, int(graphs.node_counts.max())) == (2 * 7_855_031, 615)
    whole = as_networkx(network)
    for number in range(0, 5288, 500):
        assert nx.utils.graphs_equal(unpacked(graphs, number), nx.Graph(ego_network(whole, number, 1)))


def test_the_published_data_loads_whole(yeast_folder: Path):
    graphs = read_yeast(yeast_folder)
    assert (len(graphs), graphs.targets.shape[1]) == (5288, 115)
    assert ids_of(graphs)[0] == "Q0045"
    assert int(graphs.node_counts.max()) == LARGEST
    assert 34 < graphs.num_nodes / len(graphs) < 35
    assert findings(graphs) == []
    assert any("70% of a test protein's neighbours are training proteins" in note for note in graphs.origin.notes)
