"""Featurisation: from SMILES to graphs that an encoder reads."""

from itertools import cycle

from multigraft.bench.plain.featurising import molecule_graphs
from multigraft.bench.race import Race
from multigraft.bench.races.data import many_smiles
from multigraft.graphs.molecules.load import pack_smiles
from multigraft.processes import usable_cores

AT_ONCE = 2000  # molecules of one call where a single process reads them


def featurise() -> Race:
    """One process each."""
    smiles = many_smiles()
    fast, plain = (cycle(_pieces(smiles)) for _ in range(2))
    return Race(
        name="featurise",
        fast=lambda: pack_smiles(next(fast), processes=1),
        plain=lambda: molecule_graphs(next(plain)),
        what=f"a molecule of {len(smiles)} SMILES, one process",
        fast_units=AT_ONCE,
        plain_units=AT_ONCE,
        threads=(1,),
    )


def featurise_parallel() -> Race:
    """The package on all cores, its processes started anew each time, against the plain side in one process."""
    smiles = many_smiles()
    plain = cycle(_pieces(smiles))
    return Race(
        name="featurise-parallel",
        fast=lambda: pack_smiles(smiles),
        plain=lambda: molecule_graphs(next(plain)),
        what=f"a molecule of {len(smiles)} SMILES, {usable_cores()} processes against one",
        fast_units=len(smiles),
        plain_units=AT_ONCE,
        workers=usable_cores(),
        threads=(1,),
    )


def _pieces(smiles: list[str]) -> list[list[str]]:
    """Of the same number of molecules each, from all over the list, so that all take about as long."""
    count = len(smiles) // AT_ONCE
    return [smiles[start::count][:AT_ONCE] for start in range(count)]
