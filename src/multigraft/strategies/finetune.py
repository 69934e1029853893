"""Fine-tuning: an encoder that was trained for all tasks goes on with some of them."""

from dataclasses import dataclass
from typing import ClassVar

from multigraft.strategies.joint import Joint


@dataclass(frozen=True)
class FineTune(Joint):
    """Joint training that begins with the weights, and the heads, of an encoder that is trained already.

    Source: SAME, section 5, the fine-tuning baseline (all three tasks first, then two).
    """

    continues: ClassVar[bool] = True
    lockstep: ClassVar[bool] = True

    name: str = "finetune"
