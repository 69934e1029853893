"""GraphCL's loss and the masked autoencoder's, one graph and one node at a time."""

import math


def cosine(one, other):
    return sum(a * b for a, b in zip(one, other, strict=True)) / math.sqrt(
        sum(a * a for a in one) * sum(b * b for b in other)
    )


def contrast_loss(first, second, temperature):
    """You et al. 2020, eq. 3, over the graphs of both views: other graphs' other views are the negatives."""
    terms = []
    for one, other in ((first, second), (second, first)):
        for place, made in enumerate(one):
            own = cosine(made, other[place]) / temperature
            others = [
                math.exp(cosine(made, seen) / temperature) for number, seen in enumerate(other) if number != place
            ]
            terms.append(math.log(sum(others)) - own)
    return sum(terms) / len(terms)


def scaled_cosine_error(said, answers, gamma):
    """Hou et al. 2022, eq. 2."""
    return sum((1 - cosine(*pair)) ** gamma for pair in zip(said, answers, strict=True)) / len(said)
