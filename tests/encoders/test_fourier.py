"""Random waves: products approximate a kernel of distances."""

import math

import torch

from multigraft.encoders.fourier import RandomFourier


def waves(count, **scales):
    torch.manual_seed(0)
    return RandomFourier(3, count, **scales).double()


def test_products_approximate_the_gaussian_kernel_of_a_single_length_scale():
    x = torch.randn(12, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    z = waves(40_000, nearest=1.5, farthest=1.5)(x)
    kernel = torch.exp(-torch.cdist(x, x).square() / (2 * 1.5**2))
    assert float((z @ z.T - kernel).abs().max()) < 0.04


def test_length_scales_are_spread_evenly_in_their_logarithm():
    torch.manual_seed(0)
    frequencies = RandomFourier(400, 2000, nearest=0.5, farthest=8.0).frequencies
    lengths = (400**0.5 / frequencies.norm(dim=0)).log2()  # in 400 dimensions the norm hardly varies
    shares = torch.histc(lengths, bins=4, min=math.log2(0.5), max=math.log2(8.0)) / 2000
    assert torch.allclose(shares, torch.full((4,), 0.25), atol=0.06)


def test_near_nodes_have_larger_products_than_far_ones():
    steps = torch.linspace(0, 4, 9, dtype=torch.float64)[:, None] * torch.tensor([1.0, 0, 0], dtype=torch.float64)
    z = waves(5000)(steps)
    fall = (z @ z[0]).tolist()
    assert fall == sorted(fall, reverse=True)


def test_waves_are_stored_and_learn_nothing():
    one, other = waves(7), RandomFourier(3, 7).double()
    assert not list(one.parameters())
    other.load_state_dict(one.state_dict())
    x = torch.randn(4, 3, dtype=torch.float64)
    assert torch.equal(one(x), other(x))
    assert one(x).shape == (4, 7)
