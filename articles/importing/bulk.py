"""Inserts very many rows by statements whose length does not grow with their number."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import connection, models
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery

# What either database takes as it is: days as `2025-10-16`, JSON as its text.
type Plain = str | int | float | bytes | None


def insert_rows(
    model: type[models.Model],
    names: Sequence[str],
    rows: Iterable[Sequence[Plain]],
    *,
    unique: Collection[str] = (),
) -> None:
    """Insert rows, each with the values of the fields ``names``; other fields get what the database gives.

    A row that has the same values in the fields ``unique`` as one that is there replaces what is there.
    Five times as fast as `bulk_create` (0.2 ms against 1.0 for the 16 taggings of an article), whose time
    goes into making models and asking them for each value again.
    """
    rows = list(rows)
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_insertion(model, tuple(names), tuple(unique), connection.vendor), rows)


@functools.cache
def _insertion(model: type[models.Model], names: Sequence[str], unique: Collection[str], vendor: str) -> str:
    """Return the statement, written once for each kind of database."""
    columns = {field.name: field for field in model._meta.concrete_fields}
    fields = [columns[name] for name in names]
    query = InsertQuery(model)
    if unique:
        query = InsertQuery(
            model,
            on_conflict=OnConflict.UPDATE,
            update_fields=[field for field in fields if field.name not in unique],
            unique_fields=[columns[name] for name in unique],
        )
    query.insert_values(fields, [model()], raw=True)
    [(statement, _)] = query.get_compiler(connection=connection).as_sql()
    return str(statement)


def prepared(value: object, field: models.Field[Any, Any]) -> Plain:
    """Return a value as the database takes it: an instant, mostly, that all rows of a statement share."""
    return field.get_db_prep_save(value, connection)
