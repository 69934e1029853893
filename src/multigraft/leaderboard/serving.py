"""The site on this machine alone, built anew when results change."""

import re
import shutil
import threading
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

from multigraft.errors import InputError
from multigraft.leaderboard.site import Material, build

LOOPBACK = "127.0.0.1"
HOSTS = (LOOPBACK, "localhost", "[::1]")


class Fresh:
    """A site that is as new as what it is made from; when that cannot be read, it stays as it was.

    Each state of it has a directory of its own, so that a page is never looked for while another takes its place.

    Attributes:
        built: The newest; the one before it stays, for pages that are open.
        say: Is told what goes wrong.
    """

    def __init__(
        self, material: Callable[[], Material], stamp: Callable[[], Any], out: Path, say: Callable[[str], None]
    ) -> None:
        self._places, self.say = (out / str(number) for number in count()), say
        self._material, self._stamp, self._lock = material, stamp, threading.Lock()
        self._seen, self._said = stamp(), ""
        self.built = build(material(), next(self._places))
        self._before: Path | None = None

    @property
    def out(self) -> Path:
        """Where the newest is."""
        return self.built.out

    def refresh(self) -> bool:
        """Build it anew if something changed since; whether it was."""
        with self._lock:
            try:
                now = self._stamp()
                if now == self._seen:
                    return False
                built = build(self._material(), next(self._places))
            except Exception as error:  # whatever it is, the pages that are there can still be read
                if str(error) != self._said:
                    self.say(f"the pages stay as they were: {error}")
                self._said = str(error)
                return False
            self._seen, self._said = now, ""
            if self._before is not None:
                shutil.rmtree(self._before, ignore_errors=True)
            self._before, self.built = self.out, built
            self.say(f"built anew: {built.results} results")
            return True


def server(fresh: Fresh, port: int) -> ThreadingHTTPServer:
    """A server of the site that only this machine can reach; `serve_forever` starts it. Port 0: any free one.

    Raises:
        InputError: the port is taken.
    """
    try:
        return ThreadingHTTPServer((LOOPBACK, port), partial(_Handler, fresh=fresh))
    except (OSError, OverflowError) as error:
        raise InputError(f"cannot serve on port {port}: {error}; choose another with --port") from error


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, *args: Any, fresh: Fresh, **kwargs: Any) -> None:
        self.fresh = fresh
        super().__init__(*args, directory=str(fresh.out), **kwargs)

    def send_head(self) -> Any:
        """Pages are read after a look at whether they are still true; other sites' names are not ours."""
        host = re.sub(r":\d+$", "", self.headers.get("Host", "").lower())
        if host not in HOSTS:
            self.send_error(HTTPStatus.FORBIDDEN, "not this site's name")
            return None
        if "%00" in self.path:
            self.send_error(HTTPStatus.NOT_FOUND, "there is no such page")
            return None
        if self.path.partition("?")[0].endswith(("/", ".html")):
            self.fresh.refresh()
        self.directory = str(self.fresh.out)
        return super().send_head()

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Security-Policy", "default-src 'self'; style-src 'self'; img-src 'self' data:")
        super().end_headers()

    def list_directory(self, path: Any) -> None:
        """Folders are not shown."""
        self.send_error(HTTPStatus.NOT_FOUND, "there is no such page")

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is said of requests."""
