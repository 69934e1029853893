"""The page of evidence: what a ledger says of the papers' numbers and claims, and what it cost."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from multigraft.reports.additions import COLUMNS as ADDITION_COLUMNS
from multigraft.reports.additions import CONTRASTS, Addition, additions
from multigraft.reports.beside import Beside, beside_section, besides
from multigraft.reports.searches import COLUMNS as SEARCH_COLUMNS
from multigraft.reports.searches import Searched, searches_of
from multigraft.reports.study_formats import markdown_grid
from multigraft.reports.study_grids import Grid, decimals, interval, number_text, score_grids
from multigraft.reports.study_table import StudyTable, fewer_epochs, span, study_table
from multigraft.reports.targets import COLUMNS as REACHED_COLUMNS
from multigraft.reports.targets import LESS, Reached, reached
from multigraft.studies.cells import cells
from multigraft.studies.claims import Judgement, judge, read_claims
from multigraft.studies.facts import ENOUGH, SEEDS
from multigraft.studies.ledger import Ledger, Record
from multigraft.studies.published import printed_in
from multigraft.studies.reading import read_study
from multigraft.studies.reproduction import Reproduction, reproduction
from multigraft.studies.state import spent
from multigraft.studies.study import Study

PAPER = "paper"
HEAD = """# Evidence

{runs} runs, {hours:.1f} hours of measuring and of training what was measured, {days}. `make evidence` writes this page
from the ledger that comes with the package (`src/multigraft/studies/evidence`): one file a run, with seed, split,
protocol, checksum of the data, versions and time. [results/](results/) has every paired difference. What is measured
under protocol `paper` is measured as the published number was, under `strict` as we would defend it: the two are never
compared ([studies.md](studies.md)). The rows `untrained`, `attributes`, `majority` and fingerprints are what training
has to be better than."""
WAITING = "Runs that no table shows yet, as the splits of their studies are not complete on these data: {runs}."
CLAIMS = """## What is claimed

A claim is a sentence about a mean difference: over all pairs of cells that the study has for it, on each split, in
percentage points (for Delta-m in percent). It *holds* where the 95 % interval over splits (corrected resampled t-test)
lies above what the sentence asks for, *fails* where it lies below, and is *open* where the interval holds both, or
where there are fewer than {enough} splits. Beside it: how many pairs decide it by themselves, for and against, the
worst and the best of them, and the epochs of training where they are fewer than the paper's: what holds of short
training may not hold of long. Where molecules are split by scaffold there is one split, and its "splits" are seeds: the
interval then says how much chance in training matters, nothing of other molecules. Delta-m is taken on each split here,
of the means in its table."""
NUMBERS = """## Which published numbers come out

A published number counts as measured from {enough} splits on, or from {seeds} seeds where molecules are split by
scaffold and there is one split. Ours is *within* where it differs by no more than the published standard deviation
(where none is printed, ours over splits), else *above* or *below*; the share is that of those within or above among the
measured."""
ADDED = """## What training adds

Of each data set and task of SAME, under protocol `strict`: a linear classifier on embeddings that were trained for the
task asked alone, for all three tasks, or for the other two only (these are read by fresh heads, as in table 4), minus
the same on the untrained encoder; then three tasks minus one, and three tasks minus the end-to-end model of the task.
Mean over splits in percentage points, 95 % interval, paired."""
TUNED = """## What was tuned

Hyperparameters were searched for by `multigraft tune` with the same number of trials for every strategy, judged by the
sum of validation scores on the first split. Some of that split's validation graphs are test graphs of other splits; its
own test graphs were not looked at. Files: `src/multigraft/studies/evidence/tuning`, and the settings that came of them
beside it. `defaults` and `best` are that sum with the defaults and with the values chosen, which is optimistic;
`minutes` are of one core, shared with other work."""
REACHED = """## What was to be reached

