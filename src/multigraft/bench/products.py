"""Floating point operations of dense products, counted while they run."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry


def count(action: Callable[[], object]) -> dict[str, int]:
    """Operations of the dense products of one call, by the type of their numbers, e.g. ``float32``.

    Multiplications and additions are counted apart, so that a product of n x k and k x m counts 2 n k m. Products in
    other processes, in compiled code and with sparse matrices are not seen.
    """
    with _Products() as seen:
        action()
    return dict(seen.flops)


class _Products(TorchDispatchMode):
    """Watches every operator; torch's own formulas say what it costs.

    `torch.utils.flop_counter.FlopCounterMode` does not tell types apart and takes sparse matrices for full ones.
    """

    def __init__(self) -> None:
        super().__init__()
        self.flops: Counter[str] = Counter()
        self._basic = {torch.ops.prim.device.default}  # operators that are known to be made of no others

    def __torch_dispatch__(
        self, func: Any, types: Sequence[Any], args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = dict(kwargs or {})
        formula = flop_registry.get(_as_new(func._overloadpacket))
        if formula is None and func not in self._basic:
            with self:  # a composite operator says what it is made of
                result = func.decompose(*args, **kwargs)
            if result is not NotImplemented:
                return result
            self._basic.add(func)
        result = func(*args, **kwargs)
        factors = [value for value in args if isinstance(value, torch.Tensor)]
        if formula is not None and all(value.layout == torch.strided for value in factors):
            self.flops[str(factors[0].dtype).removeprefix("torch.")] += formula(*args, **kwargs, out_val=result)
        return result


def _as_new(packet: Any) -> Any:
    """The operator that returns what ``packet`` writes in place: they cost the same."""
    name = packet._qualified_op_name.removeprefix("aten::")
    return getattr(torch.ops.aten, name[:-1], packet) if name.endswith("mm_") else packet
