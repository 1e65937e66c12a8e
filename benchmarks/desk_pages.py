"""Every page of the desk, found in its registry and its addresses: none is named here that Django knows.

A new page is measured as soon as it has a name; one whose address holds the number of a row of no table's own
has to say in `ROWS` which, and a test fails until it does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Max, Model
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from articles.models import AuditItem, AuditSample, ImportIssue, ImportRun, Outlet, Tag

TERMS = ("a", "Zelenskyy", "zzzz+nowhere")  # what lists are searched for: much, something, nothing
CHOICES = 6  # of a filter, the first ones
TYPED = ("", "a", "united")  # into an autocomplete: nothing, one letter, a name

# The pages of no table whose addresses hold the number of a row: of which.
ROWS: dict[str, type[Model]] = {"quality_audit": AuditSample, "quality_reject": AuditItem}
# What an address is nothing without.
NEEDED = {"articles_upload_file": "?n=1"}
# Not measured, and why.
LEFT_OUT = {
    "login": "nobody is logged in there",
    "logout": "takes no reader",
    "password_change_done": "says one sentence",
    "view_on_site": "no table of the desk has such pages",
    "autocomplete": "measured with each field that asks it",
}


def walk(patterns: Sequence[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, str]]:
    """Yield the name and the pattern of every address that has a name."""
    for one in patterns:
        pattern = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from walk(one.url_patterns, pattern)
        elif one.name:
            yield one.name, pattern


def named() -> dict[str, str]:
    """Return the patterns of the desk's addresses by name."""
    return dict(walk(admin.site.get_urls()))


def addresses(client: Client) -> Iterator[str]:
    """Yield the addresses of the desk: lists, searched and filtered, forms, other pages, autocompletes."""
    for name, pattern in named().items():
        yield from addresses_of(name, pattern, client)
    for model, desk in admin.site._registry.items():
        yield from autocompletes(model, desk.autocomplete_fields)
        for inline in desk.inlines:
            yield from autocompletes(inline.model, inline.autocomplete_fields)


def addresses_of(name: str, pattern: str, client: Client) -> list[str]:
    """Return the addresses of one page, of the first and the last row where it is about one.

    Raise LookupError for a page of which `ROWS` should say whose number it takes.
    """
    if name in LEFT_OUT:
        return []
    if name == "app_list":
        return [reverse("admin:app_list", args=[label]) for label in sorted(_app_labels())]
    model, desk = _table_of(pattern)
    if name.endswith("_changelist") and desk is not None:
        return list(lists(reverse(f"admin:{name}"), desk, client))
    if "<" not in pattern:
        base = reverse(f"admin:{name}")
        return [base, *(base + query for query in queries(name, model))]
    about = ROWS.get(name, model)
    if about is None:
        raise LookupError(f"admin:{name} takes the number of a row; say of which in ROWS")
    pages = [reverse(f"admin:{name}", args=[pk]) for pk in _ends(about)]
    asked = [NEEDED[name]] if name in NEEDED else ["", *queries(name, model)]
    return [page + query for page in pages for query in asked]


def _table_of(pattern: str) -> tuple[type[Model] | None, admin.ModelAdmin[Model] | None]:
    """Return the table whose page an address is, and its desk."""
    label = ".".join(pattern.split("/")[:2])
    for model, desk in admin.site._registry.items():
        if model._meta.label_lower == label:
            return model, desk
    return None, None


def _app_labels() -> set[str]:
    return {model._meta.app_label for model in admin.site._registry}


def _ends(model: type[Model]) -> list[object]:
    """Return the numbers of the first and the last row."""
    rows = model._default_manager.order_by()
    ends = [row.pk for row in (rows.order_by("pk").first(), rows.order_by("pk").last()) if row]
    return list(dict.fromkeys(ends))


def queries(name: str, model: type[Model] | None) -> list[str]:
    """Return the questions that a page is asked besides none: what its own links and forms ask."""
    if name == "review":
        return [f"?{urlencode(one)}" for one in _narrowed_queues()]
    if name.endswith("_merge") and model is not None:
        two = model._default_manager.order_by("pk").values_list("pk", flat=True)[:2]
        return [f"?{urlencode({'record': list(two)}, doseq=True)}", "?q=united"]
    if name == "articles_importrun_issues":
        first = ImportIssue.objects.order_by("level", "kind").first()
        kinds = {"level": first.level, "kind": first.kind} if first else {}
        return [f"?{urlencode(kinds)}", "?p=1000"]
    if name == "articles_upload_change":
        return ["?p=2", "?outcome=created"]
    if name.endswith("_split"):
        return ["?q=united"]
    return []


def _narrowed_queues() -> Iterator[dict[str, object]]:
    """Yield what the review queue is narrowed to: of each the first, a common one, and several at once."""
    tag, outlet = (
        Tag.objects.filter(key="us").first() or Tag.objects.first(),
        Outlet.objects.order_by("pk").first(),
    )
    run = ImportRun.objects.order_by("pk").first()
    numbers: dict[str, object] = {
        name: row.pk for name, row in (("tag", tag), ("outlet", outlet), ("run", run)) if row
    }
    yield {"kind": "country"}
    yield {"rule": "capital"}
    yield {"kind": "actor", "rule": "surname"}
    for name, pk in numbers.items():
        yield {name: pk}
    yield {"kind": "topic", **{name: pk for name, pk in numbers.items() if name != "tag"}}
    yield {"at": 5_000}


def lists(base: str, desk: admin.ModelAdmin[Model], client: Client) -> Iterator[str]:
    """Yield the list of one model: plain, its second page, searched, ordered and filtered."""
    yield base
    yield f"{base}?p=2"
    if desk.search_fields:
        yield from (f"{base}?q={term}" for term in TERMS)
    for number in range(1, len(desk.list_display) + 1):
        yield f"{base}?o={number}"
    if desk.date_hierarchy:
        last = desk.model._default_manager.order_by().aggregate(last=Max(desk.date_hierarchy))["last"]
        if last:
            yield f"{base}?{desk.date_hierarchy}__year={last.year}"
    context = client.get(base).context
    if context is None or "cl" not in context:  # refused, as the list of something that is switched off
        return
    shown = context["cl"]
    for one in shown.filter_specs:
        yield from (base + choice["query_string"] for choice in islice(one.choices(shown), 1, CHOICES))
    for one in desk.list_filter:
        # Those that other pages link to show no choices.
        model = None if isinstance(one, str) else getattr(one, "model", None)
        row = model._default_manager.order_by("pk").first() if model else None
        if row is not None:
            yield f"{base}?{one.parameter_name}={row.pk}"  # type: ignore[union-attr]  # a filter of ours


def autocompletes(model: type[Model], fields: Sequence[str]) -> Iterator[str]:
    """Yield what the autocompletes of a form ask for."""
    for field in fields:
        for term in TYPED:
            query = {"app_label": model._meta.app_label, "model_name": model._meta.model_name,
                     "field_name": field, "term": term}  # fmt: skip
            yield f"{reverse('admin:autocomplete')}?{urlencode(query)}"


def forgotten() -> list[str]:
    """Return the pages that take the number of a row of which nobody said whose it is."""
    return [
        name
        for name, pattern in named().items()
        if re.search("<", pattern)
        and name not in LEFT_OUT | ROWS
        and name != "app_list"
        and _table_of(pattern)[0] is None
    ]
