"""Stored articles tagged again: what changes, what stays, what the report says."""

from __future__ import annotations

import contextlib
import io
import json
import signal
from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles import curation, gazetteer
from articles.importing import crew
from articles.importing.crew import Crew
from articles.importing.lock import LOCK_KEY, ImportBusyError, import_lock
from articles.models import (
    ActorSuggestion,
    Alias,
    Archive,
    Article,
    Change,
    ChangeSet,
    OutboxRow,
    SuggestionMention,
    Tag,
    Tagging,
)
from articles.rules import retagging
from articles.rules.retagging import RetagError, Retagging, Scope, count_waiting, retag
from articles.search import sync
from articles.search.query import Criteria, Match
from articles.tagging import Alias as Name
from articles.tagging import AliasKind, Entry, Kind
from articles.tagging.standing import Text
from tests.factories import make_article, make_tag, make_tagging

GEORGIA = Entry(Kind.COUNTRY, "georgia", "Georgia", "ge", aliases=(Name("Georgia"),))
OMAN = Entry(Kind.COUNTRY, "oman", "Oman", "om", aliases=(Name("Oman"), Name("Muscat", AliasKind.CAPITAL)))
PERU = Entry(Kind.COUNTRY, "peru", "Peru", "pe", aliases=(Name("Peru"),))
CHILE = Entry(Kind.COUNTRY, "chile", "Chile", "cl", aliases=(Name("Chile"),))
BODY = "Envoys of Oman met in Georgia. Oman's foreign minister, Badr Albusaidi, spoke of Peru."


class InProcess:
    """A guard without a process of its own: starting two for each test would cost a minute."""

    def __init__(self, seconds: float, *, prepare: Callable[[], object]) -> None:
        self.prepare = prepare
        self.is_ready = False

    def run(self, function: Callable[..., object], *arguments: object) -> object:
        if not self.is_ready:
            self.prepare()
        self.is_ready = True
        return function(*arguments)

    def close(self) -> None:
        pass


@pytest.fixture(autouse=True)
def in_process(monkeypatch):
    monkeypatch.setattr(crew, "Guard", InProcess)


@pytest.fixture
def loaded(db) -> None:
    load(GEORGIA, OMAN, PERU)


def load(*entries: Entry) -> None:
    gazetteer.load(entries, release=gazetteer.release_of(entries))


def carried(article: Article) -> dict[str, tuple[str, str, str]]:
    """Return the tags of an article: role, origin and status by slug."""
    rows = article.taggings.select_related("tag")
    return {row.tag.slug: (row.role, row.origin, row.status) for row in rows}


def moved(done: Retagging) -> dict[str, dict[str, list[int]]]:
    """Return which articles moved under each tag."""
    slugs = dict(Tag.objects.values_list("pk", "slug"))
    names = ("gained", "lost", "to_main", "to_mentioned", "shifted")
    return {
        slugs[pk]: {name: list(getattr(moves, name)) for name in names if getattr(moves, name)}
        for pk, moves in done.moves.items()
    }


def everything() -> list[object]:
    """Return all that a re-tag may write, without times and the ids of rows."""
    return [
        list(Tagging.objects.order_by("article", "tag").values_list(
            "article", "tag", "role", "salience", "mentions", "origin", "status", "release")),
        list(Article.objects.order_by("pk").values_list("pk", "gazetteer_release", "changed_at")),
        list(ActorSuggestion.objects.order_by("folded_name").values_list(
            "folded_name", "name", "office", "owner", "status")),
        list(SuggestionMention.objects.order_by("article", "suggestion__folded_name").values_list(
            "article", "suggestion__folded_name", "name", "office", "mentions")),
        list(ChangeSet.objects.filter(act="retag").values_list("note", "change_count")),
        list(Change.objects.order_by("row_id").values_list("table", "row_id", "label", "before", "after")),
    ]  # fmt: skip


