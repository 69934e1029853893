"""Embeddings of many graphs: windows or batches, the same numbers, in bounded memory."""

import subprocess
import sys
import textwrap

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.encoders.edge import GIN
from multigraft.encoders.gcn import GCN
from multigraft.encoders.inputs import InputSchema
from multigraft.models import embedding
from multigraft.models.embedding import embedded, window_nodes
from multigraft.models.precision import Precision
from multigraft.models.trained import embed_batches
from tests.helpers.coded import molecules
from tests.helpers.graphs import random_graphs
from tests.helpers.shared import always_sharing, repeating, sharing_little

CPU = torch.device("cpu")


@pytest.fixture(scope="module", autouse=True)
def _small():
    with sharing_little():
        yield


def gin(graphs, **options):
    torch.manual_seed(0)
    encoder = GIN(InputSchema.of(graphs), **{"dim": 6, "layers": 3, **options}).double().eval()
    for norm in encoder.norms:
        torch.nn.init.uniform_(norm.running_var, 0.5, 2)
        torch.nn.init.normal_(norm.running_mean)
    return encoder


def plain(encoder, graphs, **options):
    """Without sharing."""
    encoder.sharing = False
    try:
        return torch.cat(list(embed_batches(encoder, graphs, **options)))
    finally:
        encoder.sharing = True


@given(
    repeating(),
    st.sampled_from(["graph", "node"]),
    st.sampled_from(["mean", "sum", "max"]),
    st.sampled_from(["last", "concat"]),
    st.integers(1, 9),
    st.integers(0, 12),
)
def test_windows_change_nothing(graphs, level, pool, jk, batch_size, nodes):
    graphs = graphs.double()
    encoder = gin(graphs, jk=jk)
    options = {"level": level, "pool": pool, "batch_size": batch_size, "device": "cpu"}
    expected = plain(encoder, graphs, **options)
    with always_sharing(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedding, "WINDOW", 4 * encoder.dim * nodes)
        found = list(embed_batches(encoder, graphs, **options))
    torch.testing.assert_close(torch.cat(found), expected, rtol=1e-9, atol=1e-12)
    if level == "graph":
        assert [len(rows) for rows in found[:-1]] == [batch_size] * (len(found) - 1)


@pytest.mark.parametrize("level", ["graph", "node"])
def test_molecules_pass_as_one_window(level):
    graphs = molecules(300).double()
    encoder = gin(graphs)
    passed = []
    encoder.nodes.register_forward_hook(lambda _, inputs, out: passed.append(len(out)))
    found = torch.cat(list(embed_batches(encoder, graphs, level, 32, "cpu")))
    assert len(passed) == 1
    assert passed[0] < 30, "atoms of which something is known, not atoms"
    torch.testing.assert_close(found, plain(encoder, graphs, level=level, device="cpu"), rtol=1e-9, atol=1e-12)


def test_windows_hold_whole_batches_and_no_more_than_fits(monkeypatch):
    graphs = molecules(300).double()
    encoder = gin(graphs)
    seen, told = [], GIN.environments
    monkeypatch.setattr(GIN, "environments", lambda self, some: seen.append(some) or told(self, some))
    monkeypatch.setattr(embedding, "WINDOW", 4 * encoder.dim * 1000)
    assert sum(len(rows) for rows in embed_batches(encoder, graphs, batch_size=20, device="cpu")) == 300
    assert [len(window) % 20 for window in seen] == [0] * len(seen)
    assert sum(map(len, seen)) == 300
    assert max(window.num_nodes for window in seen) <= 1000 < sum(window.num_nodes for window in seen[:2])


def test_where_the_first_window_does_not_pay_no_other_is_tried(monkeypatch):
    graphs = random_graphs(40, seed=1)
    encoder = GCN(InputSchema.of(graphs), dim=6).eval()
    tried = []
    told = GCN.environments
    monkeypatch.setattr(GCN, "environments", lambda self, some: tried.append(len(some)) or told(self, some))
    monkeypatch.setattr(embedding, "WINDOW", 4 * encoder.dim * 50)
    found = torch.cat(list(embed_batches(encoder, graphs, batch_size=4, device="cpu")))
    assert len(tried) == 1
    torch.testing.assert_close(found, plain(encoder, graphs, device="cpu"), rtol=1e-5, atol=1e-6)


def test_no_graphs_have_no_embeddings_of_the_right_width():
    graphs = molecules(20)
    assert torch.cat(list(embed_batches(gin(graphs).float(), graphs.select([]), device="cpu"))).shape == (0, 6)


def test_gradients_stay_on_for_whoever_reads():
    graphs = molecules(60).double()
    for rows in embedded(gin(graphs), graphs, CPU, batch_size=20, precision=Precision()):
        assert torch.is_grad_enabled()
        assert not rows.requires_grad


def test_encoders_without_sharing_have_no_windows():
    graphs = molecules(20)
    encoder = gin(graphs)
    assert window_nodes(encoder) == embedding.WINDOW // 24
    encoder.sharing = False
    assert window_nodes(encoder) == 0


def test_products_in_bfloat16_give_float32_and_say_how_far_off_they_are():
    graphs = molecules(100)
    encoder = gin(graphs, dim=32).float()
    exact = torch.cat(list(embed_batches(encoder, graphs, device="cpu")))
    for level in ("graph", "node"):
        precision = Precision(bf16=True)
        found = torch.cat(list(embed_batches(encoder, graphs, level, device="cpu", precision=precision)))
        assert found.dtype == torch.float32
        assert 1e-5 < precision.error < 0.05
        if level == "graph":
            assert 1e-5 < float((found - exact).norm() / exact.norm()) < 0.05


PEAK = """
    import torch
    from multigraft.bench import memory
    from multigraft.encoders.edge import GIN
    from multigraft.encoders.inputs import InputSchema
    from multigraft.graphs.catalog import load
    from multigraft.models.trained import embed_batches

    torch.set_num_threads(1)
    name, count = {name!r}, 250_000
    known = load(name, featurization="hu")
    graphs = known if len(known) > 200_000 else known.select(torch.arange(count) % len(known))
    torch.manual_seed(0)
    rows = sum(len(batch) for batch in embed_batches(GIN(InputSchema.of(graphs)), graphs, device="cpu"))
    assert rows == len(graphs), rows
    print(memory.peak())  # not ru_maxrss: on Linux that begins with the parent's
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", ["nci5k", "zinc250k"])
def test_a_quarter_of_a_million_molecules_fit_into_little_memory(name, request):
    if name == "zinc250k":
        request.getfixturevalue("real_data")
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PEAK).format(name=name)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    if ran.stdout == "None\n":
        pytest.skip("this system does not say how much memory was used")
    assert float(ran.stdout) < 2.5 * 2**10, "MiB"
