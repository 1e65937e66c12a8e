import datetime as dt
import logging
import threading
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from articles.models import Archive, Article, OutboxRow, Tag, Tagging
from articles.search import folder as files
from articles.search import outbox, sync, upkeep
from articles.search.engine import (
    FACETS,
    Engine,
    IndexBusy,
    IndexedArticle,
    IndexUnusable,
    Result,
    Standing,
    build_lock,
    write_lock,
)
from articles.search.folder import current_generation, current_name
from articles.search.query import Criteria, CursorError, Match
from articles.search.reading import read_articles
from tests.conftest import background_starts
from tests.factories import make_article, make_tag, make_tagging

pytestmark = pytest.mark.django_db

RUSSIA = Criteria(values={("country", Match.ALL): ("russia",)})


def found(criteria: Criteria | None = None) -> list[int]:
    return sync.search(criteria or Criteria()).ids


def change(article: Article, **values: object) -> None:
    Article.objects.filter(pk=article.pk).update(**values)
    sync.enqueue([article.pk])


# --- The outbox -------------------------------------------------------------------------------------------


def test_rows_are_numbered_in_the_order_they_were_queued():
    sync.enqueue([7, 3, 7])
    sync.enqueue([])
    sync.enqueue([3])

    assert list(OutboxRow.objects.values_list("revision", "article_id")) == [(1, 7), (2, 3), (3, 3)]
    assert Archive.objects.get().revision == 3


def test_a_rolled_back_write_queues_nothing():
    with transaction.atomic():
        sync.enqueue([1])
        transaction.set_rollback(True)

    assert sync.database_standing() == Standing(str(Archive.objects.get().uuid), 0, "")
    assert not OutboxRow.objects.exists()


@pytest.mark.parametrize(
    "vanish",
    [
        lambda article: change(article, status=Article.Status.WITHDRAWN),
        lambda article: change(article, status=Article.Status.DRAFT),
        lambda article: (sync.enqueue([article.pk]), article.taggings.all().delete(), article.delete()),
    ],
    ids=["withdrawn", "draft", "deleted"],
)
def test_an_article_that_readers_may_not_see_leaves_the_index(vanish):
    kept, gone = make_article(), make_article()
    assert found() == [gone.pk, kept.pk]

    vanish(gone)

    assert found() == [kept.pk]


def test_a_rejected_tagging_and_a_retired_tag_leave_the_index():
    article = make_article(tags=["country/Russia", "country/Ukraine"])
    assert sync.search(RUSSIA, facets=("country",)).facets == {"country": [("russia", 1), ("ukraine", 1)]}

    article.taggings.filter(tag__slug="russia").update(status=Tagging.Status.REJECTED)
    Tag.objects.filter(slug="ukraine").update(is_retired=True)
    sync.enqueue([article.pk])

    assert sync.search(Criteria(), facets=("country",)).facets == {"country": []}
    assert found(RUSSIA) == []


def test_the_index_holds_what_lists_filter_by():
    article = make_article(
        title="Élysée",
        main=["country/France"],
        tags=["actor/Macron", make_tag("country/Russia", key="ru")],
        outlet="Le Monde",
        authors=["A Writer", "B Writer"],
        standfirst="In short.",
        body="At length.",
        clipped_on=dt.date(2025, 10, 17),
        language="fr",
    )

    [entry] = read_articles()

    assert entry == IndexedArticle(
        id=article.pk,
        title="Élysée",
        standfirst="In short.",
        body="At length.",
        facets={
            "actor": ("macron",),
            "country": ("france", "ru"),
            "outlet": ("le-monde",),
            "author": ("a-writer", "b-writer"),
            "language": ("fr",),
            "has": ("actor", "country", "outlet", "author", "language", "date"),
            "origin": ("automatic",),
            "status": ("suggested",),
            "dated": ("day",),
        },
        main={"country": ("france",)},
        published_on=dt.date(2025, 10, 16),
        clipped_on=dt.date(2025, 10, 17),
        sort_on=dt.date(2025, 10, 16),
        language="fr",
    )


def test_reading_articles_takes_three_queries_a_batch(django_assert_num_queries):
    pks = [make_article(tags=["country/Russia"], outlet="BBC", authors=["A"]).pk for _ in range(5)]

    with django_assert_num_queries(3):
        assert len(list(read_articles(pks))) == 5