Targets were set before the runs. A target is *met* where the mean over at least {enough} splits reaches it, *short*
where it does not. `less ...`: the value less that of the untrained encoder, of a model trained end to end for the task
alone, of a decision tree on the raw attributes, paired over splits, with 95 % intervals."""
CLAIM_COLUMNS = (
    "claim", "protocol", "verdict", "mean difference", "asked", "splits", "pairs", "for", "against", "worst", "best",
    "epochs",
)  # fmt: skip
NUMBER_COLUMNS = ("study", "protocol", "published", "measured", "within", "above", "below", "share")


@dataclass(frozen=True)
class Evidence:
    """What a ledger says.

    Attributes:
        tables: Of each study, by its name.
        judgements: Of every claim, under each protocol of its study.
        reproductions: Of the published numbers that a study repeats, by its name.
        rehearsed: By study, how many epochs of how many planned, where they are fewer.
        runs: How many there are; ``seconds``: what they took; ``days``: of the first and of the last.
        searches: What hyperparameters were searched for.
        added: What training adds under protocol ``strict``.
        beside: What frozen embeddings of molecules are worth beside descriptions of them.
        waiting: Runs that no table shows yet, by data set: of those whose plan is not complete.
    """

    tables: Mapping[str, StudyTable]
    judgements: Sequence[Judgement]
    reproductions: Mapping[str, Reproduction]
    rehearsed: Mapping[str, str]
    runs: int
    seconds: float
    days: tuple[str, ...]
    searches: Sequence[Searched] = ()
    added: Sequence[Addition] = ()
    beside: Sequence[Beside] = ()
    waiting: Mapping[str, int] = field(default_factory=dict)


def evidence_of(names: Sequence[str], ledger: Ledger) -> Evidence:
    """What the ledger says of some studies, in their order, of which some may never have been run.

    Raises:
        InputError: as `multigraft.reports.study_table.study_table`.
    """
    plans = {name: read_study(name) for name in names}
    tables = {name: study_table(ledger.planned(plan), ledger, plan=plan) for name, plan in plans.items()}
    found = {path.stem: record for path, record in ledger.records() if isinstance(record, Record)}
    shown = {key for table in tables.values() for cell in table.cells for key in cell.runs}
    waiting = Counter(record.run["dataset"] for key, record in found.items() if key not in shown)
    records = list(found.values())
    whole = {
        (name, protocol): cells(plan, protocol, ledger) for name, plan in plans.items() for protocol in plan.protocols
    }
    judgements = [
        judge(claim, table.study, table.cells, protocol, whole[claim.study, protocol])
        for claim in read_claims()
        for table in (tables[name] for name in names if name == claim.study)
        for protocol in table.protocols
    ]
    days = sorted(record.time[:10] for record in records)
    return Evidence(
        tables, judgements, dict(_reproductions(tables)),
        {name: _rehearsed(table, plans[name]) for name, table in tables.items()},
        len(records), spent(records), (*days[:1], *days[-1:]), searches_of(ledger), additions(tables, "strict"),
        besides(tables), waiting,
    )  # fmt: skip


def _waiting(runs: Mapping[str, int]) -> str:
    return ", ".join(f"{count} runs of {dataset}" for dataset, count in sorted(runs.items()))


def _rehearsed(table: StudyTable, plan: Study) -> str:
    """``22 to 158 of 1000 to 5000``, by early stopping or by plan; empty where no training was to be shorter."""
    shorter, planned = fewer_epochs(table.study, plan)
    ours = [epochs for cell in table.cells if cell.trained for epochs in cell.epochs]
    return f"{span(ours)} of {span(planned)}" if shorter and ours else ""


def judged_protocol(table: StudyTable) -> str:
    """The protocol under which the study's published numbers can be met: ``paper`` where it has that."""
    return PAPER if PAPER in table.protocols else table.protocols[0]


def _reproductions(tables: Mapping[str, StudyTable]) -> Iterator[tuple[str, Reproduction]]:
    counted = set()
    for name, table in tables.items():
        if table.study.published and table.study.published not in counted:
            counted.add(table.study.published)
            shown = [cell for cell in table.shown if cell.protocol == judged_protocol(table)]
            yield name, reproduction(shown, printed_in(table.study.published))


# --- the page --------------------------------------------------------------------------------------------------------


