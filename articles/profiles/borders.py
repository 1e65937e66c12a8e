"""Which countries border on each other by land."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path

BORDERS = Path(__file__).parent / "data" / "borders.toml"


@functools.cache
def read_borders() -> Mapping[str, tuple[str, ...]]:
    """Return the keys of each country's neighbours by its own key; what borders on nothing is not in it."""
    with BORDERS.open("rb") as file:
        return {key: tuple(neighbours) for key, neighbours in tomllib.load(file).items()}
