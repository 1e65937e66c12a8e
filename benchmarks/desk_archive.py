"""A made-up archive with all that a desk works on (`desk_rows`), in SQLite, and copied into PostgreSQL."""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.models import BinaryField, BooleanField

from benchmarks import archive
from benchmarks.archive import origin
from benchmarks.desk_rows import STEPS, Furnisher

FURNISHED = "desk.json"  # beside the database: what was added, and by which program
COPIED = {"articles", "django_tasks_database"}  # the apps whose tables hold the archive


def furnish(path: Path, count: int) -> None:
    """Add to the archive of ``count`` articles what a desk works on."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000"):
            database.execute(f"PRAGMA {pragma}")
        database.execute("BEGIN")
        rows = Furnisher(database)
        for step in STEPS:
            started = time.perf_counter()
            step(rows, count)
            print(f"{step.__name__.strip('_')}: {time.perf_counter() - started:.0f} s", file=sys.stderr)
        for statement in ("COMMIT", "PRAGMA analysis_limit=2000", "ANALYZE", "PRAGMA journal_mode=WAL"):
            database.execute(statement)


def ensure(data: Path, count: int) -> None:
    """Make the archive of a folder, or furnish the one that is there; NEWSROOM_DATA has to name it."""
    archive.ensure(data, count)
    marker = data / FURNISHED
    if marker.is_file() and json.loads(marker.read_text())["origin"] == origin():
        return
    connection.close()
    try:
        furnish(Path(settings.DATABASES["default"]["NAME"]), count)
    except BaseException:
        (data / archive.FACTS).unlink()  # without a journal nothing can be taken back: make all anew
        raise
    marker.write_text(json.dumps({"origin": origin(), "articles": count}) + "\n")


def copy_to_postgres(path: Path) -> None:
    """Copy the rows of an SQLite archive into the PostgreSQL database that DATABASE_URL names."""
    call_command("migrate", verbosity=0)
    tables = [model for model in apps.get_models() if model._meta.app_label in COPIED]
    with closing(sqlite3.connect(path)) as source, transaction.atomic(), connection.cursor() as cursor:
        names = ", ".join(f'"{model._meta.db_table}"' for model in tables)
        cursor.execute(f"TRUNCATE {names} CASCADE")
        for model in tables:
            _copy(source, cursor, model)
        for statement in connection.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(statement)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _copy(source: sqlite3.Connection, cursor: object, model: type[models.Model]) -> None:
    fields = model._meta.concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    table = model._meta.db_table
    flags = [number for number, field in enumerate(fields) if isinstance(field, BooleanField)]
    raw = [number for number, field in enumerate(fields) if isinstance(field, BinaryField)]
    with cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as sink:  # type: ignore[attr-defined]  # psycopg's
        for row in source.execute(f'SELECT {columns} FROM "{table}"'):
            sink.write_row(_typed(row, flags, raw) if flags or raw else row)


def _typed(row: Sequence[object], flags: Sequence[int], raw: Sequence[int]) -> list[object]:
    values = list(row)
    for number in flags:
        values[number] = None if values[number] is None else bool(values[number])
    for number in raw:
        values[number] = None if values[number] is None else bytes(values[number])  # type: ignore[call-overload]
    return values
