"""Corrections of editors beside what files come to say: shown, to be decided, never written over."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from articles import curation, gazetteer
from articles.correcting import keep_ours, take_files
from articles.history.undoing import undo
from articles.importing.run import import_paths
from articles.models import Article, Author, ChangeSet, Correction
from tests.factories import make_article, make_outlet
from tests.history.undo_world import stored
from tests.rules.test_retagging import OMAN

pytestmark = pytest.mark.django_db

CLIPPING = "---\ntitle: {title}\nsource: {outlet}\nauthors: [{author}]\ndate: {date}\n---\n{body}\n"
SAID = {
    "title": "Talks in Oman", "outlet": "Example Times", "author": "Ann Author", "date": "2025-10-16",
    "body": "Envoys met in Oman.",
}  # fmt: skip


@pytest.fixture
def file(tmp_path) -> Path:
    """Return a file that was imported once."""
    gazetteer.load([OMAN], release="1")
    path = tmp_path / "talks.md"
    path.write_text(CLIPPING.format(**SAID))
    import_paths([path])
    return path


def write(file: Path, **said: str) -> None:
    """Have the file say something else, and import it again."""
    file.write_text(CLIPPING.format(**{**SAID, **said}))
    import_paths([file])


def corrections() -> dict[str, tuple[object, bool]]:
    return {row.field: (row.file_value, row.is_open) for row in Correction.objects.all()}


def correct(by, **values: object) -> None:
    curation.edit_article(Article.objects.get(), values, by=by)


def test_what_an_editor_corrects_is_kept_beside_what_the_file_said(alice, file):
    correct(alice, title="Mine", outlet=make_outlet("Other Times"), authors=[])
    correct(alice, title="Mine again")

    assert corrections() == {
        "title": ("Talks in Oman", False),
        "outlet": ("Example Times", False),
        "authors": (["Ann Author"], False),
    }


def test_a_file_that_says_something_new_there_is_a_conflict_to_decide(alice, file):
    correct(alice, title="Mine")
    write(file, title="Theirs", body="Envoys left Oman.")

    article, row = Article.objects.get(), Correction.objects.get()
    assert (article.title, article.body) == ("Mine", "Envoys left Oman.")
    assert (row.file_value, row.is_open, row.run) == ("Theirs", True, article.sources.get().run)


@pytest.mark.parametrize(
    ("said", "is_open"),
    [({"body": "Envoys left Oman."}, False), ({"title": "Mine"}, False), ({"title": "Theirs"}, True)],
    ids=["the file says what it said", "the file says what the editor says", "the file says a third thing"],
)
def test_only_what_is_new_and_differs_is_to_be_decided(alice, file, said, is_open):
    correct(alice, title="Mine")
    write(file, **said)

    assert Correction.objects.get().is_open == is_open


def test_keeping_mine_lasts_until_the_file_changes_again(alice, file):
    correct(alice, title="Mine")
    write(file, title="Theirs")

    assert keep_ours(Correction.objects.all(), by=alice) == 1
    assert keep_ours(Correction.objects.all(), by=alice) == 0
    write(file, title="Theirs", body="Envoys left Oman.")
    assert corrections() == {"title": ("Theirs", False)}
    write(file, title="Theirs again")
    assert corrections() == {"title": ("Theirs again", True)}
    assert Article.objects.get().title == "Mine"


def test_taking_the_files_gives_the_field_back_to_it(alice, file):
    correct(alice, title="Mine", section="World")
    write(file, title="Theirs")

    assert take_files(Correction.objects.filter(field="title"), by=alice) == 1

    article = Article.objects.get()
    assert (article.title, article.edited_fields) == ("Theirs", ["section"])
    assert corrections().keys() == {"section"}
    write(file, title="Theirs again")
    assert Article.objects.get().title == "Theirs again"


def test_how_much_of_a_date_is_known_is_decided_with_the_date_and_never_by_itself(alice, file):
    correct(alice, published_on=dt.date(2025, 10, 1))
    write(file, date="2025-10")

    assert corrections() == {"published_on": ("2025-10-01", True), "published_precision": ("month", False)}
    write(file, date="2025")
    assert corrections() == {"published_on": ("2025-01-01", True), "published_precision": ("year", False)}


def test_outlet_authors_and_date_are_taken_as_the_file_says_them(alice, file):
    correct(alice, outlet=None, authors=[], published_on=dt.date(2019, 5, 1))
    write(file, outlet="Third Times", author="Zoe New", date="2025-11")

    take_files(Correction.objects.exclude(field="published_precision"), by=alice)

    article = Article.objects.get()
    assert (article.outlet.name, [author.name for author in article.authors.all()]) == (
        "Third Times",
        ["Zoe New"],
    )
    assert (article.published_on, article.published_precision) == (dt.date(2025, 11, 1), "month")
    assert (article.edited_fields, corrections()) == ([], {})


@pytest.mark.parametrize("decide", [keep_ours, take_files], ids=["keep ours", "take the file's"])
def test_a_decision_is_an_act_that_can_be_undone(alice, file, decide):
    correct(alice, title="Mine")
    write(file, title="Theirs")
    before = stored()
    decide(Correction.objects.all(), by=alice)
    assert stored() != before

    reversal = undo(ChangeSet.objects.latest("pk"), by=alice)

    assert reversal.conflicts == []
    assert stored() == before


def test_undoing_the_edit_takes_the_correction_back(alice):
    article = make_article()
    before = stored()
    curation.edit_article(article, {"title": "Mine", "published_on": None}, by=alice)
    assert corrections().keys() == {"title", "published_on", "published_precision"}

    undo(ChangeSet.objects.latest("pk"), by=alice)

    assert stored() == before


def test_undoing_an_import_takes_back_what_it_asked(alice, file):
    correct(alice, title="Mine", section="World")
    write(file, title="Theirs", body="Envoys left Oman.")
    assert corrections()["title"] == ("Theirs", True)

    undo(ChangeSet.objects.filter(act="import").latest("pk"), by=alice)

    assert corrections() == {"title": ("Talks in Oman", False), "section": ("", False)}
    assert (Article.objects.get().title, Article.objects.get().body) == ("Mine", "Envoys met in Oman.")


def test_nothing_is_asked_about_articles_that_nobody_corrected(file):
    write(file, title="Theirs")

    assert not Correction.objects.exists()
    assert Author.objects.count() == 1
