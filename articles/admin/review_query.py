"""What an address of the review queue asks for: which suggestions, and from where on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import Model, Q
from django.http import QueryDict
from django.urls import reverse

from articles.admin.lists import is_id, is_too_long
from articles.models import ImportRun, Outlet, Tag, TagKind
from articles.review.queue import Asked, Place
from articles.tagging.doubt import RULES

LONGEST_PLACE = 30  # characters of ``rank.number``
MODELS: dict[str, type[Model]] = {"tag": Tag, "outlet": Outlet, "run": ImportRun}


@dataclass(slots=True)
class Wanted:
    """The query string as it was understood: what to review, from where on, and what was wrong with it."""

    asked: Asked = field(default_factory=Asked)
    after: Place | None = None
    at: int = 0
    chosen: dict[str, Model] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def filters(self) -> dict[str, str]:
        """Return the parameters that narrow the queue."""
        asked = self.asked
        named = {"tag": asked.tag, "kind": asked.kind, "rule": asked.rule, "outlet": asked.outlet}
        return {name: str(value) for name, value in {**named, "run": asked.run}.items() if value}

    @property
    def first_url(self) -> str:
        """Return the address of the front of this queue."""
        return _address(self.filters)

    @property
    def skip_url(self) -> str:
        """Return the address of this queue, to which the place to go on from is added."""
        return f"{self.first_url}{'&' if self.filters else '?'}after="

    def url(self, *, at: int = 0) -> str:
        """Return the address of this place in the queue, with one suggestion before it."""
        after = f"{self.after.rank}.{self.after.pk}" if self.after else ""
        return _address({**self.filters, "after": after, "at": str(at or "")})


def _address(values: Mapping[str, str]) -> str:
    query = urlencode({name: value for name, value in values.items() if value})
    return f"{reverse('admin:review')}{'?' if query else ''}{query}"


def read(query: QueryDict) -> Wanted:
    """Return what a query string asks for; what cannot be understood is said, and then nothing is shown."""
    wanted = Wanted()
    kind, rule = query.get("kind", ""), query.get("rule", "")
    if kind and kind not in TagKind.values:
        wanted.problems.append("There is no such kind of tag.")
    if rule and rule not in RULES:
        wanted.problems.append("There is no such rule.")
    numbers = {name: _chosen(name, query, wanted) for name in ("tag", "outlet", "run")}
    if wanted.problems:
        kind = rule = ""
    wanted.asked = Asked(kind=kind, rule=rule, **numbers)
    rank, _, pk = query.get("after", "")[:LONGEST_PLACE].partition(".")
    if is_id(rank) and is_id(pk) and int(rank) < 2**15:
        wanted.after = Place(int(rank), int(pk))
    at = query.get("at", "")
    wanted.at = int(at) if is_id(at) else 0
    return wanted


def _chosen(name: str, query: QueryDict, wanted: Wanted) -> int:
    """Return the number of the tag, outlet or run that a parameter names, by its number or its name."""
    # Without scripts the field to write in follows a list that is empty.
    value = next((value for value in reversed(query.getlist(name)) if value.strip()), "").strip()
    if not value:
        return 0
    found = _record(name, value)
    if found is None:
        wanted.problems.append(f"There is no such {name}: {value[:100]}.")
        return 0
    wanted.chosen[name] = found
    return int(found.pk)


def _record(name: str, value: str) -> Model | None:
    rows = MODELS[name]._default_manager.order_by("pk")
    if is_id(value):
        return rows.filter(pk=value).first()
    if "\0" in value or is_too_long(value) or name == "run":
        return None
    is_named = Q(name__iexact=value)
    return rows.filter(is_named | Q(key__iexact=value) if name == "tag" else is_named).first()
