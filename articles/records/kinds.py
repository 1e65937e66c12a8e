"""What has a name, an address and a facet of its own: tags of every kind, outlets, authors."""

from __future__ import annotations

from articles.models import Author, Outlet, Tag, TagKind

type Record = Tag | Outlet | Author

# By the facet in which readers meet them.
MODELS: dict[str, type[Tag] | type[Outlet] | type[Author]] = {
    **dict.fromkeys(TagKind.values, Tag),
    "outlet": Outlet,
    "author": Author,
}


def kind_of(record: Record) -> str:
    """Return the facet of a record: actor, country, organisation, topic, outlet, author."""
    return record.kind if isinstance(record, Tag) else str(record._meta.model_name)


def column_of(record: Record) -> str:
    """Return how rows that name a record call it: tag, outlet, author."""
    return str(record._meta.model_name)


def number_of(record: Record) -> str:
    """Return ``tag:12``: how a background task is told which record it is about."""
    return f"{column_of(record)}:{record.pk}"


def find_by_number(written: str) -> Record | None:
    """Return the record that `number_of` wrote; None if it is gone."""
    table, _, pk = written.partition(":")
    if table == "tag":
        return Tag.objects.filter(pk=pk).first()
    return (Outlet if table == "outlet" else Author).objects.filter(pk=pk).first()
