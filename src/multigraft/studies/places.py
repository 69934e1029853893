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
    """The ledger to write; the package's own where none is named, and the study was run there, if in part, not here."""
    here, shipped = ledger_to_write(named), Ledger(EVIDENCE)
    chosen = named is not None or bool(os.environ.get(VARIABLE))
    return shipped if not chosen and not here.has_plan(study) and shipped.holds(study) else here
