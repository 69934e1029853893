"""The server of the site: only for this machine, only the site, as new as its results."""

import http.client
import json
import os
import socket
import threading
from http import HTTPStatus

import pytest

from multigraft.errors import InputError
from multigraft.leaderboard.material import material_of, stamp
from multigraft.leaderboard.serving import LOOPBACK, Fresh, server
from multigraft.leaderboard.site import Material
from multigraft.leaderboard.store import Store
from multigraft.studies.ledger import Ledger
from tests.helpers.site import a_number, serving

SECRET = "not for everybody"


class Source:
    """A ledger that is empty and a store of submissions, and how often they were read and what was said."""

    def __init__(self, folder):
        self.ledger, self.store = Ledger(folder / "ledger"), Store(folder / "submissions")
        self.out, self.read, self.said = folder / "site", 0, []

    def material(self):
        self.read += 1
        return material_of(self.ledger, self.store, [])

    def fresh(self):
        return Fresh(self.material, lambda: stamp(self.ledger, self.store), self.out, self.said.append)


@pytest.fixture
def source(tmp_path):
    return Source(tmp_path)


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """The numbers that papers print, beside a file that is none of the site's."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "secret.txt").write_text(SECRET)
    return Source(folder).fresh()


@pytest.fixture(scope="module")
def served(printed):
    with serving(printed) as found:
        yield found


def ask(served, path, method="GET", host=None):
    """The answer to a request, as it is written and no other way, and its body."""
    connection = http.client.HTTPConnection(LOOPBACK, served.server_port, timeout=30)
    try:
        connection.putrequest(method, path, skip_host=True)
        if host != "":
            connection.putheader("Host", host or f"localhost:{served.server_port}")
        connection.endheaders()
        answer = connection.getresponse()
        return answer, answer.read().decode()
    finally:
        connection.close()


# --- as new as its results -------------------------------------------------------------------------------------------


def test_a_site_is_built_at_once(source):
    fresh = source.fresh()
    assert (fresh.out / "index.html").is_file()
    assert fresh.built.results == fresh.built.published > 300


def test_nothing_is_built_while_nothing_changes(source):
    fresh = source.fresh()
    built = fresh.built
    assert [fresh.refresh(), fresh.refresh()] == [False, False]
    assert source.read == 1
    assert fresh.built is built


def test_a_submission_is_built_once(source):
    fresh = source.fresh()
    source.store.add([a_number("apple", 50.0)])
    assert [fresh.refresh(), fresh.refresh()] == [True, False]
    assert source.read == 2
    assert "apple" in (fresh.out / "datasets" / "orchard.html").read_text(encoding="utf-8")


def test_a_submission_that_is_taken_back_is_gone(source):
    (place,) = source.store.add([a_number("apple", 50.0)])
    fresh = source.fresh()
    place.unlink()
    assert fresh.refresh()
    assert not (fresh.out / "datasets" / "orchard.html").exists()


def test_a_submission_that_takes_the_place_of_another_is_seen_whatever_its_time(source):
    """Copies may keep the times of what they are copies of."""
    (old,) = source.store.add([a_number("apple", 50.0)])
    (last,) = source.store.add([a_number("quince", 60.0)])
    os.utime(last, ns=(10**18, 10**18))
    os.utime(old, ns=(10**17, 10**17))
    fresh = source.fresh()
    old.unlink()
    (new,) = source.store.add([a_number("pear", 40.0)])
    os.utime(new, ns=(10**17, 10**17))
    assert fresh.refresh()
    assert "pear" in (fresh.out / "datasets" / "orchard.html").read_text(encoding="utf-8")


def test_what_cannot_be_read_leaves_the_pages_as_they_were_and_is_said_once(source):
    (place,) = source.store.add([a_number("apple", 50.0)])
    fresh = source.fresh()
    before = {path: path.read_bytes() for path in fresh.out.rglob("*") if path.is_file()}
    place.write_text("{broken")
    assert [fresh.refresh(), fresh.refresh()] == [False, False]
    (said,) = source.said
    assert said.startswith("the pages stay as they were: ")
    assert str(place) in said
    assert {path: path.read_bytes() for path in fresh.out.rglob("*") if path.is_file()} == before


def test_what_can_be_read_again_is_built_again(source):
    (place,) = source.store.add([a_number("apple", 50.0)])
    fresh = source.fresh()
    whole = place.read_text()
    place.write_text("{broken")
    fresh.refresh()
    place.write_text(json.dumps(json.loads(whole)))
    assert fresh.refresh()
    assert [said.partition(":")[0] for said in source.said] == ["the pages stay as they were", "built anew"]


def test_a_failure_that_passes_is_tried_again_and_said_once(source, monkeypatch):
    from multigraft.leaderboard import serving

    fresh, real = source.fresh(), serving.build
    source.store.add([a_number("apple", 50.0)])

    def full(material, out):
        raise InputError("cannot write") from OSError("disk full")

    monkeypatch.setattr(serving, "build", full)
    assert [fresh.refresh(), fresh.refresh()] == [False, False]
    monkeypatch.setattr(serving, "build", real)
    assert fresh.refresh()
    assert source.said == ["the pages stay as they were: cannot write", "built anew: 351 results"]


def test_the_page_before_stays_until_the_next_but_one(source):
    fresh = source.fresh()
    first = fresh.out
    source.store.add([a_number("apple", 50.0)])
    fresh.refresh()
    assert first.is_dir()
    source.store.add([a_number("pear", 50.0)])
    fresh.refresh()
    assert not first.exists()


@pytest.mark.parametrize("broken", ["stamp", "material"])
def test_a_file_that_vanishes_while_it_is_read_is_no_end(tmp_path, broken):
    """Others write submissions and ledgers meanwhile."""
    parts = {"stamp": lambda: 0, "material": lambda: Material([a_number("apple", 50.0)])}
    said = []
    fresh = Fresh(lambda: parts["material"](), lambda: parts["stamp"](), tmp_path / "site", said.append)

    def vanished():
        raise FileNotFoundError(2, "No such file", "gone.json")

    parts["stamp"] = lambda: 1
    parts[broken] = vanished
    assert fresh.refresh() is False
    assert "gone.json" in said[0]
    assert (fresh.out / "index.html").is_file()


def test_two_readers_at_once_build_once(source):
    fresh = source.fresh()
    source.store.add([a_number("apple", 50.0)])
    start, found = threading.Barrier(4), []

    def read():
        start.wait()
        found.append(fresh.refresh())

    readers = [threading.Thread(target=read) for _ in range(4)]
    for one in readers:
        one.start()
    for one in readers:
        one.join()
    assert sorted(found) == [False, False, False, True]
    assert source.read == 2


def test_a_reader_waits_while_pages_are_built(tmp_path):
    """Else it would find none where the old ones were taken away and the new ones are not there yet."""
    changes, waited, others = iter(range(100)), [], []

    def material():
        if not others and (tmp_path / "site").exists():
            others.append(threading.Thread(target=fresh.refresh))
            others[0].start()
            others[0].join(0.3)
            waited.append(others[0].is_alive())
        return Material([a_number("apple", 50.0)])

    fresh = Fresh(material, lambda: next(changes) // 2, tmp_path / "site", lambda said: None)
    while not others:
        fresh.refresh()
    others[0].join()
    assert waited == [True]


def test_what_cannot_be_read_from_the_start_is_no_site(source):
    (place,) = source.store.add([a_number("apple", 50.0)])
    place.write_text("{broken")
    with pytest.raises(InputError, match="is not a submitted result"):
        source.fresh()
    assert not source.out.exists()


# --- the server ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "kind", "text"),
    [
        ("/", "text/html", "<h1>Graph encoders, and what their embeddings are worth</h1>"),
        ("/index.html", "text/html", "<h1>Graph encoders, and what their embeddings are worth</h1>"),
        ("/compare.html?a=gin&b=isame", "text/html", "<h1>Compare two models</h1>"),
        ("/papers/", "text/html", "<h1>Papers</h1>"),
        ("/datasets/tox21.html", "text/html", "<bdi>Tox21</bdi></h1>"),
        ("/assets/board.css", "text/css", "color-scheme"),
        ("/assets/board.js", "text/javascript", '"use strict"'),
        ("/data/gin.js", "text/javascript", 'board.model("gin"'),
        ("/search/g.js", "text/javascript", 'board.shard("g"'),
    ],
)
def test_pages_and_what_they_need_are_served(served, path, kind, text):
    answer, body = ask(served, path)
    assert (answer.status, answer.headers.get_content_type()) == (HTTPStatus.OK, kind)
    assert text in body


def test_only_this_machine_can_reach_it(served):
    assert served.server_address[0] == LOOPBACK == "127.0.0.1"
    with socket.create_connection((LOOPBACK, served.server_port), timeout=30):
        pass
    with pytest.raises(OSError, match=r"refused|timed out|not available|unreachable"):
        socket.create_connection(("127.0.0.2", served.server_port), timeout=5)


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1", "localhost:{port}", "127.0.0.1:{port}", "localhost:1", "LocalHost", "[::1]:{port}"],
)
def test_names_of_this_machine_are_answered(served, host):
    answer, _ = ask(served, "/", host=host.format(port=served.server_port))
    assert answer.status == HTTPStatus.OK


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:{port}", "localhost.evil.example:{port}", "evil.example@localhost:{port}",
     "127.0.0.2", "0.0.0.0:{port}", "", " ", ":{port}", "localhost:80:{port}"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/", "/assets/board.js"])
def test_other_names_are_refused(served, host, path):
    answer, body = ask(served, path, host=host.format(port=served.server_port))
    assert answer.status == HTTPStatus.FORBIDDEN
    assert "not this site's name" in body
    assert "Graph encoders" not in body


@pytest.mark.parametrize("path", ["/assets/", "/datasets/", "/runs/", "/data/", "/search/", "/code/", "/assets"])
def test_folders_are_not_shown(served, path):
    answer, body = ask(served, path)
    if answer.status == HTTPStatus.MOVED_PERMANENTLY:
        assert answer.headers["Location"] == f"{path}/"
        answer, body = ask(served, f"{path}/")
    assert answer.status == HTTPStatus.NOT_FOUND
    assert not {"board.js", "tox21.html", "gin.js", "Directory listing"} & set(body.replace('"', " ").split())


@pytest.mark.parametrize(
    "path",
    ["/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "//../secret.txt",
     "/assets/..%2f..%2fsecret.txt", "/./../secret.txt", "/..\\secret.txt", "/index.html/../../secret.txt",
     "/../../../../../../../../etc/passwd", "/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd"],
)  # fmt: skip
def test_paths_cannot_leave_the_site(served, path):
    answer, body = ask(served, path)
    assert answer.status == HTTPStatus.NOT_FOUND
    assert SECRET not in body
    assert "root:" not in body


def test_a_path_that_stays_inside_is_answered(served):
    assert ask(served, "/assets/../datasets/./tox21.html")[0].status == HTTPStatus.OK


NO_PATHS = ("/%00.html", "/../secret.txt%00", f"/{'a' * 5000}.html", "/%ff.html", "/datasets/tox21.html/")


@pytest.mark.parametrize(
    "path", ["/no.html", "/datasets/no.html", "/favicon.ico", *NO_PATHS], ids=lambda path: path[:20]
)
def test_what_is_not_there_is_not_found(served, path):
    assert ask(served, path)[0].status == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(("path", "host"), [("/", None), ("/assets/board.js", None), ("/no.html", None), ("/", "evil")])
def test_every_answer_bears_the_headers(served, path, host):
    answer, _ = ask(served, path, host=host)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert not any("unsafe" in allowed for allowed in policy.values())


def test_headers_can_be_asked_for_alone(served):
    whole, body = ask(served, "/index.html")
    answer, nothing = ask(served, "/index.html", "HEAD")
    assert (answer.status, nothing) == (HTTPStatus.OK, "")
    assert answer.headers["Content-Length"] == whole.headers["Content-Length"] == str(len(body.encode()))
    assert ask(served, "/index.html", "HEAD", "evil.example")[0].status == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_can_be_done_but_reading(served, method):
    assert ask(served, "/index.html", method)[0].status == HTTPStatus.NOT_IMPLEMENTED


def test_a_submission_is_on_the_page_that_is_asked_for_next(source):
    with serving(source.fresh()) as found:
        assert ask(found, "/datasets/orchard.html")[0].status == HTTPStatus.NOT_FOUND
        source.store.add([a_number("apple", 50.0)])
        answer, body = ask(found, "/datasets/orchard.html")
        assert (answer.status, source.read) == (HTTPStatus.OK, 2)
        assert "apple" in body


@pytest.mark.parametrize("path", ["/", "/index.html?a=b"])
def test_pages_are_looked_after_and_what_lies_beside_them_is_not(source, path):
    with serving(source.fresh()) as found:
        source.store.add([a_number("apple", 50.0)])
        ask(found, "/assets/board.js")
        assert source.read == 1
        ask(found, path)
        assert source.read == 2


def test_strangers_make_nothing_be_built(source):
    with serving(source.fresh()) as found:
        source.store.add([a_number("apple", 50.0)])
        ask(found, "/", host="evil.example")
        assert source.read == 1


def test_pages_are_served_while_results_cannot_be_read(source):
    (place,) = source.store.add([a_number("apple", 50.0)])
    with serving(source.fresh()) as found:
        place.write_text("{broken")
        answer, body = ask(found, "/datasets/orchard.html")
    assert answer.status == HTTPStatus.OK
    assert "apple" in body
    assert len(source.said) == 1


def test_a_port_that_is_taken_is_named(served, printed):
    port = served.server_port
    with pytest.raises(InputError, match=f"cannot serve on port {port}: .*choose another with --port"):
        server(printed, port)


def test_a_port_that_cannot_be_is_named(printed):
    with pytest.raises(InputError, match=r"cannot serve on port 70000: .*choose another with --port"):
        server(printed, 70_000)


def test_a_server_that_ended_gives_its_port_back(printed):
    with serving(printed) as found:
        port = found.server_port
        assert ask(found, "/")[0].status == HTTPStatus.OK
    with server(printed, port) as again:
        assert again.server_port == port