# --- Bringing the index up to date ------------------------------------------------------------------------


def test_applying_the_outbox_makes_index_and_database_equal():
    first = make_article()
    assert sync.apply_outbox() == 1

    second = make_article()
    change(first, title="Another title")

    assert sync.apply_outbox() == 2
    assert sync.open_engine().standing() == sync.database_standing()
    assert sync.compare().is_equal
    assert found(Criteria(words="another title")) == [first.pk]
    assert found() == [second.pk, first.pk]


def test_rows_are_applied_batch_by_batch(monkeypatch):
    monkeypatch.setattr(upkeep, "BATCH", 2)
    make_article()
    sync.apply_outbox()
    for _ in range(5):
        make_article()

    assert sync.apply_outbox() == 5
    assert sync.compare().is_equal


def test_an_index_that_is_up_to_date_needs_no_lock(settings):
    make_article()
    sync.apply_outbox()

    with write_lock(settings.NEWSROOM_INDEX, seconds=0):
        assert sync.apply_outbox(wait_seconds=0) == 0
        assert len(found()) == 1


def test_a_writer_that_finds_the_lock_taken_says_so(settings):
    make_article()

    with write_lock(settings.NEWSROOM_INDEX, seconds=0), pytest.raises(IndexBusy):
        sync.apply_outbox(wait_seconds=0)


def test_a_reader_never_waits_for_a_writer(settings):
    old = make_article()
    sync.apply_outbox()
    make_article()

    with write_lock(settings.NEWSROOM_INDEX, seconds=0):
        assert found() == [old.pk]

    assert len(found()) == 2


def test_a_reader_applies_a_little_at_a_time(monkeypatch):
    monkeypatch.setattr(sync, "INLINE_LIMIT", 2)
    make_article()
    sync.apply_outbox()
    for _ in range(5):
        make_article()

    assert [len(found()) for _ in range(4)] == [3, 5, 6, 6]


def test_a_search_of_a_fresh_index_takes_one_query(django_assert_num_queries):
    make_article()
    found()

    with django_assert_num_queries(1):
        sync.search(RUSSIA, facets=FACETS)


def test_old_rows_are_deleted_but_never_the_last_one():
    for _ in range(4):
        make_article()
    OutboxRow.objects.filter(revision__lte=3).update(queued_at=timezone.now() - outbox.KEEP_OUTBOX * 2)
    sync.apply_outbox()
    change(Article.objects.earliest("pk"), title="x")

    sync.apply_outbox()
    assert list(OutboxRow.objects.values_list("revision", flat=True)) == [4, 5]

    OutboxRow.objects.update(queued_at=timezone.now() - outbox.KEEP_OUTBOX * 2)
    sync.rebuild()
    change(Article.objects.earliest("pk"), title="y")
    sync.apply_outbox()
    assert list(OutboxRow.objects.values_list("revision", flat=True)) == [6]
    assert sync.compare().is_equal


def test_deletion_of_old_rows_is_bounded(monkeypatch):
    monkeypatch.setattr(outbox, "PRUNE_LIMIT", 2)
    sync.enqueue(range(1, 11))
    OutboxRow.objects.update(queued_at=timezone.now() - outbox.KEEP_OUTBOX * 2)

    outbox.prune(10)

    assert OutboxRow.objects.count() == 7


# --- Indexes that cannot be used --------------------------------------------------------------------------


def restore_backup(revision: int) -> None:
    """Make the database one that was saved at this revision."""
    OutboxRow.objects.filter(revision__gt=revision).delete()
    Archive.objects.update(revision=revision)


def is_ahead() -> None:
    restore_backup(1)


def is_overtaken() -> None:
    restore_backup(1)
    for _ in range(4):
        make_article()


def is_level_again() -> None:
    restore_backup(1)
    sync.enqueue([1])
    sync.enqueue([2])


def is_of_another_archive() -> None:
    Archive.objects.update(uuid="00000000-0000-0000-0000-000000000001")


def is_too_far_behind() -> None:
    make_article()
    OutboxRow.objects.filter(revision__lte=3).delete()


