from multigraft.studies.names import STUDY_NAMES
from multigraft.studies.reading import SHIPPED


def test_names_are_unique_and_have_files():
    assert len(set(STUDY_NAMES)) == len(STUDY_NAMES)
    assert all((SHIPPED / f"{name}.toml").is_file() for name in STUDY_NAMES)
