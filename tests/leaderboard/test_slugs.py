"""Names of pages are plain, short and one's own, whatever the names that they are for."""

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.leaderboard.slugs import LONGEST, slug, slugs
from tests.helpers.board import HOSTILE, TEXTS

PLAIN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("ENZYMES", "enzymes"), ("isame, first order", "isame-first-order"), ("Délta_m  2", "delta-m-2"),
        ("ecfp+descriptors", "ecfp-descriptors"), ("ﬁne ①", "fine-1"), ("../../etc/passwd", "etc-passwd"),
        ("<script>alert(1)</script>", "script-alert-1-script"), ("CON.html", "con-html"), ("-a-", "a"), ("", ""),
        ("🧪", ""), ("日本語", ""), ("\u202e\x00 ", ""), ("\ud800", ""), ("x" * 100, "x" * 60),
        ("x" * 59 + " y", "x" * 59),
    ],
)  # fmt: skip
def test_letters_and_digits_are_kept(name, page):
    assert slug(name) == page


@given(st.lists(TEXTS | st.text(st.characters(), max_size=8)))
def test_every_name_has_a_page_of_its_own(names):
    found = slugs(names)
    assert found.keys() == set(names)
    assert len(set(found.values())) == len(found)
    assert all(PLAIN.fullmatch(page) and len(page) <= LONGEST + 9 for page in found.values())


@given(st.lists(st.text("aA -é", max_size=4), unique=True, min_size=2))
def test_names_that_look_alike_have_pages_of_their_own(names):
    assert len(set(slugs(names).values())) == len(names)


def test_hostile_names_have_pages():
    found = slugs(HOSTILE)
    assert len(set(found.values())) == len(HOSTILE)
    assert found["<script>alert(1)</script>"] == "script-alert-1-script"
    assert found["🧪"] == "page-" + hashlib.sha256("🧪".encode()).hexdigest()[:8]


def test_the_first_of_two_that_look_alike_keeps_the_plain_name():
    assert slugs(["A B", "a b", "a-b"]) == {"A B": "a-b", "a b": "a-b-c8687a08", "a-b": "a-b-d44362d6"}
    assert slugs(["a b", "A B"])["a b"] == "a-b"


@given(st.lists(TEXTS))
def test_names_that_come_again_change_nothing(names):
    assert slugs([*names, *names]) == slugs(names)


@given(st.lists(TEXTS, unique=True), st.lists(TEXTS))
def test_later_names_take_nothing_from_earlier_ones(first, later):
    assert slugs([*first, *later]).items() >= slugs(first).items()


@pytest.mark.parametrize("plain", ["a", "page"])
def test_nobody_can_take_anothers_page_by_its_number(plain):
    """Who knows how the number is made can name a model so that its plain name is the other's."""
    other = "a" if plain == "a" else "🧪"
    digits = hashlib.sha256(other.encode()).hexdigest()[:8]
    found = slugs([other, "A", f"{plain.upper()}-{digits}"])
    assert len(set(found.values())) == 3


def test_names_of_a_megabyte_have_short_pages_at_once():
    found = slugs(["x" * 10**6, "x" * 10**6 + "y"])
    assert sorted(map(len, found.values())) == [60, 69]


@pytest.mark.parametrize("name", ["Index", "x page2", "con", "COM1"])
def test_names_of_the_sites_own_pages_and_of_systems_are_left_to_them(name):
    found = slugs([name, "x"])
    assert found[name] != name.lower().replace(" ", "-")
    assert re.fullmatch(r"[a-z0-9-]+-[0-9a-f]{8}", found[name])
    assert found["x"] == "x"
