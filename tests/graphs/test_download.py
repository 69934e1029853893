"""Downloads, from a server in this process."""

import functools
import gzip
import http.server
import io
import shutil
import stat
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from multigraft.errors import InputError
from multigraft.graphs.download import download, download_file
from multigraft.graphs.tudataset import read_tudataset
from tests.helpers.graphs import random_graphs
from tests.helpers.tu import write_tudataset


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


class _CutsShort(_Quiet):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "5000")
        self.end_headers()
        self.wfile.write(b"PK only the beginning")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MULTIGRAFT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("MULTIGRAFT_DATA", raising=False)
    return tmp_path / "cache"


def serving(handler: Callable[..., http.server.BaseHTTPRequestHandler]) -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def served(tmp_path: Path) -> Path:
    (tmp_path / "served").mkdir()
    return tmp_path / "served"


@pytest.fixture
def home(served: Path) -> Iterator[str]:
    yield from serving(functools.partial(_Quiet, directory=str(served)))


def make_zip(served: Path, tmp_path: Path, name: str = "MADE") -> None:
    """A zip as the collection has them: a folder with the files."""
    write_tudataset(tmp_path / "zipped" / name, name, random_graphs(5, seed=7))
    shutil.make_archive(str(served / name), "zip", tmp_path / "zipped", name)


def nothing_left(cache: Path) -> bool:
    return not (cache / "tudataset").exists() or not any((cache / "tudataset").iterdir())


