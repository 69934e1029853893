"""The names of the catalog, and where raw data lies; imports nothing heavy, so that listing names is instant."""

import difflib
import os
from pathlib import Path

from multigraft.errors import InputError

DATA_VARIABLE = "MULTIGRAFT_DATA"
CACHE_VARIABLE = "MULTIGRAFT_CACHE"
PUBLIC_HOME = "https://www.chrsmrrs.com/graphkerneldatasets"

EMBEDDED = ("chembl2321810", "nci5k")
# The kinds of splits, with the shares of training, validation and test part.
SPLIT_FRACTIONS = {
    "stratified": (0.7, 0.1, 0.2),
    "random": (0.7, 0.1, 0.2),
    "scaffold": (0.8, 0.1, 0.1),
    "scaffold-balanced": (0.8, 0.1, 0.1),
    "random-scaffold": (0.8, 0.1, 0.1),
    "species": (0.85, 0.15, 0.0),  # of the species that are not tested
    "corpus": (0.98, 0.01, 0.01),
}
SPLIT_NAMES = tuple(SPLIT_FRACTIONS)

FEATURIZATIONS = ("hu", "ogb")  # those that a user can choose for molecules
ROW_FILES = (".csv", ".tsv", ".smi", ".txt", ".parquet", ".sdf")  # files with molecules; .gz may follow

# A name that stands for another: SAME's PROTEINS has 29 attributes, which the collection calls PROTEINS_full.
ALIASES = {"PROTEINS": "PROTEINS_full"}


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


MOLECULES = _words(
    """
    AIDS alchemy_full aspirin benzene BZR BZR_MD COX2 COX2_MD DHFR DHFR_MD ER_MD ethanol FRANKENSTEIN malonaldehyde
    MCF-7 MCF-7H MOLT-4 MOLT-4H Mutagenicity MUTAG naphthalene NCI1 NCI109 NCI-H23 NCI-H23H OVCAR-8 OVCAR-8H P388 P388H
    PC-3 PC-3H PTC_FM PTC_FR PTC_MM PTC_MR QM9 salicylic_acid SF-295 SF-295H SN12C SN12CH SW-620 SW-620H toluene
    UACC257 UACC257H uracil Yeast YeastH ZINC_full ZINC_test ZINC_train ZINC_val
    """
)
_TOX21_ASSAYS = _words("AhR AR AR-LBD ARE aromatase ATAD5 ER ER-LBD HSE MMP p53 PPAR-gamma")
TOX21 = tuple(f"Tox21_{assay}_{part}" for assay in _TOX21_ASSAYS for part in ("training", "testing", "evaluation"))
BIOINFORMATICS = ("DD", "ENZYMES", "KKI", "OHSU", "Peking_1", "PROTEINS", "PROTEINS_full")
VISION = _words(
    "COIL-DEL COIL-RAG Cuneiform Fingerprint FIRSTMM_DB Letter-high Letter-low Letter-med MSRC_9 MSRC_21 MSRC_21C"
)
SOCIAL = _words(
    """
    COLLAB dblp_ct1 dblp_ct2 DBLP_v1 deezer_ego_nets facebook_ct1 facebook_ct2 github_stargazers highschool_ct1
    highschool_ct2 IMDB-BINARY IMDB-MULTI infectious_ct1 infectious_ct2 mit_ct1 mit_ct2 REDDIT-BINARY REDDIT-MULTI-5K
    REDDIT-MULTI-12K reddit_threads tumblr_ct1 tumblr_ct2 twitch_egos TWITTER-Real-Graph-Partial
    """
)
SYNTHETIC = ("COLORS-3", "SYNTHETIC", "SYNTHETICnew", "Synthie", "TRIANGLES")
TUDATASETS = MOLECULES + TOX21 + BIOINFORMATICS + VISION + SOCIAL + SYNTHETIC

MOLECULENET = _words("bbbp tox21 toxcast sider clintox muv hiv bace freesolv lipo esol qm7 qm8 qm9")
# Sets that come as tables, and the folder of each below the directory of raw data: its files are in raw/ or processed/.
TABLES = {
    **{name: f"moleculenet/{name}" for name in MOLECULENET},
    "chembl-multitask": "chembl_multitask",
    "chembl456k": "chembl_filtered",
    "fsmol": "fsmol",
    "fsmol-validation": "fsmol",
    "fsmol-test": "fsmol",
    "zinc250k": "zinc",
    "zinc2m": "zinc_standard_agent",
}
# Networks of proteins, and the folder of each below the directory of raw data: its files are in raw/.
PROTEINS = {"proteins-original": "proteins", "proteins-original-pretrain": "proteins", "yeast": "bio_yeast"}
# Those of both that cannot be downloaded: their files are put below the directory of raw data by hand.
BY_HAND = ("chembl456k", "fsmol", "fsmol-validation", "fsmol-test", "zinc2m", *PROTEINS)
SHIPPED_NAMES = frozenset({*EMBEDDED, *TABLES, *PROTEINS, *TUDATASETS})  # known wherever raw data lies


