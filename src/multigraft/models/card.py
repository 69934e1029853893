"""The model card: what a stranger needs to know about a trained encoder, written by the program."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multigraft.encoders.inputs import InputSchema
    from multigraft.models.trained import TrainedEncoder

CARD = """\
---
library_name: multigraft
license: {licence}
tags: [graphs, embeddings, {tags}]
---
# {title}

A graph encoder trained for {tasks} with the strategy `{strategy}` on `{data}`.

| | |
|---|---|
| Encoder | {encoder} |
| Embedding width | nodes {dim}, graphs {width} (readout `{readout}`) |
| Input | {inputs} |
| Weights | `{fingerprint}` |
| Data | `{data}`, checksum `{checksum}`{excluded} |
| Split | {split} |
| Training | {training} |
| Best validation scores | {validation} |
| Versions | {versions} |

## Use

```python
import multigraft as mg

encoder = mg.load_encoder("PATH")
embeddings = encoder.embed(graphs)  # one row a graph; level="node" for nodes
```

`initial.safetensors` holds the weights that training started from. Measure them too: an untrained encoder is often a
strong baseline. The weights are licensed as their author chooses; MIT is what the program writes where nothing else is
said. The training data keeps its own licence.
"""


def model_card(trained: "TrainedEncoder", licence: str = "mit") -> str:
    """The card as Markdown with the metadata block that model hubs read, ``licence`` by their name for it."""
    encoder, metadata = trained.encoder, trained.metadata
    schema = encoder.inputs.schema
    return CARD.format(
        title=f"{trained.strategy['name']} encoder for {trained.origin.name}",
        tags=", ".join(trained.tasks),
        tasks=", ".join(f"`{task}`" for task in trained.tasks),
        strategy=_options(trained.strategy),
        data=trained.origin.name,
        encoder=_options({"name": encoder.kind, **encoder.config()}),
        licence=licence,
        dim=encoder.dim,
        width=trained.width(),
        readout=trained.readout,
        inputs=_inputs(schema),
        fingerprint=trained.fingerprint,
        checksum=trained.origin.checksum,
        excluded=f", without the molecules of {', '.join(trained.origin.excluded)}" if trained.origin.excluded else "",
        split=_split(trained),
        training=_listed({k: metadata[k] for k in ("seed", "epochs", "best_epoch", "seconds") if k in metadata}),
        validation=_scores(trained),
        versions=_listed(metadata.get("versions", {})),
    )


def _inputs(schema: "InputSchema") -> str:
    """What is read of a node and of an edge, in words; what there is none of is left out."""
    counts = {
        f"attributes (scaling `{schema.scaling}`)": schema.attributes,
        "structural columns": schema.structure,
        "degree places": schema.degrees,
        "categories of nodes": sum(schema.codes) + sum(schema.structure_codes),
        "categories of edges": sum(schema.edge_codes),
        "types of edges": schema.edge_types,
    }
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "the edges alone"


def _options(named: dict[str, Any]) -> str:
    rest = {key: value for key, value in named.items() if key != "name"}
    return f"{named['name']} ({_listed(rest)})" if rest else named["name"]


def _listed(values: dict[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in values.items()) or "none"


def _scores(trained: "TrainedEncoder") -> str:
    """The best validation scores by task and metric; of an error, which is kept as minus itself, what it is."""
    metrics = {task.name: task.metric_name for task in trained.model.tasks}
    found = {}
    for name, value in trained.metadata.get("validation", {}).items():
        if value is not None:
            metric = metrics.get(name, "")
            shown = -value if metric.startswith("-") else value
            found[f"{name} {metric.removeprefix('-')}".strip()] = round(shown, 4)
    return _listed(found)


def _split(trained: "TrainedEncoder") -> str:
    split = trained.split
    if split is None:
        return "none stored"
    sizes = f"{len(split.train)} / {len(split.validation)} / {len(split.test)}"
    return f"{split.kind}, seed {split.seed}: {sizes} graphs for training / validation / test (split.json)"
