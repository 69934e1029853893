"""Names of pages: plain letters, digits and dashes, whatever the name that they are for."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable

LONGEST = 60
# Names that are the site's own, or that some systems keep for themselves.
_RESERVED = re.compile(r"index|con|prn|aux|nul|com\d|lpt\d|.*-page\d+")


def slugs(names: Iterable[str]) -> dict[str, str]:
    """A page's name for each of some names; one that an earlier name has taken, or that is reserved, gets a number."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in dict.fromkeys(names):
        plain, digits = slug(name), hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()
        if plain in taken or not plain or _RESERVED.fullmatch(plain):
            begun = plain or "page"
            numbered = (f"{begun}-{digits[at : at + 8]}" for at in range(57))
            plain = next((one for one in numbered if one not in taken), f"{begun}-{digits}")
        taken.add(plain)
        found[name] = plain
    return found


def slug(name: str) -> str:
    """The letters and digits of a name, in lower case, with dashes between; empty where there are none."""
    letters = unicodedata.normalize("NFKD", name[: 4 * LONGEST]).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:LONGEST].rstrip("-")
