"""The bar counts to its total on standard error, and is silent where it is not wanted."""

import pytest

from multigraft.progress import counting


@pytest.fixture
def terminal(monkeypatch):
    """Make Rich draw as if standard error were a terminal."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")


def test_the_bar_shows_what_is_done(terminal, capsys):
    with counting("embedding", 30, "graphs", shown=True) as advance:
        for _ in range(3):
            advance(10)
    out, err = capsys.readouterr()
    assert out == ""
    assert "embedding" in err
    assert "30/30" in err


def test_the_bar_shows_the_rate(terminal, capsys, monkeypatch):
    with counting("embedding", 400, "graphs", shown=True) as advance:
        for _ in range(4):
            advance(100)
    assert "graphs/s" in capsys.readouterr().err


def test_a_bar_that_is_not_wanted_is_silent(terminal, capsys):
    with counting("embedding", 30, "graphs", shown=False) as advance:
        advance(30)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("shown", [True, False])
def test_failures_pass_through(shown, capsys):
    def failing():
        with counting("embedding", 30, "graphs", shown=shown) as advance:
            advance(1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()


def test_nothing_to_do_is_no_failure(capsys):
    with counting("embedding", 0, "graphs", shown=True):
        pass
    assert capsys.readouterr().out == ""