def test_a_data_set_is_fetched_unpacked_and_reads_the_same(
    home: str, served: Path, cache: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    make_zip(served, tmp_path)
    folder = download("MADE", home=home)
    assert folder == cache / "tudataset" / "MADE"
    assert sorted(path.name for path in (cache / "tudataset").iterdir()) == ["MADE"]
    again, first = read_tudataset(folder), read_tudataset(tmp_path / "zipped" / "MADE")
    assert again.origin == first.origin
    assert capfd.readouterr().out == ""


def test_the_progress_bar_goes_to_standard_error(
    home: str,
    served: Path,
    cache: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("FORCE_COLOR", "1")
    make_zip(served, tmp_path)
    download("MADE", home=home)
    captured = capfd.readouterr()
    assert captured.out == ""
    assert "Downloading MADE" in captured.err


def test_a_copy_that_is_there_already_stays(home: str, served: Path, cache: Path, tmp_path: Path):
    make_zip(served, tmp_path)
    mine = write_tudataset(cache / "tudataset" / "MADE" / "raw", "MADE", random_graphs(2))
    before = (mine / "MADE_A.txt").read_bytes()
    download("MADE", home=home, progress=False)
    assert (mine / "MADE_A.txt").read_bytes() == before
    shutil.rmtree(mine)
    (cache / "tudataset" / "MADE" / "leftover").write_text("")
    download("MADE", home=home, progress=False)
    assert len(read_tudataset(cache / "tudataset" / "MADE")) == 5


@pytest.mark.parametrize("address", ["http://127.0.0.1:9", "{home}"])
def test_without_network_or_file_the_error_says_what_to_do(home: str, cache: Path, address: str):
    with pytest.raises(InputError) as error:
        download("MADE", home=address.format(home=home), progress=False)
    message = str(error.value)
    for part in (
        "MADE could not be downloaded",
        "/MADE.zip",
        str(cache / "tudataset" / "MADE" / "raw"),
        "MULTIGRAFT_DATA",
    ):
        assert part in message
    assert nothing_left(cache)


def test_a_connection_that_ends_early_leaves_nothing(cache: Path):
    for home in serving(_CutsShort):
        with pytest.raises(InputError, match="ended after 21 of 5000 bytes"):
            download("MADE", home=home, progress=False)
    assert nothing_left(cache)


def zip_of(*members: tuple[zipfile.ZipInfo | str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members:
            archive.writestr(member, content)
    return buffer.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name)
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    return member


@pytest.mark.parametrize(
    "member", ["../outside.txt", "MADE/../../outside.txt", "/outside.txt", "C:\\outside.txt", "..\\outside.txt"]
)
def test_members_that_point_outside_are_refused(home: str, served: Path, cache: Path, tmp_path: Path, member: str):
    (served / "MADE.zip").write_bytes(zip_of(("MADE/MADE_A.txt", b"1, 1\n"), (member, b"bad")))
    with pytest.raises(InputError, match="unsafe member"):
        download("MADE", home=home, progress=False)
    assert nothing_left(cache)
    assert not list(tmp_path.rglob("outside.txt"))


def test_links_are_refused(home: str, served: Path, cache: Path):
    (served / "MADE.zip").write_bytes(zip_of((link("MADE/MADE_A.txt"), b"/etc/hostname")))
    with pytest.raises(InputError, match=r"unsafe member 'MADE/MADE_A\.txt'"):
        download("MADE", home=home, progress=False)
    assert nothing_left(cache)


def test_archives_that_unpack_to_too_much_are_refused(home: str, served: Path, cache: Path):
    (served / "MADE.zip").write_bytes(zip_of(("MADE/MADE_A.txt", b"0" * 100_000), ("MADE/MADE_x.txt", b"0" * 100_000)))
    with pytest.raises(InputError, match="unpacks to more"):
        download("MADE", home=home, largest=150_000, progress=False)
    with pytest.raises(InputError, match="larger than 50 bytes"):
        download("MADE", home=home, largest=50, progress=False)
    assert nothing_left(cache)


def damaged_zip() -> bytes:
    content = bytearray(zip_of(("MADE/MADE_A.txt", bytes(range(256)) * 40)))
    content[60:90] = b"\xff" * 30
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<html>not found</html>", "not a whole zip archive"),
        (damaged_zip(), "not a whole zip archive"),
        (zip_of(("MADE/a.txt", b"1"), ("MADE/b/a.txt", b"2")), "not a whole zip archive of one data set"),
        (zip_of(("MADE/README.txt", b"nothing")), "not a data set in TU layout"),
    ],
)
def test_what_is_no_data_set_is_refused(home: str, served: Path, cache: Path, content: bytes, message: str):
    (served / "MADE.zip").write_bytes(content)
    with pytest.raises(InputError, match=message):
        download("MADE", home=home, progress=False)
    assert nothing_left(cache)


# --- one file --------------------------------------------------------------------------------------------------------


def fine(_path: Path) -> None:
    pass


@pytest.mark.parametrize("name", ["table.csv", "table.csv.gz"])
def test_a_file_is_fetched_as_it_is(home: str, served: Path, cache: Path, name: str):
    content = b"smiles,label\nCCO,1\n"
    (served / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    target, checked = cache / "moleculenet" / "made" / "raw" / name, []
    download_file("made", f"{home}/{name}", target, check=lambda path: checked.append(path.read_bytes()))
    assert target.read_bytes() == (served / name).read_bytes() == checked[0]
    assert [path.name for path in target.parent.iterdir()] == [name]


def test_a_file_that_is_not_what_it_should_be_leaves_nothing(home: str, served: Path, cache: Path):
    def wrong(path: Path) -> None:
        raise InputError(f"{path.name} is something else")

    (served / "table.csv").write_text("<html>")
    with pytest.raises(InputError, match=r"table\.csv is something else"):
        download_file("made", f"{home}/table.csv", cache / "raw" / "table.csv", check=wrong, progress=False)
    assert list((cache / "raw").iterdir()) == []


@pytest.mark.parametrize("content", [b"no gzip at all", gzip.compress(b"smiles\n" * 999)[:-9]], ids=["none", "cut"])
def test_a_damaged_gzip_file_leaves_nothing(home: str, served: Path, cache: Path, content: bytes):
    (served / "table.csv.gz").write_bytes(content)
    with pytest.raises(InputError, match="is not a whole gzip file"):
        download_file("made", f"{home}/table.csv.gz", cache / "raw" / "table.csv.gz", check=fine, progress=False)
    assert list((cache / "raw").iterdir()) == []


def test_files_that_are_too_large_leave_nothing(home: str, served: Path, cache: Path):
    (served / "table.csv.gz").write_bytes(gzip.compress(b"0" * 5_000_000))
    for most, message in ((4_000_000, "unpacks to more"), (1000, "larger than 1000 bytes")):
        with pytest.raises(InputError, match=message):
            download_file("made", f"{home}/table.csv.gz", cache / "raw" / "table.csv.gz", check=fine, largest=most)
    assert list((cache / "raw").iterdir()) == []


def test_a_file_that_cannot_be_had_says_where_to_put_it(home: str, cache: Path):
    target = cache / "moleculenet" / "made" / "raw" / "table.csv"
    with pytest.raises(InputError) as error:
        download_file("made", f"{home}/table.csv", target, check=fine, progress=False)
    message = str(error.value)
    for part in ("made could not be downloaded", "/table.csv", str(target.parent), "or into moleculenet/made/raw of"):
        assert part in message
    assert list(target.parent.iterdir()) == []
