"""``multigraft doctor``: what is installed, what is missing and what it would add."""

import importlib.util
import os
import platform
from typing import Any

from multigraft import __version__
from multigraft.cli import options as o
from multigraft.cli.output import result, table

CORE = (
    "torch", "torch_geometric", "lightning", "torchmetrics", "scikit-learn", "joblib", "scipy", "numpy", "pandas",
    "pyarrow", "safetensors", "typer", "rich", "jaxtyping", "platformdirs", "pyyaml", "filelock",
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


def doctor(as_json: o.Json = False, _config: o.Config = None, _debug: o.Debug = False) -> None:
    """Say what is installed here, what is missing, and what it would add."""
    with result(as_json) as found:
        core = {name: installed(name) for name in CORE}
        extras = {extra: _extra(packages, adds) for extra, (packages, adds) in EXTRAS.items()}
        machine = {"python": platform.python_version(), "system": platform.platform(), **_torch()}
        facts = {"machine": machine, "core": core, "extras": extras, "data": _data()}
        found.json = {"verb": "doctor", "multigraft": __version__, **facts}
        found.shown = _for_people(**facts)


def _for_people(machine: Any, core: Any, extras: Any, data: Any) -> list[Any]:
    missing = [name for name, have in core.items() if have is None]
    return [
        f"multigraft {__version__} on Python {machine['python']}, {machine['threads']} threads; "
        f"devices: {', '.join(machine['devices'])}",
        f"missing: {', '.join(missing)} (pip install multigraft)" if missing else "all core packages are installed",
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


def _torch() -> dict[str, Any]:
    if installed("torch") is None:
        return {"threads": os.cpu_count(), "devices": []}
    import torch

    gpus = [f"cuda:{i} ({torch.cuda.get_device_name(i)})" for i in range(torch.cuda.device_count())]
    mps = ["mps"] if torch.backends.mps.is_available() else []
    return {"threads": torch.get_num_threads(), "devices": ["cpu", *gpus, *mps]}


def _data() -> dict[str, str | None]:
    from multigraft.graphs.names import DATA_VARIABLE, cache_dir

    return {DATA_VARIABLE: os.environ.get(DATA_VARIABLE) or None, "cache": str(cache_dir())}
