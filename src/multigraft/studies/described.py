"""What no encoder has a part in, for the runs that differ in who reads descriptions alone: measured in one go.

`best` then takes over what the learners beside it fitted, and descriptions of molecules are made once.
"""

import dataclasses
from collections.abc import Sequence

from multigraft.evaluation.kinds import KINDS
from multigraft.evaluation.names import READERS
from multigraft.evaluation.probe import measure
from multigraft.evaluation.table import ProbeTable
from multigraft.evaluation.target_baselines import descriptions
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.splits import Split
from multigraft.studies.grid import Run


class Described:
    """The baselines of ``runs``; what a run asks for is measured for all that are like it when the first one comes."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self._runs = runs
        self._tables: dict[Run, ProbeTable] = {}

    def __call__(self, run: Run, graphs: PackedGraphs, split: Split) -> ProbeTable:
        """The run's own rows."""
        alike = dataclasses.replace(run, probe="")
        if alike not in self._tables:
            same = [other for other in self._runs if dataclasses.replace(other, probe="") == alike]
            readers = tuple(dict.fromkeys(reader for other in same for reader in readers_of(other)))
            self._tables[alike] = measure({}, graphs, split, run.asked, run.protocol, run.seed, readers=readers)
        return _read_by(readers_of(run), self._tables[alike], tuple(descriptions(graphs)))


def readers_of(run: Run) -> tuple[str, ...]:
    """The probes that read descriptions: the run's own, or the usual ones."""
    return (run.probe,) if run.probe else READERS


def _read_by(readers: Sequence[str], table: ProbeTable, described: Sequence[str]) -> ProbeTable:
    """The rows of these readers, and those that nobody reads."""
    titles = {kind.title(reader) for kind in KINDS.values() for reader in readers}
    rows = [row for row in table.rows if row.encoder not in described or row.probe in titles]
    return dataclasses.replace(table, rows=rows)
