"""What could not be understood in the address of a search, and the way out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from articles.filters import ArticleFilter
from articles.phrases import gettext
from articles.search.address import Address


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the address that could not be understood.

    ``label`` is what readers call the parameter.  ``is_unknown``: the parameter itself means nothing here, so
    the result beside it is still right.
    """

    parameter: str
    label: str
    message: str
    remove_url: str
    is_unknown: bool = False


def find_problems(asked: ArticleFilter, address: Address) -> list[Problem]:
    """Return the values and the parameters that mean nothing; ``address`` is that of the search."""
    problems = [
        problem(asked, name, message, address)
        for name, messages in asked.problems().items()
        for message in messages
    ]
    return [*problems, *_unknown(asked, address)]


def problem(asked: ArticleFilter, parameter: str, message: str, address: Address) -> Problem:
    """Return what is wrong with this parameter; the search without it is the way out."""
    label = str(asked.filters[parameter].label) if parameter in asked.filters else gettext("Page")
    return Problem(parameter, label, message, str(address.dropping(parameter)))


def _unknown(asked: ArticleFilter, address: Address) -> Iterator[Problem]:
    for name in asked.unknown:
        # The address holds known parameters only: it is already the way out.
        message = gettext("is not a filter of this archive; leave it out")
        yield Problem(name[:80], name[:80], message, str(address), is_unknown=True)
