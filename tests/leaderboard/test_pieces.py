"""Tables are divided so that pages stay small, and nothing is lost."""

from html import escape
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from multigraft.leaderboard.pieces import MARKUP, filled, heft, leaf, leaves


@given(st.lists(st.integers(1, 50)), st.integers(1, 60))
def test_everything_is_on_one_page_in_its_order(weights, most):
    pages = filled(weights, lambda weight: weight, most)
    assert [weight for page in pages for weight in page] == weights
    assert pages
    assert all(sum(page) <= most or len(page) == 1 for page in pages)


@given(st.lists(st.integers(1, 50), min_size=1), st.integers(1, 60))
def test_a_page_ends_only_where_the_next_row_has_no_room(weights, most):
    pages = filled(weights, lambda weight: weight, most)
    assert all(pages)
    assert all(sum(page) + after[0] > most for page, after in pairwise(pages))


def test_nothing_is_one_empty_page():
    assert filled([], heft) == [[]]


@given(st.lists(st.text()))
def test_a_row_weighs_what_it_has_on_a_page(words):
    wanted = MARKUP + sum(len(escape(word).encode(errors="replace")) for word in words)
    assert heft(words) == wanted
    assert heft(dict(enumerate(words))) == wanted


def test_leaves_link_to_the_other_pages():
    assert leaves(2, "datasets/x", 0) == [("1", "x.html", True), ("2", "x-page2.html", False)]


def test_the_first_page_has_the_name_itself():
    assert [leaf("models/x", place) for place in range(3)] == [
        "models/x.html",
        "models/x-page2.html",
        "models/x-page3.html",
    ]