def make_archive() -> list[Article]:
    """Return articles that were tagged by hand, with every kind of decision among them."""
    articles = [make_article(title=f"Talks {number}", body=BODY) for number in range(4)]
    one, two, three, four = articles
    make_tagging(one, "country/Chile")  # the text has no such word
    make_tagging(one, "country/Georgia", role="main")
    make_tagging(two, "country/Oman", status="rejected", release="old", mentions=[["body", 0, 6, "name"]])
    make_tagging(two, "country/Chile", origin="editor", status="confirmed", role="main")
    make_tagging(three, "country/Peru", status="confirmed", role="main")
    Article.objects.filter(pk=three.pk).update(status=Article.Status.WITHDRAWN)
    Article.objects.filter(pk=four.pk).update(keywords=["Chile"])
    return articles


def test_articles_get_the_tags_that_the_gazetteer_calls_for(loaded):
    load(GEORGIA, OMAN, PERU, CHILE)
    one, two, three, four = make_archive()
    done = retag()

    named = ("mentioned", "automatic", "suggested")
    main = ("main", "automatic", "suggested")
    assert (done.article_count, done.changed_count) == (4, 4)
    assert set(carried(one)) == {"georgia", "oman", "peru"}
    assert carried(two)["oman"][2] == "rejected"
    assert carried(two)["chile"] == ("main", "editor", "confirmed")
    assert carried(three)["peru"] == ("main", "automatic", "confirmed")
    assert carried(three)["georgia"] in {named, main}
    assert carried(four)["chile"] == ("mentioned", "frontmatter", "suggested")
    assert moved(done)["chile"] == {"gained": [four.pk], "lost": [one.pk]}


def test_kept_pages_learn_of_a_new_release_even_where_no_tag_changes(loaded):
    make_archive()
    retag()
    load(GEORGIA, OMAN, PERU, Entry(Kind.COUNTRY, "fiji", "Fiji", "fj", aliases=(Name("Fiji"),)))
    before = sync.database_standing().revision

    done = retag()

    assert done.changed_count == 0
    assert sync.database_standing().revision > before


def test_the_difference_predicted_is_the_real_one_and_predicting_writes_nothing(loaded):
    load(GEORGIA, OMAN, PERU, CHILE)
    make_archive()
    before = everything()
    predicted = retag(is_dry=True)
    after_dry = everything()
    real = retag()

    assert after_dry == before
    assert moved(predicted) == moved(real)
    assert (predicted.article_count, predicted.changed_count) == (real.article_count, real.changed_count)


def test_the_trail_holds_each_step_of_the_difference(loaded):
    load(GEORGIA, OMAN, PERU, CHILE)
    articles = make_archive()
    done = retag(by_name="root")

    change_set = ChangeSet.objects.get(act="retag")
    steps = {
        (change.row_id, int(tag)): (change.before["taggings"][tag], change.after["taggings"][tag])
        for change in change_set.changes.all()
        for tag in change.before["taggings"]
    }
    gained = {(pk, tag) for tag, moves in done.moves.items() for pk in moves.gained}
    lost = {(pk, tag) for tag, moves in done.moves.items() for pk in moves.lost}
    assert (change_set.pk, change_set.made_by_name, change_set.change_count) == (
        done.change_set_id,
        "root",
        4,
    )
    assert change_set.note == f"gazetteer {done.release}"
    assert {pk for pk, _ in steps} == {article.pk for article in articles}
    assert {key for key, (before, _) in steps.items() if before is None} == gained
    assert {key for key, (_, after) in steps.items() if after is None} == lost


@pytest.mark.parametrize("is_forced", [False, True], ids=["by release", "forced"])
def test_a_second_retag_changes_nothing(loaded, is_forced):
    make_archive()
    retag()
    before = everything()
    done = retag(Scope(is_forced=is_forced))

    assert everything() == before
    assert (done.article_count, done.changed_count) == (4 if is_forced else 0, 0)
    assert done.change_set_id is None


def test_what_editors_make_of_the_gazetteer_counts(loaded):
    article = make_article(body="Envoys flew to Muscat.")
    retag()
    Alias.objects.get(text="Muscat").delete()
    done = retag()

    assert moved(done) == {"oman": {"lost": [article.pk]}}


def test_a_change_of_role_is_told(loaded):
    article = make_article(title="Oman to mediate", body=BODY)
    retag()
    article.taggings.filter(tag__slug="oman").update(role="mentioned")
    article.taggings.filter(tag__slug="peru").update(role="main")
    done = retag(Scope(is_forced=True))

    assert moved(done) == {"oman": {"to_main": [article.pk]}, "peru": {"to_mentioned": [article.pk]}}


