from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from articles.commands import manage
from articles.models import Article
from articles.search import sync, upkeep
from articles.search.engine import build_lock, write_lock
from articles.search.folder import current_generation
from tests.factories import make_article, make_tagging

pytestmark = pytest.mark.django_db


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def reindex(*arguments: str) -> str:
    """Return what the command prints."""
    out = StringIO()
    call_command("reindex", *arguments, stdout=out)
    return out.getvalue()


def check() -> tuple[str, str]:
    """Return what the comparison prints, and the error it ends with."""
    out = StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("reindex", "--check", stdout=out)
    return out.getvalue(), str(caught.value)


def test_the_index_is_built_from_the_database():
    make_article()
    make_article(status=Article.Status.DRAFT)

    printed = reindex()

    assert printed.startswith("1 article indexed in ")
    assert reindex("--check") == "index and database agree on 1 article\n"


def test_a_terminal_sees_the_progress(monkeypatch):
    monkeypatch.setattr(upkeep, "BATCH", 2)
    for _ in range(3):
        make_article()
    terminal = Terminal()

    call_command("reindex", stdout=StringIO(), stderr=terminal)

    assert "\r2 of 3" in terminal.getvalue()


def test_without_an_index_the_check_says_what_to_do():
    make_article()

    printed, error = check()

    assert printed == ""
    assert error.endswith(f"there is no index; run: {manage('reindex')}")


def test_the_check_names_every_difference():
    changed, hidden, absent = (make_article() for _ in range(3))
    sync.apply_outbox()
    make_tagging(changed, "country/Russia")
    Article.objects.filter(pk=hidden.pk).update(status=Article.Status.WITHDRAWN)
    new = make_article()
    engine = sync.open_engine()
    with write_lock(engine.folder, seconds=0):
        engine.apply(put=[], remove=[absent.pk], revision=engine.revision(), stamp=engine.standing().stamp)

    printed, error = check()

    assert printed.splitlines() == [
        "1 change waits to be indexed",
        f"2 articles not in the index: {absent.pk}-{new.pk}",
        f"1 article in the index, but hidden from readers: {hidden.pk}",
        f"1 article in the index, but out of date: {changed.pk}",
    ]
    assert error == f"the index differs from the database; run: {manage('reindex')}"


def test_a_long_difference_is_complete_and_short():
    articles = [make_article() for _ in range(300)]
    sync.rebuild()
    Article.objects.exclude(pk__in=[articles[0].pk, articles[9].pk]).update(title="Another")

    printed, _ = check()

    first = articles[0].pk
    assert printed == (
        f"298 articles in the index, but out of date: {first + 1}-{first + 8}, {first + 10}-{first + 299}\n"
    )


def test_a_second_writer_is_told_to_wait(settings, monkeypatch):
    monkeypatch.setattr(upkeep, "REBUILD_WAIT_SECONDS", 0.0)
    make_article()

    with (
        build_lock(settings.NEWSROOM_INDEX, seconds=0),
        pytest.raises(
            CommandError, match="another process is writing the index; try again when it has finished"
        ),
    ):
        reindex()


def test_a_damaged_file_too_large_to_look_through_on_opening_is_noticed_in_the_background(
    settings, monkeypatch, caplog
):
    make_article()
    reindex()
    monkeypatch.setattr("articles.search.engine.CHECKED_BYTES", 0)
    path = next(current_generation(settings.NEWSROOM_INDEX).glob("*.pos"))
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(bytes([content[0] ^ 1]) + content[1:])

    reindex("--if-needed")

    assert f"the search index is damaged and will be rebuilt: {path.name}" in caplog.text
    assert reindex("--check") == "index and database agree on 1 article\n"


def test_a_whole_index_is_left_as_it_is(settings, caplog):
    make_article()
    reindex()
    generation = current_generation(settings.NEWSROOM_INDEX)

    reindex("--if-needed")

    assert current_generation(settings.NEWSROOM_INDEX) == generation
    assert caplog.text == ""
