"""What `manage.py verify` finds, and that it finds nothing where nothing is wrong."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from articles import curation, gazetteer, verification
from articles.importing import store
from articles.importing.run import import_paths
from articles.models import Archive, Article, Author, ChangeSet, OutboxRow, Tag, Tagging
from articles.search import sync
from articles.verification import Finding, misplaced, verify
from tests.factories import make_article, make_outlet, make_tag, make_tagging
from tests.importing.test_run import GAZETTEER, write

pytestmark = pytest.mark.django_db


def sql(statement: str, *values: object) -> None:
    """Write behind the program's back."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def faults() -> list[Finding]:
    return [finding for finding in verify() if finding.is_fault]


def one_fault() -> tuple[str, int | None, str]:
    """Return the only fault there is: its check, its article, what is said of it."""
    [fault] = faults()
    return fault.check, fault.article_id, fault.what


# Each may lose, gain or change one character; the second says how.
DAMAGE = {
    "title": "title || 'x'",
    "standfirst": "substr(standfirst, 2)",
    "body": "replace(body, 'o', '0')",
    "byline": "'b' || substr(byline, 2)",
    "url": "url || '/'",
    "published_on": "'2025-10-17'",
    "language": "'eo'",
    "section": "replace(section, 'W', 'w')",
    "summary": "replace(summary, 'O', 'Q')",
    "keywords": "'[\"oil \"]'",
}


def test_each_of_a_hundred_texts_with_one_damaged_character_is_found():
    articles = []
    for number in range(100):
        article = Article(
            identity=f"text:{number}", content_hash="-", title=f"Talks {number} go on", standfirst="In Oman.",
            body="The ministers spoke for an hour.\n\nThen they left.", byline="By Ana", section="World",
            url=f"https://example.org/{number}", published_on=dt.date(2025, 10, 16), language="en",
            keywords=["oil"], extra={"pages": 3.0, "inner": [{"b": 1, "a": None}]},
        )  # fmt: skip
        store.refresh_derived(article)
        articles.append(article)
    Article.objects.bulk_create(articles)
    sync.enqueue(article.pk for article in articles)
    assert faults() == []

    for number, article in enumerate(articles):
        column, damaged = list(DAMAGE.items())[number % len(DAMAGE)]
        sql(f"UPDATE articles_article SET {column} = {damaged} WHERE id = %s", article.pk)

    assert [(fault.check, fault.article_id) for fault in faults()] == [
        ("text", article.pk) for article in articles
    ]


def test_a_hash_that_was_damaged_itself_is_found():
    article = make_article()
    sql("UPDATE articles_article SET text_hash = '' WHERE id = %s", article.pk)

    assert one_fault()[:2] == ("text", article.pk)


def test_an_article_that_cannot_be_read_does_not_hide_the_others(monkeypatch):
    articles = [make_article(title=f"Talks {number}") for number in range(5)]
    sql("UPDATE articles_article SET title = 'Walks' WHERE id = %s", articles[4].pk)
    if connection.vendor == "sqlite":
        sql(
            "UPDATE articles_article SET body = CAST(x'ff' AS TEXT) WHERE id = %s",
            articles[2].pk,
        )
        expected = [("unreadable", articles[2].pk), ("text", articles[4].pk)]
    else:  # which takes neither
        expected = [("text", articles[4].pk)]
    found = [(fault.check, fault.article_id) for fault in faults() if fault.article_id]

    assert found == expected


