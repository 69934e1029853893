"""The sets of MoleculeNet by name, as DeepChem distributes them.

Source: Wu et al. 2018, "MoleculeNet: a benchmark for molecular machine learning". Which columns and metrics: those of
the pre-training paper (Hu et al. 2020) for the binary sets, and for the others those of the re-run of its models in
Fang et al. 2022, "Geometry-enhanced molecular representation learning for property prediction".
"""

import dataclasses

from multigraft.graphs.named_tables import NamedTable

_HOME = "https://deepchemdata.s3-us-west-1.amazonaws.com/datasets"
_TOX21 = (
    "NR-AR", "NR-AR-LBD", "NR-AhR", "NR-Aromatase", "NR-ER", "NR-ER-LBD", "NR-PPAR-gamma",
    "SR-ARE", "SR-ATAD5", "SR-HSE", "SR-MMP", "SR-p53",
)  # fmt: skip
_MUV = (466, 548, 600, 644, 652, 689, 692, 712, 713, 733, 737, 810, 832, 846, 852, 858, 859)
# The file has the four columns of PBE0 twice, under the same names and with the same values: 12 distinct of 16.
_QM8 = tuple(f"{column}-{method}" for method in ("CC2", "PBE0", "CAM") for column in ("E1", "E2", "f1", "f2"))
_ESOL = "measured log solubility in mols per litre"

_BINARY = (
    NamedTable("bbbp", ("BBBP.csv",), targets=("p_np",), rows=2050, parsed=2039),
    NamedTable("tox21", ("tox21.csv",), targets=_TOX21, identifier="mol_id", rows=7831, parsed=7823),
    NamedTable("toxcast", ("toxcast_data.csv",), others=True, rows=8615, parsed=8597),
    NamedTable("sider", ("sider.csv",), others=True, rows=1427, parsed=1427),
    NamedTable("clintox", ("clintox.csv",), targets=("FDA_APPROVED", "CT_TOX"), rows=1484, parsed=1480),
    NamedTable("muv", ("muv.csv",), targets=tuple(f"MUV-{assay}" for assay in _MUV), rows=93087, parsed=93087),
    NamedTable("hiv", ("HIV.csv",), targets=("HIV_active",), rows=41127, parsed=41120),
    # DeepChem's own copy heads the column of SMILES "mol".
    NamedTable("bace", ("bace.csv",), ("smiles", "mol"), targets=("Class",), identifier="CID", rows=1513, parsed=1513),
)
_REAL = {
    "rmse": (
        NamedTable("freesolv", ("SAMPL.csv",), targets=("expt",), identifier="iupac", rows=642, parsed=642),
        NamedTable(
            "lipo", ("Lipophilicity.csv",), targets=("exp",), identifier="CMPD_CHEMBLID", rows=4200, parsed=4200
        ),
        NamedTable("esol", ("delaney-processed.csv",), targets=(_ESOL,), rows=1128, parsed=1128),
    ),
    "mae": (
        NamedTable("qm7", ("qm7.csv",), targets=("u0_atom",), rows=6830, parsed=6830),
        NamedTable("qm8", ("qm8.csv",), targets=_QM8, rows=21786, parsed=21786),
        # The file has twelve properties in units of their own; a mean over these three has a meaning.
        NamedTable("qm9", ("qm9.csv",), targets=("homo", "lumo", "gap"), identifier="mol_id", rows=133885),
    ),
}
_PACKED = ("tox21", "toxcast", "sider", "clintox", "muv")  # DeepChem has these with gzip, the others without


def _published(table: NamedTable, kind: str, metric: str) -> NamedTable:
    file = table.files[0]
    url = f"{_HOME}/{file}{'.gz' if table.name in _PACKED else ''}"
    return dataclasses.replace(table, files=(f"raw/{file}",), kind=kind, metric=metric, url=url)


MOLECULENET = {
    **{table.name: _published(table, "binary", "roc_auc") for table in _BINARY},
    **{table.name: _published(table, "real", metric) for metric, tables in _REAL.items() for table in tables},
}
