"""The machine that a race was run on, and the versions that it ran."""

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from multigraft import __version__
from multigraft.bench.floor import bandwidth, product_rate
from multigraft.processes import usable_cores

PACKAGES = ("torch", "torch_geometric", "numpy", "scikit-learn")
TYPES = ("float32", "bfloat16")


def describe() -> dict[str, Any]:
    """Processor, memory, versions, and what was measured of the machine: products and bytes a second."""
    import torch

    counts = sorted({1, usable_cores()})
    return {
        "processor": processor(),
        "cores": usable_cores(),
        "memory_gib": memory(),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "multigraft": __version__,
        **{package: version(package) for package in PACKAGES},
        "gflops": {dtype: {str(count): _rate(dtype, count) for count in counts} for dtype in TYPES},
        "gb_per_second": {str(count): _bandwidth(count) for count in counts},
    }


def processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """The processor's name, as Linux knows it; elsewhere what Python knows."""
    try:
        lines = cpuinfo.read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def memory() -> float | None:
    """Main memory in GiB, None where the system does not say."""
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (AttributeError, ValueError, OSError):
        return None


def _rate(dtype: str, threads: int) -> float:
    return round(product_rate(dtype, threads) / 1e9, 1)


def _bandwidth(threads: int) -> float:
    return round(bandwidth(threads) / 1e9, 1)