@pytest.mark.parametrize(
    ("mention", "problem"),
    [
        (["title", 0, 4, "name"], ""),
        (["title", 0, 10, "name"], ""),
        (["body", 0, 4, "name"], "it rests on characters 0 to 4 of the body, which has 0"),
        (["title", 5, 40, "name"], "it rests on characters 5 to 40 of the title, which has 17"),
        (["title", 4, 4, "name"], "it rests on characters 4 to 4 of the title, which has 17"),
        (["title", -4, 4, "name"], "it rests on characters -4 to 4 of the title, which has 17"),
        (["title", 0, 3, "name"], "it rests on 'Ira' in the title, which is no whole word"),
        (["title", 1, 4, "name"], "it rests on 'ran' in the title, which is no whole word"),
        (["title", 4, 5, "name"], "it rests on ' ' in the title, which is no whole word"),
        (["title", "0", 4, "name"], "\"['title', '0', 4, 'name']\" is no mention"),
        (["footer", 0, 4, "name"], "\"['footer', 0, 4, 'name']\" is no mention"),
        ("Iran", "'Iran' is no mention"),
    ],
    ids=[
        "a word", "words", "empty text", "beyond the end", "nothing", "before the beginning",
        "cut at its end", "cut at its beginning", "white space", "not a number", "no such part", "not a list",
    ],
)  # fmt: skip
def test_evidence_is_whole_words_of_the_text(mention, problem):
    assert misplaced([mention], {"title": "Iran hosts talks.", "standfirst": "", "body": ""}) == problem


def test_mentions_that_are_no_list_are_evidence_of_nothing():
    assert misplaced({"title": 1}, {}) == "its mentions are no list"


def test_a_tagging_whose_words_are_not_there_is_found():
    article = make_article(title="Iran hosts talks")
    tagging = make_tagging(article, "country/Iran", mentions=[["title", 0, 4, "name"]])
    assert faults() == []

    sql("UPDATE articles_tagging SET mentions = %s WHERE id = %s", '[["title", 2, 9, "name"]]', tagging.pk)

    what = "the tag Iran: it rests on 'an host' in the title, which is no whole word"
    assert one_fault() == ("evidence", article.pk, what)


def test_what_is_wrong_only_while_somebody_writes_is_not_told(monkeypatch):
    article = make_article()
    first = [Finding("text", "half written", "", article.pk)]
    answers = iter([first, []])
    monkeypatch.setattr(verification, "_examine", lambda pks: next(answers))

    assert faults() == []


def test_an_article_without_a_file_is_remarked_upon_and_no_fault():
    article = make_article()
    sync.rebuild()

    [finding] = verify()

    assert (finding.check, finding.article_id, finding.is_fault) == ("source", article.pk, False)


@pytest.mark.sqlite  # PostgreSQL cannot be made to hold one
def test_a_reference_to_nothing_is_found(monkeypatch):
    article = make_article(tags=["country/Iran"])
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA defer_foreign_keys = ON")
    sql("UPDATE articles_tagging SET tag_id = 999999 WHERE article_id = %s", article.pk)
    found = {(fault.check, fault.what) for fault in faults()}
    tagging = Tagging.objects.get()
    sql("UPDATE articles_tagging SET tag_id = %s", Tag.objects.get().pk)

    assert ("reference", f"tagging {tagging.pk} points to tag 999999, which does not exist") in found


def test_a_lost_row_of_the_trail_is_found(alice):
    curation.confirm([make_tagging(make_article(), "country/Iran")], by=alice)
    assert faults() == []

    sql("DELETE FROM articles_change")

    act = ChangeSet.objects.get()
    assert one_fault() == ("trail", None, f"change set {act.pk} has 0 changes where 1 were made")


def test_an_outbox_ahead_of_its_archive_is_found():
    make_article()
    Archive.objects.update(revision=0)

    assert one_fault() == ("outbox", None, "the outbox goes up to 1, the archive only to 0")


def test_a_missing_archive_is_found():
    make_article()
    Archive.objects.all().delete()

    assert ("outbox", "the archive's own row is missing") in {(fault.check, fault.what) for fault in faults()}


def test_an_index_that_differs_is_found_and_what_waits_for_it_is_not():
    articles = [make_article(title=f"Talks {number}") for number in range(3)]
    sync.apply_outbox()
    make_article(title="Waits for the index")
    Article.objects.filter(pk=articles[0].pk).update(status=Article.Status.WITHDRAWN)
    Article.objects.filter(pk=articles[1].pk).update(language="fr")

    index = [(fault.article_id, fault.what) for fault in faults() if fault.check == "index"]

    assert index == [
        (articles[0].pk, "it is in the search index, although readers may not see it"),
        (articles[1].pk, "its entry in the search index is out of date"),
    ]