def test_one_article_is_tagged_whatever_its_release(loaded):
    one, two = make_article(body=BODY), make_article(body=BODY)
    retag()
    Tagging.objects.all().delete()
    done = retag(Scope(article_id=one.pk))

    assert (done.article_count, set(carried(one)), carried(two)) == (1, {"georgia", "oman", "peru"}, {})


def test_one_tag_leaves_all_others_alone_and_a_retag_of_all_is_still_due(loaded):
    article = make_article(body=BODY)
    make_tagging(article, "country/Chile")
    oman = Tag.objects.get(slug="oman")
    done = retag(Scope(tags={oman.pk}, words="only country:om"))

    assert moved(done) == {"oman": {"gained": [article.pk]}}
    assert set(carried(article)) == {"oman", "chile"}
    assert ChangeSet.objects.get(act="retag").note == f"gazetteer {done.release}, only country:om"
    assert not ActorSuggestion.objects.exists()
    assert count_waiting() == 1


def test_lists_follow_at_once(loaded):
    article = make_article(body=BODY)
    sync.apply_outbox()
    OutboxRow.objects.all().delete()
    retag()

    assert list(OutboxRow.objects.values_list("article_id", flat=True)) == [article.pk]
    assert sync.open_engine().search(Criteria({("country", Match.ALL): ("om",)}), limit=5).ids == [article.pk]


def test_a_retag_that_was_stopped_goes_on_in_its_change_set_and_ends_as_an_uninterrupted_one(
    loaded, monkeypatch
):
    monkeypatch.setattr(retagging, "CHUNK", 1)
    load(GEORGIA, OMAN, PERU, CHILE)
    make_archive()
    predicted = moved(retag(is_dry=True))

    def crash(done: Retagging) -> None:
        if done.article_count == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        retag(progress=crash)
    waiting = count_waiting()
    stopped = retag(should_stop=lambda: True)
    last = retag()

    [change_set] = ChangeSet.objects.filter(act="retag")
    rows = {
        (change.row_id, int(tag)) for change in change_set.changes.all() for tag in change.before["taggings"]
    }
    slugs = dict(Tag.objects.values_list("slug", "pk"))
    assert (waiting, stopped.article_count, stopped.is_interrupted, last.article_count) == (2, 1, True, 1)
    assert rows == {
        (pk, slugs[slug]) for slug, kinds in predicted.items() for ids in kinds.values() for pk in ids
    }
    assert (change_set.note, change_set.change_count) == (f"gazetteer {last.release}", 4)
    assert retag(Scope(is_forced=True)).changed_count == 0


def statements(count: int) -> int:
    """Return how many statements it takes to tag that many articles, each with a person of its own."""
    Article.objects.all().delete()
    ActorSuggestion.objects.all().delete()
    for number in range(count):
        name = f"{chr(65 + number // 26)}na Sot{chr(97 + number % 26)}"
        make_article(body=f"Peru's ambassador to Oman, {name}, spoke.")
    with CaptureQueriesContext(connection) as queries:
        retag()
    assert ActorSuggestion.objects.count() == count
    return len(queries)


def test_the_number_of_statements_does_not_grow_with_a_chunk(loaded):
    sync.apply_outbox()

    assert statements(60) == statements(3)


def test_a_text_that_harms_the_tagger_costs_itself_alone(loaded, monkeypatch):
    bad, good = make_article(title="Bad", body=BODY), make_article(body=BODY)
    make_tagging(bad, "country/Chile")
    tag = Crew.tag

    def fail(one: Crew, text: Text) -> object:
        if text.title == "Bad":
            raise ValueError("it took longer than 10 s")
        return tag(one, text)

    monkeypatch.setattr(Crew, "tag", fail)
    done = retag()

    assert done.failures == [(bad.pk, "Bad", "it took longer than 10 s")]
    assert (set(carried(bad)), set(carried(good))) == ({"chile"}, {"georgia", "oman", "peru"})
    assert count_waiting() == 1


def test_no_tag_is_lost_where_no_gazetteer_was_ever_loaded(db):
    make_tagging(make_article(), "country/Oman")
    Archive.objects.update(gazetteer_release="")

    with pytest.raises(RetagError, match="holds no gazetteer; load it first"):
        retag()
    assert Tagging.objects.count() == 1


