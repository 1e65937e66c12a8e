"""Looks up and inserts very many rows by statements whose length does not grow with their number.

``field__among=values`` says what ``field__in=values`` does.  Django looks several times at each value of an
``__in`` and gives it a place in a statement that the database then parses anew: 2 to 5 us a value, and an
import looks up twenty for each article.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery
from django.db.models.sql.compiler import SQLCompiler

# What either database takes as it is: days as `2025-10-16`, JSON as its text.
type Plain = str | int | float | bytes | None


@models.ForeignObject.register_lookup
@models.Field.register_lookup
class Among(models.Lookup[Any]):
    """Whether a column is one of many values: all texts or all whole numbers, as the column holds them."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        """Return the condition, with all values as one parameter; raise EmptyResultSet if there are none."""
        values = list(self.rhs)
        if not values:
            raise EmptyResultSet
        column, params = self.process_lhs(compiler, connection)
        if connection.vendor == "postgresql":
            return f"{column} = ANY(%s)", (*params, values)
        return f"{column} IN (SELECT value FROM json_each(%s))", (*params, json.dumps(values))  # noqa: S608


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
