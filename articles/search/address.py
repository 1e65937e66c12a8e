"""The one canonical address of a search: its parameters as an immutable list, and links that change it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

CURSORS = ("after", "before")  # where a page of the result begins or ends
# Say which page of the result and how, not which result.
PAGE_PARAMETERS = (*CURSORS, "sort", "density", "view")
# Which link a reader followed, for the statistics of others: utm_source, fbclid, gclid, ref.
TRACKING = ("fbclid", "gclid", "ref")
TRACKING_PREFIX = "utm_"


def is_tracking(name: str) -> bool:
    """Return whether a parameter only says where a reader came from; no address of ours keeps it."""
    return name in TRACKING or name.startswith(TRACKING_PREFIX)


@dataclass(frozen=True, slots=True)
class Address:
    """The parameters of one search under one path, in canonical order and without repetition."""

    path: str
    parameters: tuple[tuple[str, str], ...] = ()
    order: tuple[str, ...] = field(default=(), compare=False, repr=False)  # of names

    @classmethod
    def of(cls, path: str, parameters: Iterable[tuple[str, str]], order: Sequence[str]) -> Address:
        """Return the canonical address: parameters in the given order of names, values as first named."""
        rank = {name: number for number, name in enumerate(order)}
        kept = dict.fromkeys((name, value) for name, value in parameters if value)
        ordered = sorted(kept, key=lambda pair: rank.get(pair[0], len(rank)))
        return cls(path, tuple(ordered), tuple(order))

    def __str__(self) -> str:
        return f"{self.path}?{urlencode(self.parameters)}" if self.parameters else self.path

    def value_of(self, name: str) -> str:
        """Return the first value asked for under this name, empty if there is none."""
        return next((value for parameter, value in self.parameters if parameter == name), "")

    def has(self, name: str, value: str) -> bool:
        """Return whether this value is asked for under this name."""
        return (name, value) in self.parameters

    def adding(self, name: str, value: str) -> Address:
        """Return the first page of this search with one value more."""
        return Address.of(self.path, (*self.first_page().parameters, (name, value)), self.order)

    def dropping(self, name: str, value: str | None = None) -> Address:
        """Return the first page of this search without one value, or without all values of a name."""
        kept = (
            pair
            for pair in self.first_page().parameters
            if pair[0] != name or (value is not None and pair[1] != value)
        )
        return replace(self, parameters=tuple(kept))

    def without(self, pairs: Container[tuple[str, str]]) -> Address:
        """Return the first page of this search without these values."""
        kept = (pair for pair in self.parameters if pair not in pairs and pair[0] not in CURSORS)
        return replace(self, parameters=tuple(kept))

    def setting(self, name: str, value: str) -> Address:
        """Return the first page of this search with exactly one value under this name."""
        return self.dropping(name).adding(name, value) if value else self.dropping(name)

    def first_page(self) -> Address:
        """Return this search from its first page on; the order of results stays."""
        return replace(self, parameters=tuple(pair for pair in self.parameters if pair[0] not in CURSORS))

    def page(self, cursor: str) -> Address:
        """Return the page of this search that begins after a cursor."""
        return replace(self, parameters=(*self.first_page().parameters, ("after", cursor)))

    def page_before(self, cursor: str) -> Address:
        """Return the page of this search that ends before a cursor."""
        return replace(self, parameters=(*self.first_page().parameters, ("before", cursor)))

    def filters(self) -> tuple[tuple[str, str], ...]:
        """Return the parameters that narrow the result."""
        return tuple(pair for pair in self.parameters if pair[0] not in PAGE_PARAMETERS)
