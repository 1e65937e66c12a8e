"""Fills a data folder with a made-up archive of any size, the same for the same number, in minutes.

Example: python benchmarks/archive.py 100000 /tmp/archive

Articles are tagged with the real gazetteer, as unevenly as a real archive: the n-th name of a kind about 1/n
as often as the first, the first country in some 30 % of all articles, 12 to 16 tags an article.  Rows go into
SQLite as they would be after an import, without one; the search index is built as `reindex` builds it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import os
import random
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")

import django  # noqa: E402
from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from articles.search.folder import IndexUnusable  # noqa: E402
from articles.tagging.doubt import RULES, ground_number  # noqa: E402
from benchmarks.words import COMMON, PHRASE, RARE_IN, Choices, Texts, rare_word, vocabulary  # noqa: E402

FACTS = "made-up.json"  # what the benchmark has to know of the archive, beside its database
MIGRATIONS = PROJECT / "articles" / "migrations"
LAST_DAY = dt.date(2025, 12, 31)
DAYS = 20 * 365
PROFILES = 20_000  # different sets of tags; articles share them
MOST_DOUBT = 30_000  # the highest place in the review queue
OUTLETS, AUTHORS = 80, 3_000
# How many tags of each kind an article has, and how even the choice among them is: weights are 1/(n + shift).
SHARES = {"country": (4, 4), "actor": (3, 4), "organisation": (2, 3), "topic": (4, 5)}
MAINS = {"country": 2, "actor": 1, "organisation": 0, "topic": 1}
# The most frequent of their kind; the rest follows in a random order.
FIRST = {"country": ("us", "ru", "ua", "cn", "gb"), "organisation": ("un", "eu", "nato")}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a made-up archive holds: keys by falling frequency, words, size, and what making it took.

    ``origin`` is a hash of the program and the tables that made it: another one would make it otherwise.
    """

    origin: str
    count: int
    keys: dict[str, list[str]]
    common: str
    rare: str
    phrase: str
    taggings: int
    rows_seconds: float
    database_bytes: int
    index_seconds: float = 0.0
    index_bytes: int = 0


# --- Rows -------------------------------------------------------------------------------------------------


class Table:
    """Inserts rows of one model with the values that Django would give the columns nobody names."""

    def __init__(self, database: sqlite3.Connection, name: str, columns: Sequence[str]) -> None:
        self.database = database
        model = apps.get_model("articles", name)
        fields = [field for field in model._meta.concrete_fields if field.attname not in columns]
        defaults = {
            field.attname: field.get_db_prep_save(field.pre_save(model(), add=True), connection)
            for field in fields
            if not field.primary_key
        }
        names = ", ".join(f'"{name}"' for name in (*columns, *defaults))
        marks = ", ".join(["?"] * len(columns) + [_literal(value) for value in defaults.values()])
        self.statement = f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({marks})'

    def insert(self, rows: Iterable[Sequence[object]]) -> None:
        """Insert rows of values in the order of the columns."""
        self.database.executemany(self.statement, rows)


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool | int | float):
        return str(int(value) if isinstance(value, bool) else value)
    return "'" + str(value).replace("'", "''") + "'"


def write_rows(path: Path, count: int) -> tuple[dict[str, list[str]], int]:
    """Fill the tables; return the keys of each facet by falling frequency and the number of taggings."""
    dice = random.Random(count)
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        # Thrown away or whole: nothing has to survive a power cut half-way.
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000"):
            database.execute(f"PRAGMA {pragma}")
        database.execute("BEGIN")
        keys = _write_profiles(database, dice)
        keys["outlet"], keys["author"] = _write_names(database)
        with _without_indexes(database, ("articles_article", "articles_tagging", "articles_authorship")):
            _write_articles(database, dice, count)
            _write_taggings(database)
        taggings = database.execute("SELECT count(*) FROM articles_tagging").fetchone()[0]
        for statement in ("COMMIT", "PRAGMA analysis_limit=2000", "ANALYZE", "PRAGMA journal_mode=WAL"):
            database.execute(statement)
    return keys, taggings


