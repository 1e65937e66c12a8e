"""Undoing an act: the archive is as if it had not happened, or nothing changes at all."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from articles import curation, gazetteer
from articles.history.undoing import Reversal, UndoError, undo
from articles.importing import crew
from articles.importing.run import import_paths
from articles.models import (
    ActorSuggestion,
    Alias,
    Article,
    AuditItem,
    AuditSample,
    Author,
    Change,
    ChangeSet,
    OutboxRow,
    SuggestionMention,
    Tag,
    Tagging,
)
from articles.quality import audits, sampling
from articles.records.merging import merge
from articles.records.splitting import split_tag
from articles.rules import retagging
from articles.rules.retagging import Scope, retag
from articles.suggested import accepting
from articles.suggested.proposing import Person
from tests.factories import make_article, make_outlet, make_suggestion, make_tag, make_tagging
from tests.history.undo_world import stored
from tests.rules.test_retagging import OMAN, PERU, InProcess, import_elsewhere, load

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_process(monkeypatch):
    monkeypatch.setattr(crew, "Guard", InProcess)


def last() -> ChangeSet:
    return ChangeSet.objects.latest("pk")


def queued() -> set[int]:
    """Return the articles that wait for the index, and empty the queue."""
    ids = set(OutboxRow.objects.values_list("article_id", flat=True))
    OutboxRow.objects.all().delete()
    return ids


def edit(article: Article, by, **values: object) -> ChangeSet:
    curation.edit_article(article, values, by=by)
    return last()


def told(reversal: Reversal) -> list[tuple[str, str, list[ChangeSet]]]:
    """Return what stands in the way: table, reason and the later acts."""
    return [(one.table, one.reason, list(one.acts)) for one in reversal.conflicts]


def test_an_undone_decision_leaves_the_tag_as_it_was(alice):
    article = make_article(tags=["country/Ukraine"])
    before = stored()
    curation.reject(Tagging.objects.all(), by=alice)
    act = last()
    queued()

    made = undo(act, by=alice).made

    assert stored() == before
    assert queued() == {article.pk}
    assert (made.act, made.undoes, made.made_by_name, made.change_count) == ("undo", act, "alice", 1)


def test_an_undo_can_be_undone_and_that_again(alice):
    make_article(tags=["country/Ukraine"])
    before = stored()
    curation.reject(Tagging.objects.all(), by=alice)
    after = stored()

    first = undo(last(), by=alice).made
    second = undo(first, by=alice).made
    assert stored() == after
    third = undo(second, by=alice).made
    assert stored() == before
    assert [third.undoes, second.undoes] == [second, first]


def test_an_act_is_undone_once(alice):
    make_article(tags=["country/Ukraine"])
    curation.reject(Tagging.objects.all(), by=alice)
    act = last()
    made = undo(act, by=alice).made

    assert told(undo(act, by=alice)) == [("tagging", "undone already", [made])]
    assert last() == made


def test_a_dry_run_says_the_same_and_writes_nothing(alice):
    make_article(tags=["country/Ukraine"])
    curation.reject(Tagging.objects.all(), by=alice)
    act, before = last(), stored()

    dry = undo(act, by=alice, is_dry=True)

    assert (stored(), last(), dry.made) == (before, act, None)
    assert [(row.before["status"], row.after["status"]) for row in dry.rows] == [("rejected", "suggested")]
    done = undo(act, by=alice)
    assert [(row.table, row.before, row.after) for row in done.rows] == [
        (row.table, row.before, row.after) for row in dry.rows
    ]


def test_a_bulk_act_that_one_row_stands_in_the_way_of_is_not_undone_at_all(alice):
    for number in range(3):
        make_article(title=f"Talks {number}", tags=["country/Ukraine"])
    curation.confirm(Tagging.objects.all(), by=alice)
    act = last()
    first, second, _ = Tagging.objects.order_by("pk")
    curation.reject([first, second], by=alice)
    later, before = last(), stored()

    reversal = undo(act, by=alice)

    assert told(reversal) == [("tagging", "changed again since", [later])] * 2
    assert (stored(), last()) == (before, later)


def test_rows_that_nothing_stands_in_the_way_of_can_be_chosen(alice):
    for number in range(3):
        make_article(title=f"Talks {number}", tags=["country/Ukraine"])
    curation.confirm(Tagging.objects.all(), by=alice)
    act = last()
    first, second, third = Tagging.objects.order_by("pk")
    curation.reject([first], by=alice)
    row = act.changes.get(row_id=second.pk)

    made = undo(act, by=alice, rows=[row.pk]).made

    assert list(Tagging.objects.order_by("pk").values_list("status", flat=True)) == [
        "rejected", "suggested", "confirmed",
    ]  # fmt: skip
    assert [change.row_id for change in made.changes.all()] == [second.pk]
    assert undo(act, by=alice, rows=[act.changes.get(row_id=third.pk).pk]).made is not None


def test_what_was_undone_since_stands_in_nobodys_way(alice):
    make_article(tags=["country/Ukraine"])
    before = stored()
    curation.confirm(Tagging.objects.all(), by=alice)
    act = last()
    curation.reject(Tagging.objects.all(), by=alice)
    undo(last(), by=alice)

    assert undo(act, by=alice).made is not None
    assert stored() == before


def test_edits_of_other_fields_stay(alice):
    article = make_article(title="Talks go onn")
    act = edit(article, alice, title="Talks go on")
    edit(article, alice, section="World")

    undo(act, by=alice)

    article.refresh_from_db()
    assert (article.title, article.slug, article.section) == ("Talks go onn", "talks-go-onn", "World")
    assert article.edited_fields == ["section"]


def test_a_later_edit_of_the_same_field_stands_in_the_way(alice):
    article = make_article()
    act = edit(article, alice, published_on=dt.date(2019, 5, 1))
    later = edit(article, alice, published_precision="month")

    assert told(undo(act, by=alice)) == [("article", "changed again since", [later])]


def test_an_undone_edit_gives_text_authors_outlet_and_evidence_back(alice):
    article = make_article(body="Corect. Kyiv and Moscow", authors=["Ann Author"], outlet="Example Times")
    make_tagging(article, "country/Ukraine", mentions=[["body", 8, 12, "capital"]])
    make_tagging(article, "country/Russia", mentions=[["body", 17, 23, "capital"]])
    ben = Author.objects.create(name="Ben Byline", slug="ben-byline")
    other = make_outlet("Other Times")
    before = stored()

    act = edit(article, alice, body="Kyiv, it says", authors=[ben], outlet=other)
    assert stored() != before
    undo(act, by=alice)

    assert stored() == before


def test_evidence_given_since_follows_the_words_into_the_former_text(alice):
    article = make_article(body="Corect. Kyiv")
    act = edit(article, alice, body="Correct. Kyiv")
    tagging = make_tagging(article, "country/Ukraine", mentions=[["body", 9, 13, "capital"]])

    undo(act, by=alice)

    tagging.refresh_from_db()
    assert tagging.mentions == [["body", 8, 12, "capital"]]


@pytest.mark.parametrize("chosen", ["article", "tagging"])
def test_a_text_and_the_evidence_in_it_are_given_back_together(alice, chosen):
    article = make_article(body="Corect. Kyiv")
    make_tagging(article, "country/Ukraine", mentions=[["body", 8, 12, "capital"]])
    before = stored()["Tagging"]
    act = edit(article, alice, body="Correct. Kyiv")

    undo(act, by=alice, rows=[act.changes.get(table=chosen).pk])

    article.refresh_from_db()
    assert article.body == "Corect. Kyiv"
    assert stored()["Tagging"] == before


def test_a_suggested_actor_whose_words_an_edit_took_comes_back(alice):
    article = make_article(body="Olga Bodnar spoke.")
    make_suggestion(article, "Olga Bodnar")
    seen = ActorSuggestion.objects.get().first_seen_at
    before = stored()
    act = edit(article, alice, body="She spoke.")
    assert not ActorSuggestion.objects.exists()

    undo(act, by=alice)

    assert stored() == before
    assert ActorSuggestion.objects.get().first_seen_at == seen


def test_a_suggested_actor_that_was_found_again_is_no_obstacle(alice):
    article = make_article(body="Olga Bodnar spoke.")
    make_suggestion(article, "Olga Bodnar")
    act = edit(article, alice, body="She spoke.")
    other = make_article(body="Olga Bodnar spoke again.")
    make_suggestion(other, "Olga Bodnar")

    assert undo(act, by=alice).made is not None
    assert SuggestionMention.objects.count() == 1


def test_an_undone_retag_gives_each_article_its_former_tags(alice):
    article = make_article(body="Talks in Muscat, Oman.")
    load(OMAN)
    before = stored()
    act = ChangeSet.objects.get(pk=retag().change_set_id)
    assert article.taggings.exists()
    queued()

    made = undo(act, by=alice).made

    assert stored() == before
    assert queued() == {article.pk}
    undo(made, by=alice)
    assert article.taggings.get().tag.slug == "oman"


def test_tags_that_a_retag_took_come_back(alice):
    article = make_article(body="Talks in Muscat, Oman.")
    load(OMAN)
    make_tagging(article, "country/Peru", release="old")
    before = stored()

    undo(ChangeSet.objects.get(pk=retag().change_set_id), by=alice)

    assert stored() == before


def test_a_decision_on_what_a_retag_gave_stands_in_its_way(alice):
    make_article(body="Talks in Muscat, Oman.")
    load(OMAN)
    act = ChangeSet.objects.get(pk=retag().change_set_id)
    curation.confirm(Tagging.objects.all(), by=alice)

    assert told(undo(act, by=alice)) == [("tagging", "changed again since", [last()])]


def test_a_tag_that_is_used_since_is_not_unmade(alice):
    with curation.recording(ChangeSet.Act.EDIT, by=alice) as act:
        act.save(Tag(kind="topic", slug="fisheries", key="fisheries", name="Fisheries"))
    made = last()
    make_tagging(make_article(), Tag.objects.get(), status="confirmed")

    assert told(undo(made, by=alice)) == [("tag", "taggings rest on it", [])]


def test_a_tag_and_its_names_are_unmade_together(alice):
    before = stored()
    with curation.recording(ChangeSet.Act.EDIT, by=alice) as act:
        tag = Tag(kind="topic", slug="fisheries", key="fisheries", name="Fisheries")
        act.save(tag)
        act.save(Alias(tag=tag, text="cod"))
    after = stored()

    made = undo(last(), by=alice).made
    assert stored() == before
    undo(made, by=alice)
    assert stored() == after


def test_a_removed_name_comes_back_unless_it_is_there_again(alice):
    tag = make_tag("country/Russia")
    Alias.objects.create(tag=tag, text="Kremlin", kind="metonym", origin="gazetteer")
    with curation.recording(ChangeSet.Act.EDIT, by=alice) as act:
        act.delete(Alias.objects.get())
    removed = last()
    twin = Alias.objects.create(tag=tag, text="Kremlin", kind="metonym")

    [conflict] = undo(removed, by=alice).conflicts
    assert "already exists" in conflict.reason
    twin.delete()
    undo(removed, by=alice)

    assert Alias.objects.get().origin == "gazetteer"


def test_a_retired_tag_comes_back_to_all_its_articles(alice):
    articles = {make_article(title=f"Talks {number}", tags=["country/Ukraine"]).pk for number in range(3)}
    curation.retire(Tag.objects.all(), by=alice)
    queued()

    undo(last(), by=alice)

    assert not Tag.objects.get().is_retired
    assert queued() == articles


def test_what_changed_without_a_trail_stands_in_the_way(alice):
    make_article(tags=["country/Ukraine"])
    curation.confirm(Tagging.objects.all(), by=alice)
    Tagging.objects.update(status="rejected")

    assert told(undo(last(), by=alice)) == [("tagging", "it is no longer as this act left it", [])]


def test_a_decision_outlives_the_account_of_who_made_it(alice, django_user_model):
    carol = django_user_model.objects.create_user("carol")
    make_article(tags=["country/Ukraine"])
    curation.confirm(Tagging.objects.all(), by=carol)
    curation.reject(Tagging.objects.all(), by=alice)
    carol.delete()

    undo(last(), by=alice)

    row = Tagging.objects.get()
    assert (row.status, row.decided_by, row.decided_at is None) == ("confirmed", None, False)


def test_an_outlet_that_is_gone_stands_in_the_way(alice):
    article = make_article(outlet="Example Times")
    act = edit(article, alice, outlet=make_outlet("Other Times"))
    article.refresh_from_db()
    type(article.outlet).objects.get(name="Example Times").delete()

    assert told(undo(act, by=alice)) == [("article", "its outlet is gone", [])]


def test_an_import_that_read_the_file_again_stands_in_the_way_of_undoing_an_edit(alice, tmp_path):
    gazetteer.load([OMAN], release="1")
    path = tmp_path / "talks.md"
    path.write_text("---\ntitle: Talks\n---\nTalks in Oman.\n")
    import_paths([path])
    act = edit(Article.objects.get(), alice, title="Mine")
    path.write_text("---\ntitle: Theirs\n---\nTalks in Oman went on.\n")
    import_paths([path])

    conflicts = told(undo(act, by=alice))

    assert ("article", "changed again since", [ChangeSet.objects.filter(act="import").first()]) in conflicts
    assert Article.objects.get().title == "Mine"


def test_an_import_is_handed_over_to_its_own_undo(alice, tmp_path):
    gazetteer.load([OMAN], release="1")
    path = tmp_path / "talks.md"
    path.write_text("---\ntitle: Talks\n---\nTalks in Oman.\n")
    import_paths([path])
    act = ChangeSet.objects.get(act="import")

    with pytest.raises(UndoError, match="as a whole"):
        undo(act, by=alice, rows=[act.changes.get().pk])
    reversal = undo(act, by=alice)

    assert reversal.of_import.withdrawn == 1
    assert Article.objects.get().status == "withdrawn"
    with pytest.raises(UndoError, match="--force"):
        undo(reversal.made, by=alice)


@pytest.fixture
def stopped_retag(monkeypatch) -> ChangeSet:
    """Return a re-tag of two articles that was stopped after the first."""
    monkeypatch.setattr(retagging, "CHUNK", 1)
    load(OMAN)
    for number in (1, 2):
        make_article(title=f"Talks {number} in Oman")
    retag(Scope(is_forced=True, words="every article"), should_stop=lambda: True)
    return last()


def test_a_retag_that_was_stopped_is_undone_and_the_next_one_has_an_act_of_its_own(alice, stopped_retag):
    release = stopped_retag.note.split()[1].rstrip(",")
    assert stopped_retag.note == f"gazetteer {release}, every article: under way"

    reversal = undo(stopped_retag, by=alice)
    retag(Scope(is_forced=True, words="every article"))

    assert (reversal.conflicts, reversal.made.change_count) == ([], 1)
    acts = ChangeSet.objects.filter(act="retag").order_by("pk").values_list("note", "change_count")
    assert list(acts) == [
        (f"gazetteer {release}, every article: stopped", 1),
        (f"gazetteer {release}, every article", 2),
    ]


def test_a_retag_at_work_is_not_undone_before_it_ended(alice, stopped_retag):
    before = stored()

    with import_elsewhere(), pytest.raises(UndoError, match="did not finish yet, and another import"):
        undo(stopped_retag, by=alice)

    assert stored() == before
    stopped_retag.refresh_from_db()
    assert stopped_retag.note.endswith(": under way")


@pytest.mark.parametrize(
    ("scope", "end"),
    [
        (Scope(is_forced=True, words="every article"), ": stopped"),
        (Scope(is_forced=True), ": stopped"),
        (Scope(article_ids=[], words="every article"), ": stopped"),
        (Scope(article_ids=[], words="rule of Peru"), ": under way"),
    ],
    ids=["the same scope", "everything", "the same words", "another scope"],
)
def test_a_retag_that_finishes_closes_those_stopped_under_another_release(stopped_retag, scope, end):
    load(OMAN, PERU)

    retag(scope)

    stopped_retag.refresh_from_db()
    assert stopped_retag.note.endswith(end)


# --- Audits -----------------------------------------------------------------------------------------------


def make_topic(alice) -> Tag:
    with curation.recording(ChangeSet.Act.EDIT, by=alice) as act:
        tag = Tag(kind="topic", slug="ports", key="ports", name="Ports")
        act.save(tag)
    return tag


def accept_actor(alice) -> Tag:
    load(OMAN)
    suggestion = make_suggestion(make_article(body="Ana Soto met."), "Ana Soto")
    return accepting.accept(suggestion, by=alice, person=Person("Ana Soto"), seen="open")


def split_off(alice) -> Tag:
    tag = make_tag("topic/Harbours")
    names = [Alias.objects.create(tag=tag, text=text).pk for text in ("Harbours", "Ports")]
    split_tag(tag, name="Ports", slug="ports", aliases=names[1:], by=alice)
    return Tag.objects.get(slug="ports")


@pytest.mark.parametrize("make", [make_topic, accept_actor, split_off])
def test_an_audit_holds_no_act_and_its_answers_stay_without_the_tag(alice, make):
    tag = make(alice)
    made, today = last(), timezone.localdate()
    make_article(title="Talks", tags=["topic/Ports"] if tag.kind == "topic" else [])
    if tag.kind == "actor":
        make_tagging(make_article(title="Soto"), tag)
    daily, asked = sampling.draw_daily(today), sampling.draw_tag(today, tag)
    for item in AuditItem.objects.all():
        audits.answer(item, audits.ANSWERS["wrong"], seen="", by=alice)
    before = audits.read_figures(today)

    reversal = undo(made, by=alice)

    assert reversal.conflicts == []
    assert not Tag.objects.filter(pk=tag.pk).exists()
    after = audits.read_figures(today)
    assert (after.overall, after.kinds, after.rules, after.months) == (
        before.overall, before.kinds, before.rules, before.months,
    )  # fmt: skip
    assert (before.overall.wrong, after.tags) == (1, {})
    items = AuditItem.objects.values_list("sample", "tag", "tag_name", "kind", "verdict").order_by("pk")
    assert list(items) == [(one.pk, None, tag.name, tag.kind, "wrong") for one in (daily, asked)]
    asked = AuditSample.objects.get(pk=asked.pk)
    assert (asked.tag, asked.subject, list(sampling.eligible(asked))) == (None, tag.name, [])


def test_evidence_that_moved_since_is_not_written_over(alice):
    article = make_article(title="Kyiv speaks", body="Corect. Kyiv")
    decided = make_tagging(article, "country/Russia")
    make_tagging(article, "country/Ukraine", mentions=[["body", 8, 12, "capital"]])
    with curation.recording(ChangeSet.Act.EDIT, by=alice) as act:
        act.decide([decided], status=Tagging.Status.REJECTED)
        act.edit_article(article, {"body": "Correct. Kyiv"})
    made = last()
    Tagging.objects.filter(pk=decided.pk).update(mentions=[["body", 9, 13, "name"]])

    undo(made, by=alice)

    decided.refresh_from_db()
    assert (decided.status, decided.mentions) == ("suggested", [["body", 8, 12, "name"]])


def test_what_has_no_rows_cannot_be_undone(alice):
    load(OMAN)
    make_article(tags=["country/Oman"])
    curation.confirm(Tagging.objects.all(), by=alice)

    with pytest.raises(UndoError, match="load of the gazetteer"):
        undo(ChangeSet.objects.get(act="load"), by=alice)
    with pytest.raises(UndoError, match="no such rows"):
        undo(last(), by=alice, rows=[0])


def test_a_large_act_is_undone_in_few_statements(alice, django_assert_max_num_queries):
    for number in range(60):
        make_article(title=f"Talks {number}", tags=["country/Ukraine"])
    curation.confirm(Tagging.objects.all(), by=alice)

    with django_assert_max_num_queries(30):
        undo(last(), by=alice)

    assert Change.objects.filter(change_set__act="undo").count() == 60


def merge_of(count: int, alice) -> ChangeSet:
    """Return a merge of two tags: as many articles that only one had, and half as many that had both."""
    old, new = make_tag("actor/Sergej Lawrow"), make_tag("actor/Sergey Lavrov")
    for number in range(count):
        make_article(title=f"Only {number}", tags=[old])
        if number % 2:
            make_article(title=f"Both {number}", tags=[old, new])
    made = merge([old], new, by=alice).made
    assert made is not None
    return made


def test_the_undo_of_a_merge_needs_as_many_queries_for_forty_articles_as_for_four(
    alice, django_assert_max_num_queries
):
    made = merge_of(4, alice)
    with django_assert_max_num_queries(200) as few:
        undo(made, by=alice)
    many = merge_of(40, alice)

    with django_assert_max_num_queries(len(few)):
        undo(many, by=alice)

    assert Tagging.objects.filter(tag__slug="sergej-lawrow").count() == 4 + 2 + 40 + 20


def test_the_undo_of_a_merge_says_of_which_tag_and_article_each_row_is(alice):
    undone = undo(merge_of(2, alice), by=alice)

    labels = sorted(row.label for row in undone.rows if row.table == "tagging")
    assert labels == [
        "Sergej Lawrow: Both 1", "Sergej Lawrow: Only 0", "Sergej Lawrow: Only 1", "Sergey Lavrov: Both 1",
    ]  # fmt: skip
