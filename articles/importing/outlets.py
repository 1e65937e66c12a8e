"""Tells outlets from other words: `data/outlets.toml` by name and by address."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).with_name("data") / "outlets.toml"


@dataclass(frozen=True, slots=True)
class KnownOutlets:
    """The table, by everything an outlet may be called and by its domains."""

    by_name: Mapping[str, str]
    by_domain: Mapping[str, str]


def outlet_named(printed: str) -> str:
    """Return the outlet's usual name (``BBC`` for ``bbc news``), empty if the text names no known outlet."""
    return known_outlets().by_name.get(_compared(printed), "")


def outlet_at(host: str) -> str:
    """Return the known outlet at a host or at a domain above it, empty if there is none."""
    by_domain = known_outlets().by_domain
    labels = host.lower().split(".")
    return next(
        (by_domain[".".join(labels[n:])] for n in range(len(labels)) if ".".join(labels[n:]) in by_domain), ""
    )


@functools.cache
def known_outlets() -> KnownOutlets:
    """Return the table of outlets, read once; raise ValueError if a name or domain stands for two of them."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    by_name: dict[str, str] = {}
    by_domain: dict[str, str] = {}
    for name, outlet in table.items():
        for index, keys in ((by_name, [name, *outlet["aliases"]]), (by_domain, outlet["domains"])):
            for key in {_compared(key) if index is by_name else key for key in keys}:
                if key in index:
                    raise ValueError(
                        f"{TABLE.name}: {key!r} stands for {index[key]!r} and {name!r}; keep one"
                    )
                index[key] = name
    return KnownOutlets(by_name, by_domain)


def _compared(name: str) -> str:
    return " ".join(name.casefold().split()).removeprefix("the ")
