"""Which ledger is meant: one that is named, the one here, or the one that comes with the package."""

import os
from pathlib import Path

from multigraft.studies.ledger import Ledger
from multigraft.studies.study import Study

VARIABLE, DEFAULT = "MULTIGRAFT_LEDGER", "ledger"
EVIDENCE = Path(__file__).parent / "evidence"


def ledger_to_write(named: Path | None) -> Ledger:
    """The ledger named, else the one ``MULTIGRAFT_LEDGER`` names, else ``ledger/`` in the working directory."""
    return Ledger(named or Path(os.environ.get(VARIABLE) or DEFAULT))


def ledger_to_read(named: Path | None, study: Study) -> Ledger:
    """The ledger to write, but where none is named and the study was not run here, the package's own."""
    here = ledger_to_write(named)
    if named is None and not os.environ.get(VARIABLE) and not here.has_plan(study):
        return Ledger(EVIDENCE)
    return here