def is_damaged() -> None:
    for path in current_generation(sync.open_engine().folder).glob("*.term"):
        path.unlink()  # not cut in place: a thread of the index may still look into the old one, and crash
        path.write_bytes(b"")
    upkeep._engines.clear()


UNUSABLE = [is_ahead, is_overtaken, is_level_again, is_of_another_archive, is_too_far_behind, is_damaged]


@pytest.mark.parametrize("happen", UNUSABLE, ids=lambda function: function.__name__)
def test_an_unusable_index_is_rebuilt_by_the_next_writer(happen, caplog):
    for _ in range(3):
        make_article()
    sync.apply_outbox()
    happen()

    with pytest.raises(IndexUnusable):
        sync.open_engine()
    with caplog.at_level(logging.WARNING):
        sync.apply_outbox()

    assert "rebuilding the search index: " in caplog.text
    assert sync.compare().is_equal
    assert sync.open_engine().standing() == sync.database_standing()


def test_what_others_write_and_index_meanwhile_makes_no_index_unusable(settings):
    make_article()
    sync.apply_outbox()
    generation = current_generation(settings.NEWSROOM_INDEX)
    before = sync.database_standing()
    make_article()
    sync.apply_outbox()

    assert sync.stands_at(before)

    assert current_generation(settings.NEWSROOM_INDEX) == generation
    assert sync.open_engine(before).standing() == sync.database_standing()


@pytest.mark.parametrize("happen", UNUSABLE, ids=lambda function: function.__name__)
def test_a_small_archive_is_indexed_for_its_next_reader(happen):
    for _ in range(3):
        make_article()
    sync.apply_outbox()
    happen()

    assert found() == list(Article.objects.values_list("pk", flat=True))


def test_a_large_archive_is_not_indexed_while_a_reader_waits(monkeypatch):
    monkeypatch.setattr(sync, "REBUILD_INLINE_LIMIT", 1)
    make_article()
    make_article()

    with pytest.raises(IndexUnusable, match="there is no index"):
        found()


def test_a_reader_who_meets_a_rebuild_is_told_so(settings):
    make_article()

    with (
        build_lock(settings.NEWSROOM_INDEX, seconds=0),
        pytest.raises(IndexUnusable, match="the index is being rebuilt"),
    ):
        found()


def fail(*args: object, **kwargs: object) -> None:
    raise IndexUnusable("a question it cannot answer")


def fail_until_opened_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    failing, search = sync.open_engine(), Engine.search

    def search_or_fail(engine: Engine, *args: object, **kwargs: object) -> Result:
        if engine is failing:
            fail()
        return search(engine, *args, **kwargs)

    monkeypatch.setattr(Engine, "search", search_or_fail)


def test_a_search_that_fails_does_not_cost_a_whole_index(monkeypatch, settings, caplog):
    article = make_article()
    sync.apply_outbox()
    generation = current_generation(settings.NEWSROOM_INDEX)

    with monkeypatch.context() as context:
        context.setattr(Engine, "search", fail)
        for _ in range(3):
            with pytest.raises(IndexUnusable, match="a question it cannot answer"):
                found()

    assert "the search index failed: a question it cannot answer" in caplog.text
    assert "rebuil" not in caplog.text
    assert current_generation(settings.NEWSROOM_INDEX) == generation
    assert found() == [article.pk]


def test_an_index_that_fails_again_and_again_is_opened_anew_once_and_looked_through_once(monkeypatch):
    make_article()
    sync.apply_outbox()
    sync.open_engine()
    looked: list[object] = []
    monkeypatch.setattr(Engine, "search", fail)
    monkeypatch.setattr("articles.search.folder._is_whole", lambda path: looked.append(path) or True)

    for _ in range(3):
        with pytest.raises(IndexUnusable):
            found()

    assert looked
    assert len(looked) == len(set(looked))
    assert len(background_starts) == 1


def test_a_failure_that_is_over_once_the_index_is_opened_anew_is_no_failure(monkeypatch, caplog):
    article = make_article()
    sync.apply_outbox()
    fail_until_opened_anew(monkeypatch)

    assert found() == [article.pk]
    assert background_starts == []
    assert "rebuil" not in caplog.text