@pytest.mark.parametrize("is_json", [False, True], ids=["for people", "as JSON"])
def test_the_command_prints_each_fault_with_its_remedy_and_ends_with_1(is_json):
    article = make_article(title="Talks in Oman")
    Article.objects.filter(pk=article.pk).update(title="Talks in 0man")
    printed = io.StringIO()
    with pytest.raises(CommandError, match="1 fault found") as caught:
        call_command("verify", is_json=is_json, stdout=printed)

    assert caught.value.returncode == 1
    if is_json:
        report = json.loads(printed.getvalue())
        assert (report["faults"], report["counts"]["articles"]) == (1, 1)
        assert [one["article_id"] for one in report["findings"] if one["is_fault"]] == [article.pk]
    else:
        assert printed.getvalue().startswith(
            f"article {article.pk}: 'Talks in 0man': its text is not what was stored; a character or more "
            "changed; hold it against its file and correct it in the admin, or restore a backup"
        )


# --- Nothing is wrong after what the program does itself ---------------------------------------------------


def edit(article: Article, by: object) -> None:
    values = {
        "title": "Iranians host: " + article.title,
        "body": article.body.replace("Russia", "Russian"),
        "published_on": dt.date(2024, 1, 1),
        "outlet": make_outlet("BBC"),
        "authors": [Author.objects.create(name="Ana", slug="ana")],
    }
    curation.edit_article(article, values, by=by)


def correct_a_damaged_text(article: Article, by: object) -> None:
    title = article.title
    Article.objects.filter(pk=article.pk).update(title=title.replace("l", "1"))
    curation.edit_article(article, {"title": title}, by=by)


ACTS: dict[str, Callable[[Article, object], object]] = {
    "confirm": lambda article, by: curation.confirm(article.taggings.all(), by=by),
    "reject": lambda article, by: curation.reject(article.taggings.all(), by=by),
    "set a role": lambda article, by: curation.set_role(article.taggings.all(), Tagging.Role.MAIN, by=by),
    "add a tag": lambda article, by: curation.add_tag(article, make_tag("topic/Oil"), by=by),
    "edit": edit,
    "correct a damaged text": correct_a_damaged_text,
    "withdraw": lambda article, by: curation.withdraw(Article.objects.all(), by=by),
    "withdraw and restore": lambda article, by: (
        curation.withdraw(Article.objects.all(), by=by), curation.restore(Article.objects.all(), by=by)
    ),
    "retire": lambda article, by: curation.retire(Tag.objects.filter(slug="russia"), by=by),
}  # fmt: skip


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_an_archive_is_sound_after_every_act_and_every_import(act, alice, tmp_path):
    gazetteer.load(GAZETTEER, release=gazetteer.release_of(GAZETTEER))
    write(tmp_path, "a.md")
    write(tmp_path, "b.md", title="Überfall: «Россия» 🕊 e\u0301", body="Russia and\nUkraine,\nRussia's\n")
    import_paths([tmp_path])
    assert list(verify()) == []

    act(Article.objects.order_by("pk").first(), alice)
    assert faults() == []

    write(tmp_path, "a.md", title="Russia and Ukraine talk on", body="Moscow: Russia, Ukraine.")
    import_paths([tmp_path])
    import_paths([tmp_path], is_forced=True)
    sync.apply_outbox()
    assert list(verify()) == []
    assert OutboxRow.objects.exists()


def test_an_archive_is_sound_after_an_undo(alice, tmp_path):
    gazetteer.load(GAZETTEER, release=gazetteer.release_of(GAZETTEER))
    path = write(tmp_path, "a.md", body="Russia said so. Ukraine did not.")
    first = import_paths([tmp_path])
    hash_of_first = Article.objects.get().text_hash
    path.write_text(path.read_text().replace("Russia said", "In Moscow, Russia never said"))
    second = import_paths([tmp_path])
    assert Article.objects.get().text_hash != hash_of_first

    call_command("undo_import", str(second.run_id), stdout=io.StringIO())
    assert (Article.objects.get().text_hash, faults()) == (hash_of_first, [])

    call_command("undo_import", str(first.run_id), stdout=io.StringIO())
    assert faults() == []
