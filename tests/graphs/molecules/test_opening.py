"""Opening files: gzip or not, and a word about what is wrong."""

import gzip
from pathlib import Path

import pytest

from multigraft.errors import InputError
from multigraft.graphs.molecules.opening import bytes_of, faults, text_of

TEXT = "grün\r\nblau\n" * 100


@pytest.fixture(params=["a", "a.gz", "A.GZ"])
def path(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    raw = TEXT.encode()
    (tmp_path / request.param).write_bytes(gzip.compress(raw) if request.param != "a" else raw)
    return tmp_path / request.param


def test_text_and_bytes_are_what_was_packed(path: Path):
    with text_of(path) as file:
        assert file.read() == TEXT
    with bytes_of(path) as file:
        assert file.read() == TEXT.encode()
        file.seek(0)
        assert file.read(4) == TEXT.encode()[:4]


def test_a_byte_order_mark_is_no_text(tmp_path: Path):
    (tmp_path / "a").write_bytes(b"\xef\xbb\xbfx")
    with text_of(tmp_path / "a") as file:
        assert file.read() == "x"


@pytest.mark.parametrize("opened", [text_of, bytes_of])
@pytest.mark.parametrize("damage", ["cut", "flip", "text", "gone"])
def test_what_cannot_be_unpacked_is_named(tmp_path: Path, opened, damage: str):
    packed = bytearray(gzip.compress(TEXT.encode()))
    packed[len(packed) // 2] ^= 0xFF if damage == "flip" else 0
    path = tmp_path / "a.gz"
    if damage != "gone":
        path.write_bytes({"cut": packed[:-9], "flip": packed, "text": b"no gzip"}[damage])
    with pytest.raises(InputError, match=r"a\.gz (cannot be read|is not UTF-8)"), opened(path) as file:
        file.read()


def test_other_scripts_are_named(tmp_path: Path):
    (tmp_path / "a").write_bytes("grün".encode("latin-1"))
    with pytest.raises(InputError, match=r"a is not UTF-8 .*: save it as UTF-8"), text_of(tmp_path / "a") as file:
        file.read()


def test_faults_of_other_kinds_are_left_alone_unless_named():
    with pytest.raises(KeyError), faults(Path("a")):
        raise KeyError("b")
    with pytest.raises(InputError, match="a cannot be read"), faults(Path("a"), KeyError):
        raise KeyError("b")
    with pytest.raises(InputError, match="as it was said"), faults(Path("a")):
        raise InputError("as it was said")
