"""The editor's verbs: what they change, what they leave behind, and what nothing afterwards undoes."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction

from articles import curation, gazetteer
from articles.history.trail import history_of
from articles.importing.run import import_paths
from articles.models import Alias, Article, Author, Change, ChangeSet, Office, OutboxRow, Tag, Tagging
from articles.search import sync
from articles.tagging.records import Alias as AliasRecord
from articles.tagging.records import AliasKind, Entry, Kind
from articles.tagging.records import Office as OfficeRecord
from tests.factories import make_article, make_outlet, make_tag, make_tagging

pytestmark = pytest.mark.django_db


def queued() -> list[int]:
    """Return the articles that wait for the index, and empty the queue."""
    ids = list(OutboxRow.objects.values_list("article_id", flat=True))
    OutboxRow.objects.all().delete()
    return ids


def trail() -> list[tuple[str, str, dict | None, dict | None]]:
    return list(Change.objects.values_list("change_set__act", "table", "before", "after"))


def test_confirming_says_who_and_when(alice):
    article = make_article(tags=["country/Ukraine"])
    tagging = article.taggings.get()
    queued()

    assert curation.confirm([tagging], by=alice) == 1

    tagging.refresh_from_db()
    assert (tagging.status, tagging.decided_by, tagging.is_decided) == ("confirmed", alice, True)
    assert queued() == [article.pk]
    decided_at = tagging.decided_at.isoformat()
    assert trail() == [
        (
            "confirm", "tagging",
            {"status": "suggested", "decided_by_id": None, "decided_at": None},
            {"status": "confirmed", "decided_by_id": alice.pk, "decided_at": decided_at},
        )
    ]  # fmt: skip


def test_confirming_twice_leaves_one_trail(alice):
    tagging = make_tagging(make_article(), "country/Ukraine")

    assert [curation.confirm([tagging], by=alice), curation.confirm([tagging], by=alice)] == [1, 0]
    assert ChangeSet.objects.count() == 1


def test_a_rejected_tagging_is_kept(alice):
    tagging = make_tagging(make_article(), "country/Ukraine")

    curation.reject(Tagging.objects.all(), by=alice)

    tagging.refresh_from_db()
    assert tagging.status == Tagging.Status.REJECTED
    assert list(Tagging.objects.standing()) == []


def test_a_role_given_to_a_suggestion_confirms_it(alice):
    tagging = make_tagging(make_article(), "country/Ukraine")

    curation.set_role([tagging], Tagging.Role.MAIN, by=alice)

    tagging.refresh_from_db()
    assert (tagging.role, tagging.status) == ("main", "confirmed")


def test_a_role_given_to_a_rejected_tag_does_not_bring_it_back(alice):
    tagging = make_tagging(make_article(), "country/Ukraine", status="rejected")

    curation.set_role([tagging], Tagging.Role.MAIN, by=alice)

    tagging.refresh_from_db()
    assert tagging.status == Tagging.Status.REJECTED


def test_a_decision_can_be_taken_back(alice):
    tagging = make_tagging(make_article(), "country/Ukraine")
    curation.reject([tagging], by=alice)

    with curation.recording(ChangeSet.Act.EDIT, by=alice) as act:
        act.decide([tagging], status=Tagging.Status.SUGGESTED)

    tagging.refresh_from_db()
    assert (tagging.status, tagging.decided_by, tagging.is_decided) == ("suggested", None, False)


def test_a_bulk_decision_is_one_act(alice):
    for number in range(3):
        make_article(title=f"Talks {number}", tags=["country/Ukraine"])

    assert curation.confirm(Tagging.objects.all(), by=alice) == 3
    assert list(ChangeSet.objects.values_list("act", "change_count", "made_by_name")) == [
        ("confirm", 3, "alice")
    ]


def test_an_added_tag_is_the_editors(alice):
    article, tag = make_article(), make_tag("topic/Summit")

    assert curation.add_tag(article, tag, by=alice, role=Tagging.Role.MAIN)

    row = article.taggings.get()
    assert (row.origin, row.status, row.role, row.salience) == ("editor", "confirmed", "main", 1.0)
    assert trail()[0][2] is None
    assert trail()[0][3]["tag_id"] == tag.pk


def test_adding_a_rejected_tag_confirms_it(alice):
    tagging = make_tagging(make_article(), "country/Ukraine", status="rejected")

    assert curation.add_tag(tagging.article, tagging.tag, by=alice)
    assert not curation.add_tag(tagging.article, tagging.tag, by=alice)

    tagging.refresh_from_db()
    assert tagging.status == Tagging.Status.CONFIRMED


def test_a_corrected_field_is_remembered_and_what_follows_from_it_refreshed(alice):
    article = make_article(title="Talks go onn")

    changed = curation.edit_article(article, {"title": "Talks go on", "section": ""}, by=alice)

    article.refresh_from_db()
    assert changed == ["title"]
    assert (article.title, article.slug, article.edited_fields) == ("Talks go on", "talks-go-on", ["title"])


def test_a_corrected_date_moves_the_article_and_its_precision_is_kept_with_it(alice):
    article = make_article()

    curation.edit_article(article, {"published_on": dt.date(2019, 5, 1)}, by=alice)

    article.refresh_from_db()
    assert article.sort_on == dt.date(2019, 5, 1)
    assert article.edited_fields == ["published_on", "published_precision"]


def test_corrected_authors_stand_in_the_order_given(alice):
    article = make_article(authors=["Ann Author", "Ben Byline"])
    ann, ben = Author.objects.order_by("name")

    curation.edit_article(article, {"authors": [ben, ann]}, by=alice)

    assert [row.author for row in article.authorships.all()] == [ben, ann]
    article.refresh_from_db()
    assert article.edited_fields == ["authors"]
    assert (trail()[0][2]["authors"], trail()[0][3]["authors"]) == ([ann.pk, ben.pk], [ben.pk, ann.pk])


def test_a_corrected_outlet_is_kept_by_id(alice):
    article, outlet = make_article(), make_outlet("Example Times")

    curation.edit_article(article, {"outlet": outlet}, by=alice)

    assert trail()[0][2]["outlet_id"] is None
    assert trail()[0][3]["outlet_id"] == outlet.pk


def test_mentions_follow_their_words_when_the_text_is_edited(alice):
    article = make_article(body="Corect. Kyiv and Moscow")
    kyiv = make_tagging(
        article, "country/Ukraine", mentions=[["body", 8, 12, "capital"], ["title", 0, 2, "name"]]
    )
    moscow = make_tagging(article, "country/Russia", mentions=[["body", 17, 23, "capital"]])

    curation.edit_article(article, {"body": "Correct. Kyiv and others"}, by=alice)

    kyiv.refresh_from_db()
    moscow.refresh_from_db()
    assert kyiv.mentions == [["body", 9, 13, "capital"], ["title", 0, 2, "name"]]
    assert (moscow.mentions, moscow.status) == ([], "suggested")


def test_an_edit_that_changes_nothing_leaves_no_trail(alice):
    article = make_article(authors=["Ann Author"])

    assert (
        curation.edit_article(
            article, {"title": article.title, "authors": list(article.authors.all())}, by=alice
        )
        == []
    )
    assert not ChangeSet.objects.exists()


def test_withdrawn_articles_can_be_restored_and_drafts_stay_drafts(alice):
    article = make_article()
    draft = make_article(status="draft")
    queued()

    assert curation.withdraw(Article.objects.all(), by=alice) == 1
    assert not Article.objects.public().exists()
    assert queued() == [article.pk]
    assert curation.restore(Article.objects.all(), by=alice) == 1

    article.refresh_from_db()
    draft.refresh_from_db()
    assert (article.status, article.edited_fields, draft.status) == ("public", ["status"], "draft")


def test_retiring_a_tag_takes_it_from_all_its_articles_and_reinstating_brings_it_back(alice):
    articles = [make_article(title=f"Talks {number}", tags=["country/Ukraine"]) for number in range(3)]
    tag = Tag.objects.get()
    queued()

    assert curation.retire([tag], by=alice) == 1
    assert queued() == [article.pk for article in articles]
    assert not Tagging.objects.standing().exists()
    assert curation.reinstate([tag], by=alice) == 1
    assert Tagging.objects.standing().count() == 3


def test_a_failing_act_leaves_neither_rows_nor_trail(alice):
    tagging = make_tagging(make_article(), "country/Ukraine")

    with pytest.raises(RuntimeError):
        reject_and_fail(tagging, alice)

    tagging.refresh_from_db()
    assert tagging.status == Tagging.Status.SUGGESTED
    assert not ChangeSet.objects.exists()


def reject_and_fail(tagging: Tagging, editor) -> None:
    with curation.recording(ChangeSet.Act.EDIT, by=editor) as act:
        act.decide([tagging], status=Tagging.Status.REJECTED)
        raise RuntimeError


def test_the_trail_survives_the_account(alice):
    curation.confirm([make_tagging(make_article(), "country/Ukraine")], by=alice)

    alice.delete()

    assert list(ChangeSet.objects.values_list("made_by", "made_by_name")) == [(None, "alice")]


def make_entry(*, description: str = "A country", alias: str = "Kremlin", office: str = "President") -> Entry:
    return Entry(
        kind=Kind.COUNTRY, slug="russia", name="Russia", key="ru", description=description,
        aliases=(AliasRecord(alias, AliasKind.METONYM),),
        offices=(OfficeRecord(office, "head_of_state", "ru"),),
    )  # fmt: skip


@pytest.mark.parametrize(
    "edit",
    [
        lambda act: act.save(changed(Tag.objects.get(), description="An editor's words")),
        lambda act: act.save(changed(Alias.objects.get(), text="the Kremlin")),
        lambda act: act.save(changed(Office.objects.get(), title="Head of state")),
        lambda act: act.delete(Alias.objects.get()),
        lambda act: act.delete(Office.objects.get()),
        lambda act: act.save(Alias(tag=Tag.objects.get(), text="Rossiya")),
    ],
    ids=["description", "alias changed", "office changed", "alias removed", "office removed", "alias added"],
)
def test_what_an_editor_did_to_the_gazetteer_survives_the_next_load(alice, edit):
    gazetteer.load([make_entry()], release="1")
    with curation.recording(ChangeSet.Act.EDIT, by=alice) as act:
        edit(act)
    edited = stored_gazetteer()

    gazetteer.load([make_entry()], release="2")
    assert stored_gazetteer() == edited
    gazetteer.load([Entry(**{**vars_of(make_entry()), "wikidata": "Q159"})], release="3")

    assert stored_gazetteer() == edited
    assert Tag.objects.get().wikidata == "Q159"


def changed(row, **values):
    for name, value in values.items():
        setattr(row, name, value)
    return row


def vars_of(entry: Entry) -> dict[str, object]:
    return {name: getattr(entry, name) for name in Entry.__dataclass_fields__}


def stored_gazetteer() -> tuple[list, list, list]:
    return (
        list(Tag.objects.values_list("name", "description", "is_retired")),
        list(Alias.objects.order_by("text").values_list("text", "kind", "weight")),
        list(Office.objects.order_by("title").values_list("title", "role")),
    )


CLIPPING = """---
title: Talks in {city}
date: 2025-10-16
---
Russia and Ukraine talked in {city}.
"""


@pytest.fixture
def clipping(tmp_path):
    """Return a clipping whose text names Russia and Ukraine, imported once."""
    gazetteer.load(
        [
            Entry(kind=Kind.COUNTRY, slug=name.lower(), name=name, key=key, aliases=(AliasRecord(name),))
            for name, key in (("Russia", "ru"), ("Ukraine", "ua"))
        ],
        release="1",
    )
    path = tmp_path / "talks.md"
    path.write_text(CLIPPING.format(city="Vienna"))
    import_paths([path])
    return path


def decisions() -> dict[str, str]:
    return dict(Tagging.objects.values_list("tag__key", "status"))


def test_a_rejected_tag_survives_reimport(alice, clipping):
    assert decisions() == {"ru": "suggested", "ua": "suggested"}
    curation.reject(Tagging.objects.filter(tag__key="ru"), by=alice)
    curation.confirm(Tagging.objects.filter(tag__key="ua"), by=alice)

    clipping.write_text(CLIPPING.format(city="Geneva") + "Russia said so.")
    import_paths([clipping])

    assert Article.objects.get().title == "Talks in Geneva"
    assert decisions() == {"ru": "rejected", "ua": "confirmed"}
    assert len(Tagging.objects.get(tag__key="ru").mentions) == 2


def test_a_tag_an_editor_added_survives_reimport(alice, clipping):
    curation.add_tag(Article.objects.get(), make_tag("topic/Summit"), by=alice)

    clipping.write_text(CLIPPING.format(city="Geneva"))
    import_paths([clipping])

    assert Tagging.objects.get(tag__slug="summit").status == "confirmed"


def test_a_corrected_field_survives_reimport_and_the_others_follow_the_file(alice, clipping):
    curation.edit_article(Article.objects.get(), {"title": "An editor's title"}, by=alice)

    clipping.write_text(CLIPPING.format(city="Geneva"))
    import_paths([clipping])

    article = Article.objects.get()
    assert (article.title, article.body) == ("An editor's title", "Russia and Ukraine talked in Geneva.")


def test_a_withdrawn_article_stays_withdrawn(alice, clipping):
    curation.withdraw(Article.objects.all(), by=alice)

    clipping.write_text(CLIPPING.format(city="Geneva"))
    import_paths([clipping])

    assert Article.objects.get().status == Article.Status.WITHDRAWN


def test_lists_and_counts_follow_a_decision_with_the_next_request(alice, client, clipping):
    def found() -> tuple[int, dict[str, int]]:
        answer = client.get("/api/v1/articles/?country=ru").json()
        return answer["count"], {facet["value"]: facet["count"] for facet in answer["facets"]["country"]}

    assert found() == (1, {"ru": 1, "ua": 1})

    curation.reject(Tagging.objects.filter(tag__key="ua"), by=alice)
    assert found() == (1, {"ru": 1})
    curation.retire(Tag.objects.filter(key="ru"), by=alice)
    assert client.get("/api/v1/articles/").json()["facets"]["country"] == []
    curation.reinstate(Tag.objects.filter(key="ru"), by=alice)
    assert found() == (1, {"ru": 1})
    curation.withdraw(Article.objects.all(), by=alice)
    assert client.get("/api/v1/articles/").json()["count"] == 0


@pytest.mark.django_db(transaction=True)
def test_an_act_too_large_for_the_next_reader_brings_the_index_up_to_date_itself(alice):
    with transaction.atomic():
        for number in range(sync.INLINE_LIMIT + 1):
            make_article(title=f"Talks {number}", tags=["country/Russia"])
    sync.rebuild()

    curation.retire(Tag.objects.all(), by=alice)

    assert sync.open_engine().standing() == sync.database_standing()


def test_the_history_of_a_row_is_newest_first(alice):
    tagging = make_tagging(make_article(), "country/Ukraine")
    curation.confirm([tagging], by=alice)
    curation.reject([tagging], by=alice)

    acts = [change.change_set.act for change in history_of(Tagging, tagging.pk)]

    assert acts == ["reject", "confirm"]
