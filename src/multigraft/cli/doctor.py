"""``multigraft doctor``: what is installed, what is missing and what it would add."""

import importlib.util
import os
import platform
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from multigraft import __version__
from multigraft.cli import options as o
from multigraft.cli.output import one_line, result, table
from multigraft.processes import usable_cores

CORE = (
    "torch", "torch_geometric", "lightning", "torchmetrics", "scikit-learn", "joblib", "threadpoolctl", "scipy",
    "numpy", "pandas", "pyarrow", "safetensors", "typer", "rich", "jaxtyping", "platformdirs", "pyyaml", "filelock",
)  # fmt: skip
EXTRAS = {
    "molecules": (("rdkit",), "the embedded molecule sets nci5k and chembl2321810"),
    "plots": (
        ("matplotlib", "plotly", "umap-learn", "jinja2"),
        "the page of multigraft report, figures of studies",
    ),
    "tensorboard": (("tensorboard",), "TensorBoard logs beside the CSV history of training"),
    "balancing": (("torchjd",), "train --balancing pcgrad, upgrad, mgda and TorchJD's other aggregators"),
    "tuning": (("optuna",), "multigraft tune"),
    "distributed": (("ray",), "runs on several machines; no verb uses them yet"),
    "serve": (("fastapi", "uvicorn"), "an HTTP service; no verb uses it yet"),
    "hub": (("huggingface_hub",), "upload to a model hub; no verb uses it yet"),
}
MODULES = {"scikit-learn": "sklearn", "umap-learn": "umap", "pyyaml": "yaml"}


# Where a system with a GPU has something that others do not.
GPU_PLACES = ("/dev/nvidiactl", "/dev/nvidia0", "/proc/driver/nvidia", "/dev/kfd", "/dev/dxg")

Thorough = Annotated[
    bool, typer.Option("--thorough", help="Import every package too, which takes seconds, and say which of them fail.")
]


def doctor(
    thorough: Thorough = False, as_json: o.Json = False, _config: o.Config = None, _debug: o.Debug = False
) -> None:
    """Say what is installed here, what is missing, and what it would add."""
    with result(as_json) as found:
        core = {name: installed(name) for name in CORE}
        extras = {extra: _extra(packages, adds) for extra, (packages, adds) in EXTRAS.items()}
        broken = broken_packages() if thorough else {}
        asks_torch = "torch" not in broken and core["torch"] is not None and (thorough or may_have_gpu())
        machine = {
            "python": platform.python_version(),
            "system": platform.platform(),
            **(_torch() if asks_torch else {"threads": _threads(), "devices": ["cpu"] if core["torch"] else []}),
        }
        facts = {"machine": machine, "core": core, "extras": extras, "data": _data(), "broken": broken}
        found.json = {"verb": "doctor", "multigraft": __version__, **facts}
        found.shown = _for_people(**facts)


def _for_people(machine: Any, core: Any, extras: Any, data: Any, broken: Any) -> list[Any]:
    missing = [name for name, have in core.items() if have is None]
    return [
        f"multigraft {__version__} on Python {machine['python']}, {machine['threads']} threads; "
        f"devices: {', '.join(machine['devices'])}",
        f"missing: {', '.join(missing)} (pip install multigraft)" if missing else "all core packages are installed",
        *(f"broken: {name} cannot be imported: {one_line(error)}" for name, error in broken.items()),
        table(
            {
                "extra": list(extras),
                "state": ["installed" if extra["installed"] else "missing" for extra in extras.values()],
                "adds": [extra["adds"] for extra in extras.values()],
            }
        ),
        "to install an extra: pip install 'multigraft[NAME]'",
        f"raw data: {data['MULTIGRAFT_DATA'] or 'MULTIGRAFT_DATA is not set; sets are downloaded when first used'}",
        f"cache: {data['cache']}",
    ]


def installed(package: str) -> str | None:
    """The version of a package that can be imported, else None."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        if importlib.util.find_spec(MODULES.get(package, package)) is None:
            return None
        return version(package)
    except (ImportError, PackageNotFoundError, ValueError):
        return None


def _extra(packages: tuple[str, ...], adds: str) -> dict[str, Any]:
    found = {package: installed(package) for package in packages}
    return {"installed": None not in found.values(), "packages": found, "adds": adds}


def broken_packages() -> dict[str, str]:
    """The installed packages that cannot be imported, and what each says."""
    found = {}
    for package in (*CORE, *(package for packages, _ in EXTRAS.values() for package in packages)):
        if installed(package) is not None:
            try:
                importlib.import_module(MODULES.get(package, package))
            except Exception as error:  # a library that does not fit can fail in any way
                found[package] = f"{type(error).__name__}: {error}"
    return found


def may_have_gpu() -> bool:
    """Whether it is worth the time to ask torch for devices; on Linux only where a driver has left its mark."""
    return sys.platform != "linux" or any(Path(place).exists() for place in GPU_PLACES)


def _threads() -> int:
    """The threads that torch would use."""
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    return int(wanted) if wanted.isdigit() and int(wanted) else usable_cores()


def _torch() -> dict[str, Any]:
    import torch

    gpus = [f"cuda:{i} ({torch.cuda.get_device_name(i)})" for i in range(torch.cuda.device_count())]
    mps = ["mps"] if torch.backends.mps.is_available() else []
    return {"threads": torch.get_num_threads(), "devices": ["cpu", *gpus, *mps]}


def _data() -> dict[str, str | None]:
    from multigraft.graphs.names import DATA_VARIABLE, cache_dir

    return {DATA_VARIABLE: os.environ.get(DATA_VARIABLE) or None, "cache": str(cache_dir())}