def _write_profiles(database: sqlite3.Connection, dice: random.Random) -> dict[str, list[str]]:
    """Draw the sets of tags that articles share, into a table of this connection alone."""
    ids: dict[tuple[str, str], int] = {}
    keys: dict[str, list[str]] = {}
    for kind in SHARES:
        statement = "SELECT key, id FROM articles_tag WHERE kind = ? AND NOT is_retired ORDER BY key"
        found = dict(database.execute(statement, [kind]).fetchall())
        first = [key for key in FIRST.get(kind, ()) if key in found]
        others = [key for key in found if key not in first]
        dice.shuffle(others)
        others.sort(key=lambda key: key.startswith("x-"))  # states before territories that no code names
        keys[kind] = [*first, *others]
        ids |= {(kind, key): pk for key, pk in found.items()}
    choices = {kind: Choices(dice, keys[kind], shift=shift) for kind, (_, shift) in SHARES.items()}
    columns = "number INTEGER, tag INTEGER, role TEXT, salience REAL, ground INTEGER, doubt INTEGER"
    database.execute(f"CREATE TEMP TABLE profile ({columns})")
    database.executemany(
        "INSERT INTO profile VALUES (?, ?, ?, ?, ?, ?)",
        (
            (
                number,
                ids[kind, key],
                "main" if rank < MAINS[kind] else "mentioned",
                0.9 / (rank + 1),
                ground_number(kind, dice.choice(RULES)),
                dice.randrange(MOST_DOUBT),
            )
            for number in range(PROFILES)
            for kind, (usual, _) in SHARES.items()
            for rank, key in enumerate(choices[kind].different(dice.choice((usual, usual, usual + 1))))
        ),
    )
    database.execute("CREATE INDEX temp.profile_number ON profile (number)")
    return keys


def _write_names(database: sqlite3.Connection) -> tuple[list[str], list[str]]:

    words = [word.capitalize() for word in vocabulary(OUTLETS + AUTHORS)]
    outlets = [(number + 1, f"{word.lower()}-post", f"The {word} Post") for number, word in enumerate(words)]
    authors = [(number + 1, f"ada-{word.lower()}", f"Ada {word}") for number, word in enumerate(words)]
    outlets, authors = outlets[:OUTLETS], authors[:AUTHORS]
    Table(database, "Outlet", ("id", "slug", "name")).insert(outlets)
    Table(database, "Author", ("id", "slug", "name")).insert(authors)
    return [slug for _, slug, _ in outlets], [slug for _, slug, _ in authors]


def _write_articles(database: sqlite3.Connection, dice: random.Random, count: int) -> None:

    texts = Texts(dice, count)
    outlets = Choices(dice, [str(pk) for pk in range(1, OUTLETS + 1)], shift=3)
    authors = Choices(dice, [str(pk) for pk in range(1, AUTHORS + 1)], shift=20)
    days = [(LAST_DAY - dt.timedelta(days=number)).isoformat() for number in range(DAYS)]

    def rows() -> Iterator[tuple[object, ...]]:
        for number in range(1, count + 1):
            day, body, title = dice.choice(days), texts.body(number), texts.title(number)
            outlet = outlets.draw(1)[0]
            slug = title.lower().replace(" ", "-")[:80]
            yield (number, f"made-up:{number}", slug, title, body[:280], body, int(outlet), day, day, day,
                   "en", f"{number:x}", f"{number:x}")  # fmt: skip

    columns = ("id", "identity", "slug", "title", "summary", "body", "outlet_id", "published_on",
               "clipped_on", "sort_on", "language", "content_hash", "text_hash")  # fmt: skip
    Table(database, "Article", columns).insert(rows())
    byline = ((number, int(authors.draw(1)[0])) for number in range(1, count + 1))
    Table(database, "Authorship", ("article_id", "author_id")).insert(byline)


def _write_taggings(database: sqlite3.Connection) -> None:
    """Give every article the tags of one profile; neighbours get different ones."""
    columns = (
        "article_id", "tag_id", "role", "salience", "origin", "status", "mentions",
        "review_ground", "review_rank",
    )  # fmt: skip
    table = Table(database, "Tagging", columns)
    head, values = table.statement.split(" VALUES ")
    for value in ("article.id", "profile.tag", "profile.role", "profile.salience", "'automatic'",
                  "'suggested'", """'[["body", 120, 131, "name"]]'""", "profile.ground",
                  "profile.doubt"):  # fmt: skip
        values = values.replace("?", value, 1)
    database.execute(
        f"{head} SELECT {values.strip('()')} FROM articles_article AS article "
        f"CROSS JOIN temp.profile AS profile ON profile.number = article.id * 7919 % {PROFILES}"
    )


