"""Where RDKit's wheel has the files of the embedded data sets; imports nothing heavy."""

from pathlib import Path

from multigraft.errors import InputError, MissingExtraError

FILES = {
    "nci5k": ("NCI/first_5K.smi", "NCI/first_5k.tpsa.csv"),
    "chembl2321810": ("FreeWilson/data/CHEMBL2321810.smi", "FreeWilson/data/CHEMBL2321810_act.csv"),
}


def embedded_files(name: str) -> tuple[Path, Path]:
    """The molecules and the values of ``nci5k`` or ``chembl2321810`` in the installed RDKit.

    Raises:
        MissingExtraError: RDKit is not installed.
        InputError: this RDKit comes without its example data.
    """
    try:
        from rdkit import RDConfig
    except ImportError as error:
        raise MissingExtraError(f"the data set {name!r}", "molecules") from error
    home = Path(RDConfig.RDDataDir if name == "nci5k" else RDConfig.RDContribDir)
    molecules, values = (home / file for file in FILES[name])
    for path in (molecules, values):
        if not path.is_file():
            raise InputError(f"{path} is missing: this RDKit has no example data, the wheel on PyPI has")
    return molecules, values