def test_an_index_that_fails_for_damage_is_rebuilt(monkeypatch, settings, caplog):
    article = make_article()
    sync.apply_outbox()
    fail_until_opened_anew(monkeypatch)
    path = next(current_generation(settings.NEWSROOM_INDEX).glob("*.term"))
    path.unlink()
    path.write_bytes(b"")

    assert found() == [article.pk]
    assert "rebuilding the search index: " in caplog.text


def test_an_index_that_is_published_while_another_is_opened_is_opened_instead(monkeypatch, settings):
    article = make_article()
    sync.apply_outbox()
    upkeep.forget_engine()
    name = current_name(settings.NEWSROOM_INDEX)
    was_published = []

    def gone(folder: Path) -> str:
        """Return the name read just before another process published its index."""
        if not was_published:
            was_published.append(True)
            with monkeypatch.context() as context:
                context.setattr(files, "current_name", current_name)
                sync.rebuild()
            return name
        return current_name(folder)

    monkeypatch.setattr(files, "current_name", gone)

    assert sync.open_engine().search(Criteria()).ids == [article.pk]


def test_an_index_that_cannot_be_written_still_answers(monkeypatch, caplog):
    old = make_article()
    sync.apply_outbox()
    make_article()

    def fail(*args: object, **kwargs: object) -> None:
        raise IndexUnusable("no space left on device")

    monkeypatch.setattr(Engine, "apply", fail)

    assert found() == [old.pk]
    assert "the search index is late: no space left on device" in caplog.text


def test_an_empty_archive_can_be_searched():
    assert found() == []
    assert sync.apply_outbox() == 0


def test_a_foreign_cursor_does_not_cost_the_index():
    make_article()

    with pytest.raises(CursorError):
        sync.search(Criteria(), after="nonsense")

    sync.open_engine()


# --- Rebuilding and comparing -----------------------------------------------------------------------------


def test_rebuilding_reports_its_progress(monkeypatch):
    monkeypatch.setattr(upkeep, "BATCH", 2)
    for _ in range(5):
        make_article()
    seen: list[int] = []

    assert sync.rebuild(progress=seen.append) == 5
    assert seen == [2, 4]


def test_what_changes_during_a_rebuild_is_in_the_new_index():
    articles = [make_article() for _ in range(3)]

    def interfere(count: int) -> None:
        change(articles[0], status=Article.Status.WITHDRAWN)

    upkeep.BATCH, batch = 1, upkeep.BATCH
    try:
        sync.rebuild(progress=interfere)
    finally:
        upkeep.BATCH = batch

    assert sync.compare().is_equal
    assert found() == [articles[2].pk, articles[1].pk]


def test_readers_are_answered_while_the_index_is_rebuilt():
    article = make_article()
    sync.apply_outbox()
    answers: list[list[int]] = []

    upkeep.BATCH, batch = 1, upkeep.BATCH
    try:
        sync.rebuild(progress=lambda count: answers.append(found()))
    finally:
        upkeep.BATCH = batch

    assert answers == [[article.pk]]


def test_comparing_names_what_differs():
    same, changed, unseen, missing = (make_article() for _ in range(4))
    sync.apply_outbox()
    make_tagging(changed, "country/Russia")
    Article.objects.filter(pk=unseen.pk).update(status=Article.Status.WITHDRAWN)
    engine = sync.open_engine()
    with write_lock(engine.folder, seconds=0):
        at = engine.standing()
        engine.apply(put=[], remove=[missing.pk], revision=at.revision, stamp=at.stamp)
    sync.enqueue([same.pk])

    assert sync.compare() == sync.Comparison(
        count=3, missing=[missing.pk], superfluous=[unseen.pk], outdated=[changed.pk], waiting=1
    )


@pytest.mark.django_db(transaction=True)
def test_two_writers_apply_every_row_once(settings):
    with transaction.atomic():
        for _ in range(20):
            make_article()
    sync.apply_outbox()
    with transaction.atomic():
        sync.enqueue(Article.objects.values_list("pk", flat=True))
    applied: list[int] = []

    def apply() -> None:
        try:
            applied.append(sync.apply_outbox())
        finally:
            # close() leaves SQLite's in-memory database open.
            transaction.get_connection()._close()

    threads = [threading.Thread(target=apply) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(applied) == [0, 20]
    assert sync.compare().is_equal