def data_root() -> Path | None:
    """The directory that ``MULTIGRAFT_DATA`` names, or None where the variable is not set.

    Raises:
        InputError: the variable names something that is not a directory.
    """
    value = os.environ.get(DATA_VARIABLE)
    if not value:
        return None
    root = Path(value).expanduser()
    if not root.is_dir():
        raise InputError(f"{DATA_VARIABLE} is {value!r}, which is not a directory: correct it or unset it")
    return root


def cache_dir() -> Path:
    """Where downloads and packed copies go: ``MULTIGRAFT_CACHE``, or the user's cache directory. Not made here."""
    value = os.environ.get(CACHE_VARIABLE)
    if value:
        return Path(value).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("multigraft", appauthor=False))


def local_folders() -> dict[str, Path]:
    """The data sets that lie under ``MULTIGRAFT_DATA`` or were downloaded: name to folder.

    A folder in TU layout counts when it or its ``raw`` holds a file ``*_A.txt``, that of a table when its ``raw`` or
    ``processed`` holds any; ``MULTIGRAFT_DATA`` goes before the cache.
    """
    found: dict[str, Path] = {}
    for root in filter(None, (data_root(), cache_dir())):
        tables = {name: root / place for name, place in {**TABLES, **PROTEINS}.items()}
        here = {name: folder for name, folder in tables.items() if _holds_files(folder)}
        home = root / "tudataset"
        for folder in sorted(home.iterdir()) if home.is_dir() else ():
            if folder.name not in {**TABLES, **PROTEINS} and holds_tudataset(folder):
                here[folder.name] = folder
        found = here | found
    return found


def _holds_files(folder: Path) -> bool:
    places = (folder / "raw", folder / "processed")
    return any(path.is_file() for place in places if place.is_dir() for path in place.iterdir())


def holds_rows(path: Path) -> bool:
    """Whether this is a file whose name says that it holds molecules."""
    return is_row_name(path) and path.is_file()


def is_row_name(path: Path) -> bool:
    """Whether the name is that of a file of molecules."""
    return path.name.lower().removesuffix(".gz").endswith(ROW_FILES)


def holds_tudataset(folder: Path) -> bool:
    """Whether the folder, or its ``raw``, has an edge file ``*_A.txt``."""
    return any(next(place.glob("*_A.txt"), None) for place in (folder, folder / "raw") if place.is_dir())


def is_known(name: str) -> bool:
    """Whether `catalog.load` takes this name; looks at the disk only for what has no name of its own."""
    return name in SHIPPED_NAMES or name in local_folders()


def check_source(source: str) -> None:
    """Refuse what is neither a name nor a path; a path may lead nowhere, and whoever reads it says so.

    Raises:
        InputError: as said.
    """
    path = Path(source).expanduser()
    written_as_path = "/" in source or "\\" in source
    if not (written_as_path or is_row_name(path) or path.is_dir() or is_known(source)):
        raise unknown(source)


def unknown(name: str) -> InputError:
    """What to say of a name that no data has."""
    guesses = ", ".join(nearest(name))
    meant = f"did you mean {guesses}?" if guesses else "`multigraft data list` shows the names."
    return InputError(
        f"unknown data set {name!r}: {meant} A folder in TU layout is given by its path, a file of molecules by its "
        f"name, which ends in {', '.join(ROW_FILES)}"
    )


def known_names() -> list[str]:
    """All names that `catalog.load` takes: embedded, on this machine, and downloadable; sorted without case."""
    return sorted({*SHIPPED_NAMES, *local_folders()}, key=lambda name: (name.lower(), name))


def nearest(name: str, count: int = 3) -> list[str]:
    """The known names that are most like ``name``, best first; upper and lower case count as the same."""
    by_lower: dict[str, list[str]] = {}
    for known in known_names():
        by_lower.setdefault(known.lower(), []).append(known)
    matches = difflib.get_close_matches(name.lower(), by_lower, n=count, cutoff=0.4)
    return [known for match in matches for known in by_lower[match]][:count]
