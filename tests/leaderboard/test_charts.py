"""Charts of boards: well-formed SVG that says what it shows, whatever the names and numbers."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.leaderboard.boards import boards
from multigraft.leaderboard.charts import MOST, day_of, dots, over_time, ticks
from multigraft.leaderboard.results import Result

HOSTILE = '"><script>alert(1)</script>&\u202e'


def a_result(**changes):
    usual = {"task": "gc", "dataset": "ENZYMES", "protocol": "strict", "split": "stratified", "metric": "accuracy",
             "model": "esame", "value": 50.0, "source": "measured"}  # fmt: skip
    return Result(**usual | changes)


def drawn(results, chart=dots):
    (board,) = boards(results)
    return ElementTree.fromstring(chart(board, "c1"))


def texts(svg):
    return [element.text for element in svg.iter("text")]


def test_every_result_is_a_dot_with_its_interval_and_name():
    many = {"std": 2.0, "seeds": (0, 1, 2)}
    svg = drawn([a_result(**many), a_result(model="isame", value=60.0, trained="gc,lp", **many), a_result(model="x")])
    assert len(list(svg.iter("circle"))) == 3
    assert len([line for line in svg.iter("line") if line.get("class") == "reach"]) == 2
    assert {"isame, gc,lp", "esame", "x"} <= set(texts(svg))


def test_better_results_stand_further_right_and_higher_up():
    svg = drawn([a_result(value=40.0), a_result(model="b", value=60.0), a_result(model="c", value=50.0)])
    places = [(float(dot.get("cx")), float(dot.get("cy"))) for dot in svg.iter("circle")]
    assert [x for x, _ in places] == sorted((x for x, _ in places), reverse=True)
    assert [y for _, y in places] == sorted(y for _, y in places)


def test_of_errors_the_least_is_first():
    svg = drawn([a_result(metric="rmse", model=name, value=value) for name, value in (("a", 2.0), ("b", 1.0))])
    names = [text for text in texts(svg) if text in ("a", "b")]
    assert names == ["b", "a"]


def test_published_numbers_are_hollow_diamonds():
    svg = drawn([a_result(), a_result(model="theirs", source="published")])
    assert len(list(svg.iter("circle"))) == 1
    assert [path.get("class") for path in svg.iter("path")] == ["hollow"]


def test_baselines_are_lines_with_their_names_one_a_name():
    bases = [
        a_result(model="untrained", baseline=True, value=value, probe=probe)
        for value, probe in ((45.0, "svm"), (44.0, "head"))
    ]
    svg = drawn([a_result(), *bases, a_result(model="majority", baseline=True, value=20.0)])
    lines = [line for line in svg.iter("line") if line.get("class") == "base"]
    assert len(lines) == 2
    assert texts(svg).count("untrained") == texts(svg).count("majority") == 1
    assert len(list(svg.iter("circle"))) == 1


def test_where_all_are_baselines_they_are_dots():
    assert len(list(drawn([a_result(model="untrained", baseline=True)]).iter("circle"))) == 1


def test_those_of_one_name_are_told_apart_by_who_read_them():
    svg = drawn([a_result(probe="svm"), a_result(probe="own", value=40.0)])
    assert {"esame (svm)", "esame (own)"} <= set(texts(svg))


def test_only_the_best_are_shown():
    svg = drawn([a_result(model=f"m{place:02}", value=float(place)) for place in range(60)])
    assert len(list(svg.iter("circle"))) == MOST
    assert "m59" in texts(svg)
    assert "m00" not in texts(svg)


def test_a_screen_reader_hears_what_is_shown():
    svg = drawn([a_result(value=87.66)])
    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby").split() == [svg.find("title").get("id"), svg.find("desc").get("id")]
    assert "gc on ENZYMES, accuracy, protocol strict" in svg.find("title").text
    assert "esame 87.7" in svg.find("desc").text


def test_hostile_names_stay_texts():
    raw = dots(boards([a_result(model=HOSTILE, dataset=HOSTILE)])[0], "c1")
    assert "<script" not in raw
    assert HOSTILE[:10] in "".join(ElementTree.fromstring(raw).itertext())


@given(
    st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(0, 1e6), st.integers(0, 12)), min_size=1, max_size=30),
    st.sampled_from(["accuracy", "rmse", "unheard"]),
)
def test_any_numbers_can_be_drawn(numbers, metric):
    results = [
        a_result(model=f"m{place}", value=value, std=std, seeds=tuple(range(seeds)), metric=metric)
        for place, (value, std, seeds) in enumerate(numbers)
    ]
    for dot in drawn(results).iter("circle"):
        assert 0 <= float(dot.get("cx")) <= 680


@pytest.mark.parametrize("pair", [(1e308, 1.5e308), (5e-324, 1e-323)])
def test_numbers_at_the_edge_of_what_is_counted_can_be_drawn(pair):
    svg = drawn([a_result(model=f"m{value}", value=value, metric="rmse") for value in pair])
    assert len(list(svg.iter("circle"))) == 2


# --- over time -------------------------------------------------------------------------------------------------------


def test_the_line_is_the_best_until_then():
    days = [("2019-05-29", 50.0), ("2020", 40.0), ("2021-03", 70.0), ("2026-11-21", 60.0)]
    svg = drawn([a_result(model=day, date=day, value=value) for day, value in days], over_time)
    (record,) = [path for path in svg.iter("path") if path.get("class") == "record"]
    heights = [
        float(step.partition("V")[2] or step.split()[1]) for step in record.get("d").replace("M", "H").split("H")[1:]
    ]
    assert heights == sorted(heights, reverse=True)  # up is a smaller number
    assert len(set(heights)) == 2
    assert len(list(svg.iter("circle"))) == 4
    assert {"2019-05-29", "2026-11-21"} <= set(texts(svg))


def test_of_errors_the_line_goes_down():
    svg = drawn(
        [a_result(model=day, date=day, value=value, metric="rmse") for day, value in (("2019", 2.0), ("2020", 1.0))],
        over_time,
    )
    (record,) = [path for path in svg.iter("path") if path.get("class") == "record"]
    first, last = record.get("d").split("V")[0].split()[1].split("H")[0], record.get("d").split("V")[1]
    assert float(last) > float(first)


def test_baselines_are_lines_there_too():
    bases = [a_result(model="untrained", baseline=True, value=30.0)]
    svg = drawn([a_result(date="2019"), a_result(model="b", date="2020"), *bases], over_time)
    (line,) = [line for line in svg.iter("line") if line.get("class") == "base"]
    assert line.get("y1") == line.get("y2")
    assert "untrained" in texts(svg)


@pytest.mark.parametrize("dates", [("",), ("2020-01-01", "2020-01-01"), ("2020", "soon"), ("2020-13-40", "2021")])
def test_without_two_dates_there_is_none(dates):
    (board,) = boards([a_result(model=f"m{place}", date=day) for place, day in enumerate(dates)])
    assert over_time(board, "c1") == ""


def test_baselines_set_no_record():
    (board,) = boards([a_result(date="2020"), a_result(model="untrained", baseline=True, date="2021")])
    assert over_time(board, "c1") == ""


@pytest.mark.parametrize(
    ("text", "day"),
    [("2020-01-02", 737426), ("2020-01", 737425), ("2020", 737425), ("", None), ("x", None), ("9" * 12, None)],
)
def test_dates_may_lack_month_and_day(text, day):
    assert day_of(text) == day


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_ticks_are_few_round_inside_and_told_apart(low, width):
    found = ticks(low, low + width)
    assert 1 <= len(found) <= 7 or width < 1e-9 * abs(low) + 1e-4
    slack = 1e-6 * (abs(low) + width)
    assert all(low - slack <= tick <= low + width + slack for tick in found)
    assert list(found) == sorted(found)
    assert len(set(found.values())) == len(found) or width < 1e-4


@pytest.mark.parametrize(
    ("span", "texts"),
    [
        ((0.0, 1.0), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        ((5e7, 5e7 + 4), ["50000000", "50000001", "50000002", "50000003", "50000004"]),
        ((40.0, 60.0), ["40", "45", "50", "55", "60"]), ((0.0, 4e-12), ["0", "1e-12", "2e-12", "3e-12", "4e-12"]),
    ],
)  # fmt: skip
def test_ticks_have_the_digits_that_they_need(span, texts):
    assert list(ticks(*span).values()) == texts


def test_a_single_result_shows_its_whole_interval():
    (line,) = [
        part
        for part in drawn([a_result(value=50.0, std=5.0, seeds=(0, 1, 2))]).iter("line")
        if part.get("class") == "reach"
    ]
    assert 230 < float(line.get("x1")) < float(line.get("x2")) < 656


def test_an_interval_that_goes_on_ends_in_an_arrow():
    many = [a_result(model=f"m{place}", value=50.0 + place, std=0.5, seeds=(0, 1, 2)) for place in range(6)]
    assert [part for part in drawn(many).iter("path") if part.get("class") == "tip"] == []
    wide = drawn([*many, a_result(model="wide", value=52.0, std=30.0, seeds=(0, 1, 2))])
    assert len([part for part in wide.iter("path") if part.get("class") == "tip"]) == 2