@contextlib.contextmanager
def import_elsewhere() -> Iterator[None]:
    """Hold the import lock as another process does; on PostgreSQL it belongs to the connection."""
    if connection.vendor == "sqlite":
        with import_lock():
            yield
        return
    parameters = connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}
    with psycopg.connect(**parameters) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [LOCK_KEY])
        yield


def test_an_import_and_a_retag_never_run_at_once(loaded):
    with import_elsewhere(), pytest.raises(ImportBusyError):
        retag()


def test_a_dry_run_does_not_wait_for_an_import(loaded):
    make_article(body=BODY)
    with import_elsewhere():
        assert retag(is_dry=True).changed_count == 1


def call(*arguments: str) -> dict[str, object]:
    out = io.StringIO()
    call_command("retag", *arguments, "--json", stdout=out, stderr=io.StringIO())
    report: dict[str, object] = json.loads(out.getvalue())
    return report


def test_the_command_prints_the_same_difference_before_and_after(loaded):
    article = make_article(body="Envoys flew to Oman.")
    dry, real = call("--dry-run"), call()

    assert dry["tags"] == real["tags"] == [
        {
            "kind": "country", "slug": "oman", "name": "Oman", "gained": [article.pk], "lost": [],
            "to_main": [], "to_mentioned": [], "evidence": [],
        }
    ]  # fmt: skip
    assert (dry["dry_run"], real["dry_run"], real["changed"]) == (True, False, 1)


def test_the_command_tells_people_what_moved(loaded):
    make_article(body="Envoys flew to Oman.")
    out = io.StringIO()
    call_command("retag", "--tag", "country:om", stdout=out, stderr=io.StringIO())
    lines = out.getvalue().splitlines()

    assert lines[0].startswith("Tagged 1 article in ")
    assert lines[-1].split() == ["1", ".", ".", ".", ".", "Oman", "[country:oman]"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--tag", "country:atlantis"], "has no 'country:atlantis'; write it like country:ge"),
        (["--article", "99"], "there is no article 99"),
    ],
    ids=["no such tag", "no such article"],
)
def test_the_command_refuses_what_does_not_exist(loaded, arguments, message):
    with pytest.raises(CommandError, match=message) as refused:
        call(*arguments)
    assert refused.value.returncode == 2


def test_control_c_ends_the_retag_after_its_chunk(loaded, monkeypatch):
    monkeypatch.setattr(retagging, "CHUNK", 1)
    for _ in range(3):
        make_article(body=BODY)
    take = retagging._Retag.take

    def interrupt(act: retagging._Retag, chunk: list[Article]) -> None:
        take(act, chunk)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(retagging._Retag, "take", interrupt)
    errors = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("retag", stdout=io.StringIO(), stderr=errors)

    assert ended.value.code == 128 + signal.SIGINT
    assert "Stopping after the articles in hand" in errors.getvalue()
    assert count_waiting() == 2


def test_a_dismissed_suggestion_stays_dismissed(loaded, alice):
    make_article(body=BODY)
    retag()
    curation.dismiss(ActorSuggestion.objects.all(), by=alice)
    retag(Scope(is_forced=True))

    assert list(ActorSuggestion.objects.values_list("name", "status")) == [("Badr Albusaidi", "dismissed")]


def test_a_person_who_joined_the_gazetteer_is_suggested_no_more(loaded):
    make_article(body=BODY)
    retag()
    badr = make_tag("actor/Badr Albusaidi")
    Alias.objects.create(tag=badr, text="Badr Albusaidi")
    done = retag()

    assert not ActorSuggestion.objects.exists()
    assert len(done.moves[badr.pk].gained) == 1


def test_only_the_articles_named_are_tagged_whatever_their_release(loaded):
    one, two, three = (make_article(title=f"Talks {number}", body=BODY) for number in range(3))
    Article.objects.filter(pk=one.pk).update(gazetteer_release=gazetteer.release_of(gazetteer.read_entries()))
    scope = Scope(article_ids=[three.pk, one.pk, one.pk, 10**9])

    assert count_waiting(scope) == 3
    done = retag(scope)

    assert done.article_count == 2
    assert moved(done)["georgia"] == {"gained": [one.pk, three.pk]}
    assert carried(two) == {}
