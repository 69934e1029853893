"""Large sets of molecules by name: what encoders are pre-trained on.

``zinc2m`` and ``chembl456k`` are the corpora of the pre-training paper, and cannot be downloaded one by one. Their
folders are read in the layout of its release, ``dataset/`` being the directory of raw data:

``zinc_standard_agent/processed/smiles.csv``: a SMILES a line, without a heading. Or, in ``raw/``, one CSV file with the
columns ``smiles`` and ``zinc_id``.

``chembl_filtered/processed/smiles.csv``: the same; the molecules without what was measured. The release holds the
measurements in pickles, which are never opened here, as reading a pickle executes whatever it says. Whoever has them
writes one table, CSV or Parquet, to ``chembl_filtered/raw/``: a column ``smiles`` and a column an assay, 1 for active,
0 for inactive, empty where nothing was measured (the release says 1, -1 and 0). It goes before ``smiles.csv``.
"""

from multigraft.graphs.fsmol import FOLDS
from multigraft.graphs.named_tables import NamedTable

_RELEASE = "it is part of the release at http://snap.stanford.edu/gnn-pretrain"
_FSMOL = (
    "FS-Mol, https://github.com/microsoft/FS-Mol, has a file an assay: write them to one table with the columns fold, "
    "assay_id, smiles, label"
)

CORPORA = {
    table.name: table
    for table in (
        NamedTable(
            "zinc250k",
            ("raw/zinc250k_smiles.csv", "raw/250k_rndm_zinc_drugs_clean_3.csv"),
            rows=249455,
            parsed=249455,
            url="https://raw.githubusercontent.com/aspuru-guzik-group/chemical_vae/master/models/zinc_properties/"
            "250k_rndm_zinc_drugs_clean_3.csv",
        ),
        NamedTable("zinc2m", ("processed/smiles.csv", "raw/*.csv"), rows=2000000, source=_RELEASE),
        NamedTable(
            "chembl456k",
            ("raw/*.csv", "raw/*.parquet", "processed/smiles.csv"),
            others=True,
            kind="binary",
            metric="roc_auc",
            source=_RELEASE,
        ),
        NamedTable(
            "chembl-multitask",
            ("raw/chembl_5thresh.csv",),
            others=True,
            kind="real",
            metric="rmse",
            rows=23871,
            parsed=23871,
            url="https://deepchemdata.s3-us-west-1.amazonaws.com/datasets/chembl_5thresh.csv.gz",
        ),
        *(
            NamedTable(name, ("raw/fsmol_tasks_long.csv",), kind="binary", metric="roc_auc", source=_FSMOL)
            for name in FOLDS
        ),
    )
}
