"""What becomes of one batch of files in the database."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.importing.batch import Reading, reading_of
from articles.importing.clipping import Clipping, Cut
from articles.importing.corrections import Noted
from articles.importing.identity import Catalogue, Outcome
from articles.importing.problems import Notice
from articles.importing.sources import FoundFile
from articles.importing.store import preview, save
from articles.importing.taggings import Rules, read_names
from articles.importing.troubles import Trouble
from articles.models import Article, ArticleSource, Author, ImportRun, Outlet, Tagging
from articles.tagging import Alias, AliasKind, Entry, Kind, Tagger
from articles.tagging.standing import Answer, Text, answer_of
from tests.factories import make_tag, make_tagging

pytestmark = pytest.mark.django_db

UKRAINE = Entry(Kind.COUNTRY, "ukraine", "Ukraine", "ua", aliases=(Alias("Ukraine"),))
RUSSIA = Entry(Kind.COUNTRY, "russia", "Russia", "ru", aliases=(Alias("Russia"), Alias("Russian Federation")))
NATO = Entry(Kind.ORGANISATION, "nato", "NATO", "nato", aliases=(Alias("NATO"),))
CREATED, UPDATED, UNCHANGED = Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED


def make_rules(*entries: Entry, release: str = "r1") -> Rules:
    for entry in entries:
        make_tag(entry.name, kind=entry.kind.value, slug=entry.slug, key=entry.key)
    tagger = Tagger(entries)

    def tag(text: Text) -> Answer:
        return answer_of(tagger.tag(**text._asdict()))

    return Rules(release, tag, read_names(entries))


def read(path: str = "/clippings/a.md", **values: object) -> Reading:
    """Return a file of the folder that holds this clipping, or these bytes again if no value is given."""
    found = FoundFile(Path(path), Path(path).name, path)
    if not values:
        return Reading(found, "unchanged")
    clipping = Clipping(**{"title": "Ministers meet", "body": "They met for an hour.", **values})
    return reading_of(found, hashlib.sha256(repr(values).encode()).hexdigest(), clipping)


def store(*files: Reading, rules: Rules | None = None) -> list[Outcome]:
    run = ImportRun.objects.create()
    return save(files, run=run, rules=rules or make_rules()).outcomes


def tags_of(article: Article) -> dict[str, tuple[str, str, str]]:
    return {
        row.tag.slug: (row.role, row.origin, row.status) for row in article.taggings.select_related("tag")
    }


def test_a_clipping_becomes_an_article_with_outlet_authors_and_source():
    outcomes = store(
        read(
            title="Talks in Vienna",
            standfirst="**An hour** of talks.",
            outlet="BBC",
            authors=("Sean Seddon", "AP"),
            byline="By Sean Seddon and AP",
            url="https://example.org/a",
            published_on=dt.date(2025, 10, 16),
            clipped_on=dt.date(2025, 10, 17),
            keywords=("Vienna",),
            extra={"mood": "good"},
            cuts=(Cut("captions", "A photo"),),
        )
    )

    article = Article.objects.get()
    assert outcomes == [CREATED]
    assert (article.slug, article.summary) == ("talks-in-vienna", "An hour of talks.")
    assert (article.outlet.name, article.outlet.slug) == ("BBC", "bbc")
    assert list(article.authorships.values_list("author__slug", "position")) == [
        ("sean-seddon", 0),
        ("ap", 1),
    ]
    assert (article.published_on, article.sort_on) == (dt.date(2025, 10, 16), dt.date(2025, 10, 16))
    assert (article.keywords, article.extra) == (["Vienna"], {"mood": "good"})
    assert article.cuts == [{"step": "captions", "text": "A photo"}]
    assert list(article.sources.values_list("path", "name")) == [("/clippings/a.md", "a.md")]


def statements_to_store_and_edit(count: int, rules: Rules) -> tuple[int, int]:
    """Return how many statements it takes to store that many new files, and to store them again edited."""
    run = ImportRun.objects.create()
    counts = []
    for body in ("Ukraine and Russia.", "Ukraine alone."):
        files = [
            read(
                f"/{count}/{n}.md",
                body=f"{body} {count}-{n}",
                outlet=f"{body} {count}-{n}",
                authors=(f"{body} {n}",),
            )
            for n in range(count)
        ]
        with CaptureQueriesContext(connection) as queries:
            save(files, run=run, rules=rules)
        counts.append(len(queries))
    return counts[0], counts[1]


def test_the_number_of_statements_does_not_grow_with_the_files():
    rules = make_rules(UKRAINE, RUSSIA)

    assert statements_to_store_and_edit(3, rules) == statements_to_store_and_edit(50, rules)
    assert max(statements_to_store_and_edit(10, rules)) <= 30


@pytest.mark.parametrize(
    ("files", "outcomes", "articles"),
    [
        ([read(body="One.")], [CREATED], 1),
        ([read(body="One."), read("/c/b.md", body="Two.")], [CREATED, CREATED], 2),
        ([read(body="One."), read("/c/b.md", body="One.")], [CREATED, UNCHANGED], 1),
        (
            [read(url="u", canonical_url="u"), read("/c/b.md", body="New.", canonical_url="u")],
            [CREATED, UPDATED],
            1,
        ),
        ([read(canonical_url="u"), read("/c/b.md", canonical_url="v")], [CREATED, CREATED], 2),
        ([read(title="A", body="One."), read("/c/b.md", title="A", body="Two.")], [CREATED, CREATED], 2),
        ([read(title="A", body=""), read("/c/b.md", title="A", body="")], [CREATED, CREATED], 2),
        ([read(outlet="BBC"), read("/c/b.md", outlet="Reuters")], [CREATED, CREATED], 2),
        (
            [read(published_on=dt.date(2021, 3, 1)), read("/c/b.md", published_on=dt.date(2022, 3, 1))],
            [CREATED, CREATED],
            2,
        ),
    ],
    ids=[
        "one file",
        "two texts",
        "the same text twice",
        "one address, two texts",
        "one text, two addresses",
        "one title, two texts",
        "one title and no text",
        "a wire story in two outlets",
        "the same words a year later",
    ],
)
@pytest.mark.parametrize("is_together", [True, False], ids=["in one batch", "one after the other"])
def test_what_makes_an_article_the_same_article(files, outcomes, articles, is_together):
    stored = store(*files) if is_together else [outcome for file in files for outcome in store(file)]

    assert stored == outcomes
    assert Article.objects.count() == articles
    assert ArticleSource.objects.count() == len(files)


@pytest.mark.parametrize(
    ("before", "after", "outcome", "articles"),
    [
        ({"body": "One."}, {"body": "One."}, UNCHANGED, 1),
        ({"body": "One."}, {"body": "Two."}, UPDATED, 1),
        ({"body": "One."}, {"body": "One.", "canonical_url": "u"}, UPDATED, 1),
        ({"canonical_url": "u"}, {"canonical_url": "u", "body": "Two."}, UPDATED, 1),
        ({"canonical_url": "u"}, {"canonical_url": "v"}, CREATED, 2),
        ({"canonical_url": "u"}, {"body": "Two."}, UPDATED, 1),
    ],
    ids=[
        "read again",
        "text edited",
        "address added",
        "text edited, same address",
        "another address",
        "address removed",
    ],
)
def test_what_an_edited_file_is(before, after, outcome, articles):
    store(read(**before))

    assert store(read(**after)) == [outcome]
    assert Article.objects.count() == articles
    assert ArticleSource.objects.count() == 1


def test_a_moved_file_stays_its_article():
    store(read("/old/a.md", body="One."))

    assert store(read("/new/a.md", body="One.")) == [UNCHANGED]
    assert Article.objects.get().sources.count() == 2


def test_a_moved_file_that_is_edited_later_still_is_its_article():
    store(read("/old/a.md", body="One."))
    store(read("/new/a.md", body="One."))

    # Nothing is at /old/a.md any more.
    assert store(read("/new/a.md", body="Two.")) == [UPDATED]
    assert Article.objects.get().body == "Two."


def test_a_copy_that_is_edited_becomes_an_article_of_its_own(tmp_path):
    original = tmp_path / "a.md"
    original.write_text("still there")
    store(read(str(original), body="One."), read("/copy/a.md", body="One."))

    assert store(read("/copy/a.md", body="Two.")) == [CREATED]
    assert list(Article.objects.order_by("id").values_list("body", flat=True)) == ["One.", "Two."]


def test_a_file_that_replaces_what_another_one_says_is_named_in_the_report(tmp_path):
    older, newer, run = tmp_path / "a.md", tmp_path / "b.md", ImportRun.objects.create()
    older.write_text("still there")
    files = [
        read(str(older), body="One.", canonical_url="u"),
        read(str(newer), body="Two.", canonical_url="u"),
    ]
    previewed = preview(files, catalogue=Catalogue(), noted=Noted(), rules=make_rules())
    saved = save(files, run=run, rules=make_rules())

    assert (
        saved.notices
        == previewed.notices
        == {
            newer: [
                Notice(
                    f"the same article as {str(older)!r}, whose version it replaced; keep one of the two "
                    "files, or give each its own `url`",
                    kind=Trouble.RIVAL,
                )
            ]
        }
    )


def test_a_file_that_moved_replaces_nothing(tmp_path):
    run = ImportRun.objects.create()
    save([read(str(tmp_path / "gone.md"), canonical_url="u")], run=run, rules=make_rules())
    saved = save([read(str(tmp_path / "b.md"), canonical_url="u", body="Two.")], run=run, rules=make_rules())

    assert (saved.outcomes, saved.notices) == ([UPDATED], {})


def test_two_files_may_swap_their_texts():
    store(read("/c/a.md", body="One."), read("/c/b.md", body="Two."))

    assert store(read("/c/a.md", body="Two."), read("/c/b.md", body="One.")) == [UNCHANGED, UNCHANGED]
    assert Article.objects.count() == 2


def test_a_text_passed_on_from_file_to_file_keeps_every_article():
    store(read("/c/a.md", body="One."), read("/c/b.md", body="Two."))

    assert store(read("/c/a.md", body="Three."), read("/c/b.md", body="One.")) == [UPDATED, UPDATED]
    assert dict(ArticleSource.objects.values_list("path", "article__body")) == {
        "/c/a.md": "Three.",
        "/c/b.md": "One.",
    }


def test_a_text_is_tagged_with_its_evidence():
    body = f"Ukraine. {'They met for an hour. ' * 60}Russia."
    store(read(title="Ukraine", body=body), rules=make_rules(UKRAINE, RUSSIA))

    article = Article.objects.get()
    assert tags_of(article) == {
        "ukraine": ("main", "automatic", "suggested"),
        "russia": ("mentioned", "automatic", "suggested"),
    }
    mentions = article.taggings.get(tag__slug="russia").mentions
    assert [article.body[start:end] for part, start, end, rule in mentions] == ["Russia"]
    assert article.taggings.get(tag__slug="russia").release == "r1"


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        ({"published_on": dt.date(2016, 5, 1), "clipped_on": dt.date(2025, 5, 1)}, dt.date(2016, 5, 1)),
        ({"clipped_on": dt.date(2025, 5, 1)}, dt.date(2025, 5, 1)),
        ({}, None),
    ],
    ids=["published", "only clipped", "no date"],
)
def test_offices_are_those_of_the_day_it_was_published_else_clipped(dates, day):
    days = []

    plain = make_rules()

    def tag(text: Text) -> object:
        days.append(text.on)
        return plain.tag(text)

    store(read(body="The president spoke.", **dates), rules=replace(plain, tag=tag))

    assert days == [day]


def test_an_edited_text_changes_its_automatic_tags():
    rules = make_rules(UKRAINE, RUSSIA)
    store(read(body="Ukraine and Russia."), rules=rules)
    store(read(body="Ukraine alone."), rules=rules)

    assert set(tags_of(Article.objects.get())) == {"ukraine"}


def test_a_new_release_tags_files_with_the_same_bytes_again():
    store(read(body="Ukraine and NATO."), rules=make_rules(UKRAINE))
    newer = make_rules(UKRAINE, NATO, release="r2")

    assert store(read(), rules=newer) == [UPDATED]
    assert set(tags_of(Article.objects.get())) == {"ukraine", "nato"}
    assert Article.objects.get().gazetteer_release == "r2"
    assert store(read(), rules=newer) == [UNCHANGED]


def test_a_new_release_that_finds_nothing_new_changes_nothing():
    store(read(body="Ukraine."), rules=make_rules(UKRAINE))

    assert store(read(), rules=make_rules(UKRAINE, NATO, release="r2")) == [UNCHANGED]
    assert Article.objects.get().gazetteer_release == "r2"


@pytest.mark.parametrize("status", [Tagging.Status.REJECTED, Tagging.Status.CONFIRMED])
@pytest.mark.parametrize(
    "body", ["Ukraine, again.", "Nothing of the kind."], ids=["still named", "no longer named"]
)
def test_what_an_editor_decided_survives(status, body):
    rules = make_rules(UKRAINE)
    store(read(body="Ukraine."), rules=rules)
    Tagging.objects.update(status=status, role="main")
    store(read(body=body), rules=rules)

    assert tags_of(Article.objects.get()) == {"ukraine": ("main", "automatic", status)}


def test_evidence_of_a_decided_tag_follows_its_words():
    rules = make_rules()
    store(read(body="The ministers met in Kyiv."), rules=rules)
    article = Article.objects.get()
    make_tagging(
        article,
        make_tag("country/Ukraine"),
        origin="editor",
        status="confirmed",
        mentions=[["body", 21, 25, "editor"]],
    )
    store(read(body="Yesterday the ministers met in Kyiv."), rules=rules)

    [(_, start, end, _)] = article.taggings.get().mentions
    assert Article.objects.get().body[start:end] == "Kyiv"


def test_an_editor_s_tag_is_not_taken_away():
    rules = make_rules()
    store(read(body="One."), rules=rules)
    make_tagging(Article.objects.get(), "topic/Energy", origin="editor", status="confirmed")
    store(read(body="Two."), rules=rules)

    assert set(tags_of(Article.objects.get())) == {"energy"}


def test_fields_an_editor_changed_are_left_alone():
    store(read(title="Old", body="One.", outlet="BBC", authors=("AP",)))
    Article.objects.update(title="Corrected", outlet=None, edited_fields=["title", "outlet", "authors"])
    store(read(title="New", body="Two.", outlet="Reuters", authors=("AFP",)))

    article = Article.objects.get()
    assert (article.title, article.body, article.outlet) == ("Corrected", "Two.", None)
    assert [author.name for author in article.authors.all()] == ["AP"]


def test_the_text_as_an_editor_corrected_it_is_what_gets_tagged():
    rules = make_rules(UKRAINE, RUSSIA)
    store(read(body="Ukraine."), rules=rules)
    Article.objects.update(body="Russia.", edited_fields=["body"])
    store(read(body="Ukraine, again."), rules=rules)

    assert set(tags_of(Article.objects.get())) == {"russia"}


def test_a_withdrawn_article_stays_withdrawn():
    store(read(body="One."))
    Article.objects.update(status=Article.Status.WITHDRAWN)
    store(read(body="Two."))

    assert Article.objects.get().status == Article.Status.WITHDRAWN


def test_a_draft_is_stored_but_not_public():
    store(read(is_published=False))

    assert Article.objects.get().status == Article.Status.DRAFT
    assert not Article.objects.public().exists()


@pytest.mark.parametrize(
    ("word", "slugs"),
    [
        ("Ukraine", {"ukraine"}),
        ("#ukraine", {"ukraine"}),
        ("russian-federation", {"russia"}),
        ("Kharkiv", set()),
        ("Moscow", set()),
    ],
    ids=["a name", "a hashtag", "an alias as a slug", "nobody's name", "a capital is no name"],
)
def test_a_front_matter_tag_that_names_an_entry_becomes_a_tagging(word, slugs):
    russia = Entry(
        Kind.COUNTRY, "russia", "Russia", "ru",
        aliases=(Alias("Russian Federation"), Alias("Moscow", AliasKind.CAPITAL)),
    )  # fmt: skip
    store(read(keywords=(word,)), rules=make_rules(UKRAINE, russia))

    assert tags_of(Article.objects.get()) == dict.fromkeys(slugs, ("mentioned", "frontmatter", "suggested"))


def test_a_front_matter_tag_keeps_the_evidence_of_the_text():
    store(read(title="Ukraine", body="Ukraine.", keywords=("Ukraine",)), rules=make_rules(UKRAINE))

    tagging = Tagging.objects.get()
    assert (tagging.origin, tagging.role, len(tagging.mentions)) == ("frontmatter", "main", 2)


def test_a_front_matter_tag_that_was_rejected_never_comes_back():
    rules = make_rules(UKRAINE)
    store(read(keywords=("Ukraine",)), rules=rules)
    Tagging.objects.update(status=Tagging.Status.REJECTED)
    store(read(body="Edited.", keywords=("Ukraine",)), rules=rules)

    assert tags_of(Article.objects.get()) == {"ukraine": ("mentioned", "frontmatter", "rejected")}


def test_a_front_matter_tag_taken_out_of_the_file_goes():
    rules = make_rules(UKRAINE)
    store(read(keywords=("Ukraine",)), rules=rules)
    store(read(keywords=()), rules=rules)

    assert tags_of(Article.objects.get()) == {}


def test_a_name_that_two_entries_claim_names_neither():
    country = Entry(Kind.COUNTRY, "georgia", "Georgia", "ge")
    topic = Entry(Kind.TOPIC, "georgia", "Georgia", "georgia")

    assert read_names([country, topic]) == {}


def test_names_without_latin_letters_and_names_that_look_alike_get_slugs_of_their_own():
    store(read(authors=("José Pérez", "Jose Perez", "Олена Зеленська"), outlet="Правда"))

    slugs = dict(Author.objects.values_list("name", "slug"))
    assert slugs["José Pérez"] == "jose-perez"
    assert slugs["Jose Perez"].startswith("jose-perez-")
    assert len(set(slugs.values())) == 3
    assert all([*slugs.values(), Outlet.objects.get().slug])


NASTY = "a\x00b\ud800c"


def test_what_no_column_takes_is_dropped_or_cut_with_a_notice():
    reading = read(
        title="t" * 501,
        body=NASTY,
        byline=NASTY,
        url="https://example.org/" + "u" * 2000,
        language="l" * 30,
        outlet="o" * 201,
        authors=("n" * 300, NASTY),
        keywords=(NASTY,),
        section="s" * 201,
        extra={NASTY: [NASTY, float("nan"), {"a": dt.date(2025, 1, 1)}], "n": 10**30},
        cuts=(Cut("captions", NASTY),),
    )
    store(reading)

    article = Article.objects.get()
    assert (article.body, article.byline, article.keywords, article.url) == ("abc", "abc", ["abc"], "")
    assert article.extra == {"abc": ["abc", "nan", {"a": "2025-01-01"}], "n": 10**30}
    assert (len(article.title), article.title[-2:]) == (500, "t…")
    assert [len(row.author.name) for row in article.authorships.all()] == [200, 3]
    assert reading.clipping.notices == tuple(
        Notice(
            f"its {name} is longer than {length} characters and was {what}",
            kind=Trouble.BAD_ADDRESS if name == "address" else Trouble.SHORTENED,
        )
        for name, length, what in [
            ("title", 500, "cut there"),
            ("author", 200, "cut there"),
            ("outlet", 200, "cut there"),
            ("address", 2000, "left out"),
            ("language", 20, "cut there"),
            ("section", 200, "cut there"),
        ]
    )


def test_a_preview_says_what_saving_would_and_remembers_it():
    rules = make_rules(UKRAINE, RUSSIA, NATO)
    store(read("/c/a.md", body="Ukraine."), read("/c/b.md", body="Russia."), rules=make_rules(UKRAINE))
    chunks = [
        [read("/c/a.md"), read("/c/b.md"), read("/c/c.md", body="New.")],
        [read("/c/d.md", body="New."), read("/c/e.md", body="Old.")],
        [read("/c/e2.md", body="Ukraine."), read("/c/f.md", body="Old.", title="Other")],
    ]
    newer = Rules("r2", rules.tag, rules.names)
    catalogue = Catalogue()
    before = [Article.objects.count(), Tagging.objects.count(), ArticleSource.objects.count()]
    previewed = [preview(chunk, catalogue=catalogue, noted=Noted(), rules=newer).outcomes for chunk in chunks]

    assert [Article.objects.count(), Tagging.objects.count(), ArticleSource.objects.count()] == before
    assert previewed == [store(*chunk, rules=newer) for chunk in chunks]
    assert previewed == [[UNCHANGED, UPDATED, CREATED], [UNCHANGED, CREATED], [UNCHANGED, CREATED]]
