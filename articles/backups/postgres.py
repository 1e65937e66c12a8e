"""Copies, checks and puts back a PostgreSQL database, with PostgreSQL's own programs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from django.db import connection, transaction

from articles.backups.container import BackupError, Facts
from articles.backups.facts import differences, named, read_facts

# What the programs read from the environment: a password among arguments would be seen by everybody.
VARIABLES = {
    "host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY",
    "passfile": "PGPASSFILE", "service": "PGSERVICE",
}  # fmt: skip
# COPY public.articles_article (id, title) FROM stdin;
COPY = re.compile(rb'COPY (?:\w+\.)?"?(\w+)"? \(.*\) FROM stdin;\n')
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
# An archive is one schema; who owns it, and who may do what, is the new server's matter.
COMMON = ("--no-owner", "--no-privileges")


def dump_into(path: Path) -> Facts:
    """Write the database of this archive, as it is at one moment, to a new file; return what that holds."""
    program = _program("pg_dump")
    with transaction.atomic(), connection.cursor() as cursor:
        # pg_dump reads the very snapshot that is counted here.
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        [snapshot] = cursor.fetchone()
        facts = read_facts(_select, named(_select(TABLES)))
        _run([program, "--format=custom", *COMMON, f"--snapshot={snapshot}", f"--file={path}"])
    return facts


def check(path: Path, expected: Facts) -> list[str]:
    """Return what is wrong with a dump: reads all of it, and counts the rows of each table."""
    counts: dict[str, int] = {}
    table = ""
    with tempfile.TemporaryFile() as complaints:
        command = [_program("pg_restore"), "--data-only", "--file=-", str(path)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints)  # noqa: S603 - as in _run
        with process:
            for line in process.stdout or ():
                if table and line == b"\\.\n":
                    table = ""
                elif table:
                    counts[table] += 1
                elif begin := COPY.fullmatch(line):
                    table = begin[1].decode()
                    counts[table] = 0
        complaints.seek(0)
        if process.returncode:
            return [f"its database cannot be read ({_complaint(complaints.read().decode(errors='replace'))})"]
    found = Facts(
        expected.archive, expected.revision, expected.gazetteer_release, counts, expected.migrations
    )
    return differences(expected, found)


def check_empty() -> None:
    """Raise BackupError if the database that DATABASE_URL names holds any table."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
    if names:
        raise BackupError(
            f"the database {connection.settings_dict['NAME']!r} holds tables already, and nothing was "
            "changed; make an empty one (createdb NAME) and name it in DATABASE_URL"
        )


def load(path: Path, expected: Facts) -> None:
    """Put a dump into this archive's empty database, all of it or nothing."""
    name = str(connection.settings_dict["NAME"])
    program = _program("pg_restore")
    command = [program, "--single-transaction", "--exit-on-error", *COMMON, f"--dbname={name}", str(path)]
    _run(command)
    if problems := differences(expected, read_facts(_select, expected.counts)):
        raise BackupError(f"it was put back, but {problems[0]}")


def _select(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise BackupError(
            f"{name} is not installed; install PostgreSQL's client programs (Debian: postgresql-client), of "
            "the server's version or newer"
        )
    return path


def _run(command: Sequence[str]) -> None:
    params = connection.get_connection_params()
    login = {VARIABLES[key]: str(value) for key, value in params.items() if key in VARIABLES}
    # No shell, and nothing in the command that somebody else could have written.
    done = subprocess.run(command, env={**os.environ, **login}, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise BackupError(f"{Path(command[0]).name} failed ({_complaint(done.stderr)})")


def _complaint(text: str) -> str:
    """Return the one line of a program's complaints that says most."""
    lines = [line for line in text.splitlines() if line.strip()] or ["it did not say why"]
    return next((line for line in lines if "error" in line), lines[-1])[:300]