def evidence_page(found: Evidence) -> str:
    """The page in Markdown; studies that were not run are named at its end."""
    days = " to ".join(dict.fromkeys(found.days)) or "none yet"
    run = {name: table for name, table in found.tables.items() if any(cell.n for cell in table.cells)}
    targets = [_reached_row(one) for table in run.values() for one in reached(table) if one.cell.n]
    parts = [
        HEAD.format(runs=found.runs, hours=found.seconds / 3600, days=days),
        *([WAITING.format(runs=_waiting(found.waiting))] if found.waiting else []),
        CLAIMS.format(enough=ENOUGH),
        _table(CLAIM_COLUMNS, 3, [_claim_row(one, found.rehearsed[one.claim.study]) for one in found.judgements]),
        NUMBERS.format(enough=ENOUGH, seeds=SEEDS),
        _table(NUMBER_COLUMNS, 2, [_number_row(name, found) for name in found.reproductions]),
        *([ADDED, _table(ADDITION_COLUMNS, 3, [_added_row(one) for one in found.added])] if found.added else []),
        *(beside_section(found.beside) if found.beside else []),
        *([REACHED.format(enough=ENOUGH), _table(REACHED_COLUMNS, 3, targets)] if targets else []),
        *([TUNED, _table(SEARCH_COLUMNS, 3, [one.row() for one in found.searches])] if found.searches else []),
        *(text for name, table in run.items() for text in _study(name, table)),
    ]  # fmt: skip
    missing = [f"- `{name}`: {table.study.title}" for name, table in found.tables.items() if name not in run]
    return "\n\n".join([*parts, *(["## Not run yet", "\n".join(missing)] if missing else [])]) + "\n"


def claim_values(found: Judgement) -> dict[str, Any]:
    """A judgement as one says it in JSON."""
    claim, difference = found.claim, found.found
    return {
        "name": claim.name, "says": claim.says, "source": claim.source, "study": claim.study, "margin": claim.margin,
        "protocol": found.protocol, "verdict": found.verdict, "difference": difference.value, "low": difference.low,
        "high": difference.high, "splits": difference.n, "pairs": found.pairs, "wanted": found.wanted,
        "above": found.above, "below": found.below, "worst": found.worst, "best": found.best,
    }  # fmt: skip


def _claim_row(found: Judgement, epochs: str) -> tuple[str, ...]:
    claim = found.claim
    ends = (f"{found.worst:+z.1f}", f"{found.best:+z.1f}") if found.pairs else ("", "")
    return (
        f"{claim.says} ({claim.source}; `{claim.study}`)", found.protocol, f"**{found.verdict}**",
        interval(found.found), f"> {-claim.margin:z.0f}", str(found.found.n), f"{found.pairs} of {found.wanted}",
        str(found.above), str(found.below), *ends, epochs if found.pairs else "",
    )  # fmt: skip


def _added_row(found: Addition) -> tuple[str, ...]:
    differences = (interval(found.found[name]) if name in found.found else "" for name in CONTRASTS)
    return found.dataset, found.task, found.method, str(found.splits), *differences


def _reached_row(found: Reached) -> tuple[str, ...]:
    cell = found.cell
    digits = decimals(cell)
    less = (interval(found.less[name], digits) if name in found.less else "" for name in LESS)
    return (
        cell.dataset, cell.task, cell.metric, f"{found.target:g}", number_text(cell.mean, cell.std, digits),
        str(cell.n), f"**{found.verdict}**", *less,
    )  # fmt: skip


def _number_row(name: str, found: Evidence) -> tuple[str, ...]:
    one = found.reproductions[name]
    share = "" if math.isnan(one.share) else f"{one.share:.0%}"
    counts = (one.published, one.measured, one.within, one.above, one.below)
    return f"`{name}`", judged_protocol(found.tables[name]), *map(str, counts), share


def _study(name: str, table: StudyTable) -> Iterator[str]:
    yield f"## {name}: {table.study.title}"
    if table.study.source:
        yield table.study.source
    for grid in score_grids(table, judged_protocol(table)):
        yield f"### {grid.title}"
        yield markdown_grid(grid)
    yield "\n".join(f"- {note}" for note in table.notes)


def _table(columns: tuple[str, ...], labels: int, rows: list[tuple[str, ...]]) -> str:
    return markdown_grid(Grid("", columns, labels, [[row] for row in rows]))
