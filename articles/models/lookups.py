"""Looks up very many values by statements whose length does not grow with their number.

``field__among=values`` says what ``field__in=values`` does.  Django looks several times at each value of an
``__in`` and gives it a place in a statement that the database then parses anew: 2 to 5 us a value, and an
import looks up twenty for each article.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler

if TYPE_CHECKING:
    AnyLookup = models.Lookup[Any]
else:
    AnyLookup = models.Lookup


# Every field knows `__among` as soon as the models are loaded: who says it need import nothing.
@models.ForeignObject.register_lookup
@models.Field.register_lookup
class Among(AnyLookup):
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