@contextmanager
def _without_indexes(database: sqlite3.Connection, tables: Sequence[str]) -> Iterator[None]:
    """Build the indexes of these tables at the end: at a million articles that takes a tenth of the time."""
    marks = ", ".join("?" * len(tables))
    statement = f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({marks})"  # noqa: E501
    indexes = database.execute(statement, tables).fetchall()
    for name, _ in indexes:
        database.execute(f'DROP INDEX "{name}"')
    yield
    for _, definition in indexes:
        database.execute(definition)


# --- The whole archive ------------------------------------------------------------------------------------


def make(data: Path, count: int) -> Facts:
    """Make an archive in an empty data folder and return its facts.  NEWSROOM_DATA has to name it."""
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("load_gazetteer", stdout=sys.stderr)
    connection.close()
    started = time.perf_counter()
    path = Path(settings.DATABASES["default"]["NAME"])
    keys, taggings = write_rows(path, count)
    rows_seconds = time.perf_counter() - started
    print(f"{count:,} articles, {taggings:,} taggings in {rows_seconds:.0f} s", file=sys.stderr)
    facts = Facts(
        origin=origin(),
        count=count,
        keys={facet: found[:200] for facet, found in keys.items()},
        common=COMMON,
        rare=rare_word(7 % max(count // RARE_IN, 1)),
        phrase=PHRASE,
        taggings=taggings,
        rows_seconds=rows_seconds,
        database_bytes=path.stat().st_size,
    )
    return index(data, facts)


def index(data: Path, facts: Facts) -> Facts:
    """Build the index of an archive, and return its facts with what that took, which it also writes down."""
    started = time.perf_counter()
    sync = import_module("articles.search.sync")
    sync.rebuild()
    seconds = time.perf_counter() - started
    print(f"index in {seconds:.0f} s", file=sys.stderr)
    facts = replace(facts, index_seconds=seconds, index_bytes=size_of(data / "index"))
    (data / FACTS).write_text(json.dumps(asdict(facts)) + "\n", encoding="utf-8")
    return facts


def origin() -> str:
    """Return a hash of what the rows of an archive depend on besides their number."""
    digest = hashlib.sha256()
    for path in (Path(__file__), Path(__file__).with_name("words.py"), *sorted(MIGRATIONS.glob("0*.py"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def size_of(folder: Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def read_facts(data: Path) -> Facts | None:
    """Return the facts of the archive in a folder; None if there is none, or one made otherwise."""
    path = data / FACTS
    if not path.is_file():
        return None
    values = json.loads(path.read_text(encoding="utf-8"))
    return Facts(**values) if values.get("origin") == origin() else None


def ensure(data: Path, count: int) -> Facts:
    """Return the archive of a folder: the one that is there, with a usable index, or a new one.

    NEWSROOM_DATA has to name the folder.  Raise ValueError when it holds something else.
    """
    facts = read_facts(data)
    if facts is None or facts.count != count:
        if data.exists() and any(path.name != "secret_key" for path in data.iterdir()):
            if not (data / FACTS).is_file():
                raise ValueError(f"{data} holds something else; name another folder")
            shutil.rmtree(data)
        data.mkdir(parents=True, exist_ok=True)
        return make(data, count)
    django.setup()
    sync = import_module("articles.search.sync")
    try:
        sync.open_engine()
    except IndexUnusable as reason:
        print(f"{reason}: building the index anew", file=sys.stderr)
        return index(data, facts)
    return facts


def main() -> None:
    """Read the command line and make the archive."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("count", type=int)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    os.environ["NEWSROOM_DATA"] = str(options.folder.resolve())
    os.environ.pop("DATABASE_URL", None)
    try:
        ensure(options.folder.resolve(), options.count)
    except ValueError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
