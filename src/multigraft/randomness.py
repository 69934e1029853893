"""Random generators named by where they are used, so that any step can be drawn again without its past."""

import hashlib

import torch


def seed_of(seed: int, *path: str | int) -> int:
    """A 63-bit seed for one use of randomness, e.g. ``seed_of(0, "episode", epoch, step)``."""
    text = "/".join(map(str, (seed, *path)))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def generator(seed: int, *path: str | int, device: torch.device | str = "cpu") -> torch.Generator:
    """A generator for one named use: equal (seed, path) give equal draws, different paths independent ones."""
    return torch.Generator(device=device).manual_seed(seed_of(seed, *path))
