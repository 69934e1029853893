"""Ranks of descriptors and losses of descriptions, number by number."""

import math


def rank(value, training):
    """The share of finite training values below, half of the equal; None where it is unknown or all are alike."""
    among = [one for one in training if math.isfinite(one)]
    if not math.isfinite(value) or len(set(among)) < 2:
        return None
    return (sum(one < value for one in among) + sum(one == value for one in among) / 2) / len(among)


def squared_loss(said, ranks):
    """The mean over known ranks of the squared error, in deviations of a uniform number."""
    terms = [
        (number - (known - 0.5) * math.sqrt(12)) ** 2
        for row, answers in zip(said, ranks, strict=True)
        for number, known in zip(row, answers, strict=True)
        if known is not None
    ]
    return sum(terms) / len(terms) if terms else 0.0


def cross_entropy(said, bits):
    """The mean over all bits of -log of the chance that was given to what is there."""
    terms = [
        math.log1p(math.exp(-number if bit else number))
        for row, answers in zip(said, bits, strict=True)
        for number, bit in zip(row, answers, strict=True)
    ]
    return sum(terms) / len(terms)
