"""An import from beginning to end, on real files."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from pathlib import Path

import pytest
from django.apps import apps
from django.db import OperationalError, connection

from articles import gazetteer
from articles.importing import run as run_module
from articles.importing.ending import ImportFailedError
from articles.importing.report import Problem, Report
from articles.importing.run import import_paths
from articles.importing.troubles import Trouble
from articles.models import (
    Archive,
    Article,
    ArticleSource,
    Author,
    Change,
    ChangeSet,
    ImportIssue,
    ImportRun,
    OutboxRow,
    Outlet,
    Tag,
    Tagging,
)
from articles.search import sync
from articles.search.query import Criteria
from articles.tagging import Alias, Entry, Kind
from articles.tagging.gazetteer import read_data

GAZETTEER = (
    Entry(Kind.COUNTRY, "russia", "Russia", "ru", aliases=(Alias("Russia"),)),
    Entry(Kind.COUNTRY, "ukraine", "Ukraine", "ua", aliases=(Alias("Ukraine"),)),
)


def write(folder: Path, name: str, *, title: str = "Talks about Ukraine", body: str = "") -> Path:
    """Write a clipping; its title and body name Ukraine and Russia unless told otherwise."""
    lines = ["---", f"title: {title}", "date: 2025-10-16", "---", ""]
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*lines, body or f"Russia said so in {name}.", ""]), encoding="utf-8")
    return path


def counts(report: Report) -> dict[str, int]:
    return {outcome.value: count for outcome, count in report.counts.items() if count}


def rows() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in apps.get_app_config("articles").get_models()}


def digest() -> str:
    """Return a hash of all that an import stores, without the numbers that the database hands out."""
    articles = Article.objects.order_by("identity").values_list(
        "identity",
        "content_hash",
        "slug",
        "title",
        "body",
        "published_on",
        "outlet__name",
        "gazetteer_release",
        "status",
        "withdrawal",
    )
    taggings = Tagging.objects.order_by("article__identity", "tag__slug").values_list(
        "article__identity", "tag__slug", "role", "salience", "mentions", "origin", "status"
    )
    sources = ArticleSource.objects.order_by("path").values_list(
        "path", "name", "sha256", "article__identity", "is_undone"
    )
    authors = Article.objects.order_by("identity", "authorships__position").values_list(
        "identity", "authorships__author__slug"
    )
    stored = [list(articles), list(taggings), list(sources), list(authors)]
    return hashlib.sha256(json.dumps(stored, default=str).encode()).hexdigest()


def trail() -> str:
    """Return a hash of what imports and undos recorded, without the numbers that the database hands out."""
    identities = dict(Article.objects.values_list("pk", "identity"))
    names = {
        "outlet_id": dict(Outlet.objects.values_list("pk", "name")),
        "authors": dict(Author.objects.values_list("pk", "name")),
        "taggings": {str(pk): slug for pk, slug in Tag.objects.values_list("pk", "slug")},
    }

    def without_numbers(values: dict[str, object] | None) -> dict[str, object]:
        shown = dict(values or {})
        if shown.get("outlet_id"):
            shown["outlet_id"] = names["outlet_id"][shown["outlet_id"]]
        shown["authors"] = [names["authors"][pk] for pk in shown.get("authors", ())]
        shown["taggings"] = {names["taggings"][pk]: row for pk, row in shown.get("taggings", {}).items()}
        return shown

    changes = [
        [identities[pk], act, label, without_numbers(before), without_numbers(after)]
        for pk, act, label, before, after in Change.objects.filter(table="article").values_list(
            "row_id", "change_set__act", "label", "before", "after"
        )
    ]
    counts = ChangeSet.objects.filter(run__isnull=False).values_list("change_count", flat=True)
    assert sum(counts) == len(changes)
    stored = sorted(json.dumps(change, sort_keys=True) for change in changes)
    return hashlib.sha256(json.dumps(stored).encode()).hexdigest()


@pytest.fixture
def folder(tmp_path) -> Path:
    """Return a folder with two good clippings."""
    folder = tmp_path / "clippings"
    write(folder, "a.md")
    write(folder, "deep/b.md")
    return folder


@pytest.fixture
def loaded(db) -> None:
    gazetteer.load(GAZETTEER, release=gazetteer.release_of(GAZETTEER))


pytestmark = pytest.mark.usefixtures("loaded")


def test_a_folder_becomes_a_tagged_and_searchable_archive(folder):
    report = import_paths([folder])

    assert counts(report) == {"created": 2}
    assert set(Tagging.objects.values_list("tag__slug", flat=True)) == {"russia", "ukraine"}
    assert sync.search(Criteria(words="Ukraine")).count == 2
    run = ImportRun.objects.get()
    assert (run.pk, run.state, run.created_count) == (report.run_id, "finished", 2)
    assert run.gazetteer_release == Archive.objects.get().gazetteer_release
    assert run.finished_at is not None


def test_importing_again_changes_nothing(folder):
    import_paths([folder])
    before, revision = digest(), Archive.objects.get().revision

    assert counts(import_paths([folder])) == {"unchanged": 2}
    assert digest() == before
    # Not even the search index has anything to do.
    assert Archive.objects.get().revision == revision


def test_importing_from_another_place_changes_nothing_either(folder, tmp_path):
    import_paths([folder])
    folder.rename(tmp_path / "moved")

    assert counts(import_paths([tmp_path / "moved"])) == {"unchanged": 2}
    assert Article.objects.count() == 2


def test_an_edited_file_updates_its_article_and_the_index(folder):
    import_paths([folder])
    write(folder, "a.md", title="Talks in Vienna", body="Nobody knows.")
    report = import_paths([folder])

    assert counts(report) == {"updated": 1, "unchanged": 1}
    assert sync.search(Criteria(words="Vienna")).count == 1
    assert sync.search(Criteria(words="Ukraine")).count == 1


def test_a_deleted_file_keeps_its_article(folder):
    import_paths([folder])
    (folder / "a.md").unlink()

    assert counts(import_paths([folder])) == {"unchanged": 1}
    assert Article.objects.count() == 2


def test_a_new_reader_reads_every_file_again(folder):
    import_paths([folder])
    ArticleSource.objects.update(reader_version="of last year")

    assert counts(import_paths([folder])) == {"unchanged": 2}
    assert not ArticleSource.objects.filter(reader_version="of last year").exists()


def test_a_new_gazetteer_tags_unchanged_files_again(folder):
    import_paths([folder])
    talks = Entry(Kind.ORGANISATION, "talks", "Talks", "talks", aliases=(Alias("Talks"),))
    gazetteer.load([*GAZETTEER, talks], release="newer")

    assert counts(import_paths([folder])) == {"updated": 2}
    assert set(Tagging.objects.values_list("tag__slug", flat=True)) == {"russia", "ukraine", "talks"}
    assert counts(import_paths([folder])) == {"unchanged": 2}


def test_a_gazetteer_that_was_never_loaded_is_loaded_first(folder, monkeypatch):
    monkeypatch.setattr(gazetteer, "read_shipped", lambda: GAZETTEER)
    Tag.objects.all().delete()
    Archive.objects.all().delete()
    OutboxRow.objects.all().delete()
    import_paths([folder])

    assert Archive.objects.get().gazetteer_release
    assert {"russia", "ukraine"} <= set(Tagging.objects.values_list("tag__slug", flat=True))


@pytest.mark.parametrize("is_loaded", [True, False], ids=["gazetteer loaded", "gazetteer never loaded"])
def test_a_dry_run_reports_the_same_and_writes_nothing(folder, is_loaded, monkeypatch):
    monkeypatch.setattr(run_module, "read_data", lambda: GAZETTEER)
    monkeypatch.setattr(gazetteer, "read_shipped", lambda: GAZETTEER)
    if not is_loaded:
        Tag.objects.all().delete()
        Archive.objects.all().delete()
        OutboxRow.objects.all().delete()
    else:
        import_paths([folder])
        write(folder, "a.md", title="Edited")
    write(folder, "c.md", body="New.")
    write(folder, "copy of c.md", body="New.")
    for name in ("first.md", "second.md"):
        write(folder, name, title="Talks\nurl: https://example.org/talks", body=name)
    (folder / "broken.md").write_text("---\ntitle: [\n---\n")
    before, state = rows(), digest()
    dry = import_paths([folder], is_dry=True)

    assert (rows(), digest()) == (before, state)
    assert dry.run_id is None
    wet = import_paths([folder])
    assert (counts(dry), dry.problems) == (counts(wet), wet.problems)
    assert [problem.path for problem in dry.problems] == [
        str(folder / "broken.md"),
        str(folder / "second.md"),
    ]
    assert list(ImportIssue.objects.values_list("path", "message")) == [
        (problem.path, problem.message) for problem in wet.problems
    ]


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def make_link_out(path: Path) -> None:
    path.symlink_to("/etc/hostname")


BAD_FILES = {
    "no-closing-fence.md": b"---\ntitle: Talks\n\nNobody closed it.\n",
    "bad-yaml.md": b"---\ntitle: Talks\nauthors: [one, two\n---\nText.\n",
    "impossible-date.md": b"---\ntitle: Talks\ndate: 2025-02-30\n---\nText.\n",
    "empty.md": b"",
    "huge.md": b"---\ntitle: Talks\n---\n" + b"word " * 500_000,
    "parser-crash.md": b"---\n" + b"- " * 26_500 + b"\n---\nText.\n",
    "anchors.md": b"---\na0: &a0 [x, x]\n"
    + b"".join(b"a%d: &a%d [*a%d, *a%d, *a%d]\n" % (n, n, n - 1, n - 1, n - 1) for n in range(1, 40))
    + b"---\nText.\n",
    "pipe.md": make_pipe,
    "link.md": make_link_out,
}


@pytest.fixture
def good_digest(folder):
    """Return what the database holds after a clean import of the folder."""
    import_paths([folder])
    clean = digest()
    for model in (Tagging, ArticleSource, Article, ImportRun, OutboxRow):
        model.objects.all().delete()
    return clean


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_one_issue_and_costs_no_other_file(good_digest, folder, name):
    content = BAD_FILES[name]
    if callable(content):
        content(folder / name)
    else:
        (folder / name).write_bytes(content)
    report = import_paths([folder])

    assert counts(report) == {"created": 2, "failed": 1}
    [problem] = report.problems
    assert (problem.path, problem.level) == (str(folder / name), ImportIssue.Level.ERROR)
    # What and what to do.
    assert len(problem.message) > 20
    assert list(ImportIssue.objects.values_list("path", "line", "message")) == [
        (problem.path, problem.line, problem.message)
    ]
    assert digest() == good_digest


def test_a_missing_path_is_a_failure_with_a_remedy(folder):
    report = import_paths([folder / "nowhere", folder])

    assert counts(report) == {"created": 2, "failed": 1}
    assert report.problems == [
        Problem(
            str(folder / "nowhere"),
            None,
            "no such file or folder; check the path, or whether it was deleted meanwhile",
            kind=Trouble.MISSING,
            file=str(folder / "nowhere"),
            name="nowhere",
        )
    ]


def test_a_path_longer_than_the_column_is_a_failure(folder):
    deep = folder
    while len(os.fsencode(deep)) < 1_000:
        deep /= "d" * 100
    write(deep, "a.md", body="Unreachable.")
    report = import_paths([folder])

    assert counts(report) == {"created": 2, "failed": 1}
    assert report.problems[0].message == "its path is longer than 1000 bytes; move the folder further up"


def without_bad(row: tuple[object, ...]) -> list[object]:
    """Return the row, None in it for a title that is bad."""
    return [None if value == "Bad" else value for value in row]


def test_a_file_the_database_refuses_costs_no_other(folder):
    for number in range(5):
        write(folder, f"good{number}.md", body=f"{number}.")
    write(folder, "bad.md", title="Bad")

    def spoil(execute, sql, params, many, context):
        # The database itself refuses this, with all that means for its transaction.
        if sql.startswith('INSERT INTO "articles_article" '):
            params = [without_bad(row) for row in params]
        return execute(sql, params, many, context)

    with connection.execute_wrapper(spoil):
        report = import_paths([folder])

    assert counts(report) == {"created": 7, "failed": 1}
    [problem] = report.problems
    assert problem.path == str(folder / "bad.md")
    assert problem.message.startswith("it could not be stored (IntegrityError: ")
    assert Article.objects.count() == ArticleSource.objects.count() == 7
    assert ImportRun.objects.get().failed_count == 1
    assert ImportIssue.objects.get().message == problem.message


def test_a_warning_is_kept_with_the_file_that_was_imported(folder):
    write(folder, "long.md", title="t" * 600)
    report = import_paths([folder])

    assert counts(report) == {"created": 3}
    [problem] = report.problems
    assert (problem.path, problem.level) == (str(folder / "long.md"), ImportIssue.Level.WARNING)
    assert ImportIssue.objects.get().level == ImportIssue.Level.WARNING


def test_a_stopped_import_ends_with_its_chunk_and_the_next_goes_on(folder, monkeypatch):
    monkeypatch.setattr(run_module, "CHUNK", 1)
    report = import_paths([folder], should_stop=lambda: True)

    assert (counts(report), report.is_interrupted) == ({"created": 1}, True)
    assert ImportRun.objects.get().state == ImportRun.State.INTERRUPTED
    assert counts(import_paths([folder])) == {"created": 1, "unchanged": 1}


def test_a_run_that_was_killed_is_shown_as_interrupted(folder):
    ImportRun.objects.create(state=ImportRun.State.RUNNING)
    import_paths([folder])

    states = ImportRun.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [ImportRun.State.INTERRUPTED, ImportRun.State.FINISHED]


def test_a_database_that_fails_ends_the_run_and_keeps_what_it_stored(folder, monkeypatch):
    monkeypatch.setattr(run_module, "CHUNK", 1)
    inserts = 0

    def fail(execute, sql, params, many, context):
        nonlocal inserts
        is_insert = sql.startswith('INSERT INTO "articles_article" ')
        inserts += is_insert
        if is_insert and inserts == 2:
            raise OperationalError("database or disk is full")
        return execute(sql, params, many, context)

    with (
        connection.execute_wrapper(fail),
        pytest.raises(ImportFailedError, match="database or disk is full") as caught,
    ):
        import_paths([folder])

    assert counts(caught.value.report) == {"created": 1}
    assert Article.objects.count() == 1
    assert counts(import_paths([folder])) == {"created": 1, "unchanged": 1}


def test_an_unchanged_chunk_is_only_read(folder):
    import_paths([folder])

    def forbid(execute, sql, params, many, context):
        assert sql.startswith(("SELECT", "SAVEPOINT", "RELEASE")) or "articles_importrun" in sql
        return execute(sql, params, many, context)

    with connection.execute_wrapper(forbid):
        assert counts(import_paths([folder])) == {"unchanged": 2}


def test_an_index_that_cannot_be_written_does_not_undo_the_import(folder, settings):
    settings.NEWSROOM_INDEX = folder / "a.md" / "index"
    report = import_paths([folder])

    assert counts(report) == {"created": 2}
    assert "a.md" in report.index_problem
    # The next import catches up.
    settings.NEWSROOM_INDEX = folder.parent / "index"
    assert import_paths([folder]).index_problem == ""
    assert sync.search(Criteria(words="Ukraine")).count == 2


def test_the_real_clipping(shared):
    gazetteer_entries = read_data()
    gazetteer.load(gazetteer_entries, release=gazetteer.release_of(gazetteer_entries))
    first, second = import_paths([shared / "seeds"]), import_paths([shared / "seeds"])

    assert (counts(first), counts(second)) == ({"created": 1}, {"unchanged": 1})
    article = Article.objects.get()
    assert (article.published_on, article.clipped_on) == (dt.date(2025, 10, 16), dt.date(2025, 10, 17))
    assert (article.outlet.name, [author.name for author in article.authors.all()]) == (
        "BBC",
        ["Sean Seddon"],
    )
    assert {"vladimir-putin", "donald-trump"} <= set(article.taggings.values_list("tag__slug", flat=True))
