"""Proteins of several species as text: what is read, and that what is wrong is named."""

from pathlib import Path

import pytest
import torch

from multigraft.errors import InputError
from multigraft.graphs.checksums import of_tensors
from multigraft.graphs.protein_files import find_protein_files, read_edges, read_protein_files, read_terms
from multigraft.graphs.splits import split_graphs
from multigraft.graphs.texts import ids_of
from tests.helpers.proteins import write_species
from tests.reference.ego_networks import unpacked


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_species(tmp_path)


def rewrite(folder: Path, name: str, old: str, new: str) -> Path:
    path = folder / "raw" / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return path


# --- what is read ----------------------------------------------------------------------------------------------------


def test_edges_that_networkx_wrote_are_read(folder: Path):
    names, network = read_edges(folder / "raw" / "9606.edges.tsv")
    assert names == ["9606.A", "9606.B", "9606.C", "9606.D"]
    assert network.pairs.T.tolist() == [[0, 1], [0, 2], [1, 2], [2, 3]]
    assert [row.nonzero()[:, 0].tolist() for row in network.types] == [[0], [], [0, 6], [2]]


def test_species_are_side_by_side(folder: Path):
    graphs = read_protein_files(folder)
    assert ids_of(graphs) == ["7227.X", "7227.Y", "9606.A", "9606.B", "9606.C", "9606.D"]
    assert graphs.graphs["species"].tolist() == [7227, 7227, 9606, 9606, 9606, 9606]
    assert graphs.node_counts.tolist() == [2, 2, 3, 3, 4, 2]
    assert set(unpacked(graphs, 4, "protein")) == {2, 3, 4, 5}
    assert unpacked(graphs, 0, "protein").edges[0, 1]["types"] == [0, 1, 0, 0, 0, 0, 0]


def test_downstream_terms_are_the_targets_in_the_order_of_their_list(folder: Path):
    graphs = read_protein_files(folder)
    assert graphs.origin.targets == ("GO:3", "GO:1", "GO:2")
    assert graphs.targets[2:5].tolist() == [[1, 1, 0], [0, 0, 0], [0, 0, 0]]
    assert bool(graphs.targets[[0, 1, 5]].isnan().all())  # no file of annotations, and no line in one
    assert graphs.origin.name == "proteins-original"


def test_pretraining_has_its_own_terms(folder: Path):
    graphs = read_protein_files(folder, terms="pretrain")
    assert graphs.origin.targets == ("GO:8", "GO:9")
    assert graphs.targets[3].tolist() == [1, 0]
    assert graphs.origin.name == "proteins-original-pretrain"


def test_packed_files_are_the_same_data(folder: Path, tmp_path: Path):
    packed = read_protein_files(write_species(tmp_path / "packed", packed=True))
    assert of_tensors(packed) == of_tensors(read_protein_files(folder))


def test_the_origin_says_what_was_read(folder: Path):
    origin = read_protein_files(folder, largest=3).origin
    notes = " ".join(origin.notes)
    assert "species, and their proteins: 7227 (2), 9606 (4)" in notes
    assert "the 3 terms of downstream_terms.txt; missing for 3 proteins" in notes
    assert "the most that are kept, 3 proteins" in notes
    assert (origin.featurization, origin.target_kind, origin.metric) == ("protein", "binary", "roc_auc")


def test_the_checksum_covers_every_file(folder: Path):
    before = find_protein_files(folder).checksum()
    for name, line in (("7227.edges.tsv", "7227.X\t7227.Z" + "\t1" * 7), ("9606.annotations.tsv", "9606.D\tGO:1")):
        with (folder / "raw" / name).open("a") as file:
            file.write(f"{line}\n")
        after = find_protein_files(folder).checksum()
        assert after != before
        before = after
    assert find_protein_files(folder, "pretrain").checksum() != before


@pytest.mark.parametrize(("word", "present"), [("True", True), ("False", False), ("0.4", True), ("0.0", False)])
def test_weights_may_be_written_in_any_way(folder: Path, word: str, present: bool):
    row = "\t".join(("9606.C", "9606.D", *["0"] * 6))
    path = rewrite(folder, "9606.edges.tsv", "9606.C\t9606.D\t0\t0\t1\t0\t0\t0", row)
    path.write_text(path.read_text().replace(f"{row}\t0", f"{row}\t{word}"))
    assert bool(read_edges(path)[1].types[3, 6]) is present


def test_the_species_split_tests_on_human(folder: Path):
    graphs = read_protein_files(folder)
    split = split_graphs(graphs, "species", 0, (0.5, 0.5, 0.0))
    assert split.test.tolist() == [2, 3, 4, 5]
    assert sorted(torch.cat([split.train, split.validation]).tolist()) == [0, 1]


# --- what is wrong ---------------------------------------------------------------------------------------------------


def test_a_folder_without_species_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match=r"holds no file TAXON.edges.tsv: one a species is needed"):
        find_protein_files(tmp_path)


@pytest.mark.parametrize("name", ["human.edges.tsv", "9606.edges.tsv.old", "mouse.annotations.tsv"])
def test_files_that_are_not_named_after_a_species_are_refused(folder: Path, name: str):
    (folder / "raw" / name).write_text("")
    with pytest.raises(InputError, match="is not named TAXON"):
        find_protein_files(folder)


def test_annotations_without_interactions_are_refused(folder: Path):
    (folder / "raw" / "10090.annotations.tsv").write_text("")
    with pytest.raises(InputError, match=r"10090.annotations.tsv has no 10090.edges.tsv beside it"):
        find_protein_files(folder)


def test_a_missing_list_of_terms_is_named(folder: Path):
    (folder / "raw" / "downstream_terms.txt").unlink()
    with pytest.raises(InputError, match=r"downstream_terms.txt is missing: it lists the terms"):
        find_protein_files(folder)
    assert find_protein_files(folder, "pretrain").terms.name == "pretrain_terms.txt"


def test_a_term_that_is_listed_twice_is_refused(folder: Path):
    path = rewrite(folder, "downstream_terms.txt", "GO:2", "GO:3")
    with pytest.raises(InputError, match=r"the term 'GO:3' is there 2 times"):
        read_terms(path)


@pytest.mark.parametrize("word", ["high", "nan", "inf", ""])
def test_weights_that_are_no_numbers_are_named(folder: Path, word: str):
    path = rewrite(folder, "9606.edges.tsv", "9606.C\t9606.D\t0\t0\t1", f"9606.C\t9606.D\t0\t{word}\t1")
    with pytest.raises(InputError, match=rf"line 4: w2 '{word}': a weight is a number"):
        read_edges(path)


def test_a_protein_without_a_name_is_refused(folder: Path):
    path = rewrite(folder, "9606.edges.tsv", "9606.D", "")
    with pytest.raises(InputError, match=r"line 4: other '': a protein needs a name"):
        read_edges(path)


def test_a_missing_weight_is_refused(folder: Path):
    path = rewrite(folder, "7227.edges.tsv", "7227.Y\t7227.X\t0", "7227.Y\t7227.X")
    with pytest.raises(InputError, match=r"Row #1: Expected 9 columns, got 8"):
        read_edges(path)


def test_a_protein_of_two_species_is_refused(folder: Path):
    rewrite(folder, "7227.edges.tsv", "7227.X", "9606.A")
    with pytest.raises(InputError, match=r"protein '9606.A' is in 7227.edges.tsv and 9606.edges.tsv"):
        read_protein_files(folder)
