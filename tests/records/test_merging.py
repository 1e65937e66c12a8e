"""Merging, renaming and splitting: what becomes of articles, names and addresses, and how to go back."""

from __future__ import annotations

import datetime as dt
import itertools
import re

import pytest
from django.db import IntegrityError, connection, transaction
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from articles import curation, gazetteer, tasks
from articles.history.undoing import undo
from articles.importing import crew
from articles.importing.named import ids_of
from articles.importing.taggings import UNMENTIONED, insert_taggings
from articles.lists.searchbox import understood
from articles.models import (
    Alias,
    Article,
    Author,
    Authorship,
    ChangeSet,
    Correction,
    FormerName,
    Office,
    OutboxRow,
    Outlet,
    Tag,
    Tagging,
)
from articles.records import combining, moving
from articles.records.combining import WHOSE_WORD, Choice, united_mentions
from articles.records.forwarding import names_in_files
from articles.records.merging import ContradictionError, MergeError, look_ahead, merge
from articles.records.renaming import RenameError, rename
from articles.records.splitting import SplitError, check_split, split_byline, split_tag
from articles.rules.retagging import Scope, retag
from articles.search import sync
from articles.tagging import Alias as Name
from articles.tagging import Entry, Kind
from tests.factories import make_article, make_outlet, make_tag, make_tagging
from tests.history.undo_world import stored
from tests.rules.test_retagging import InProcess

pytestmark = pytest.mark.django_db

Status, Role, Origin = Tagging.Status, Tagging.Role, Tagging.Origin


@pytest.fixture
def old():
    return make_tag("actor/Sergej Lawrow")


@pytest.fixture
def lavrov():
    return make_tag("actor/Sergey Lavrov")


def keys_of(article: Article) -> list[tuple[str, str, str]]:
    rows = article.taggings.order_by("tag__slug").values_list("tag__slug", "status", "role")
    return list(rows)


# --- Two taggings of one article --------------------------------------------------------------------------

EARLY, LATE = dt.datetime(2025, 1, 1, tzinfo=dt.UTC), dt.datetime(2025, 2, 1, tzinfo=dt.UTC)


def tagging(**values: object) -> Tagging:
    defaults = {"role": "mentioned", "salience": 0.5, "status": "suggested", "origin": "automatic"}
    return Tagging(**{**defaults, **values})


def united(merged: Tagging, survivor: Tagging, choice: Choice = Choice.NEWER) -> Tagging:
    combining.unite(merged, survivor, choice)
    return survivor


def test_the_table_of_whose_word_counts_has_every_combination():
    assert set(WHOSE_WORD) == set(itertools.product(Status, Status))


@pytest.mark.parametrize(
    ("merged", "survivor", "choice", "result"),
    [
        ("suggested", "suggested", "newer", "suggested"),
        ("suggested", "confirmed", "newer", "confirmed"),
        ("suggested", "rejected", "newer", "rejected"),
        ("confirmed", "suggested", "newer", "confirmed"),
        ("rejected", "suggested", "newer", "rejected"),
        ("confirmed", "confirmed", "newer", "confirmed"),
        ("rejected", "rejected", "newer", "rejected"),
        ("confirmed", "rejected", "newer", "rejected"),
        ("rejected", "confirmed", "newer", "confirmed"),
        ("confirmed", "rejected", "confirmed", "confirmed"),
        ("rejected", "confirmed", "confirmed", "confirmed"),
        ("confirmed", "rejected", "rejected", "rejected"),
        ("rejected", "confirmed", "rejected", "rejected"),
    ],
)
def test_a_decision_beats_a_suggestion_and_a_choice_settles_two(merged, survivor, choice, result):
    one = tagging(status=merged, decided_at=None if merged == "suggested" else EARLY)
    other = tagging(status=survivor, decided_at=None if survivor == "suggested" else LATE)

    assert united(one, other, Choice(choice)).status == result


@pytest.mark.parametrize("roles", [("main", "mentioned"), ("mentioned", "main"), ("main", "main")])
def test_among_equals_main_beats_mentioned(roles):
    assert united(tagging(role=roles[0]), tagging(role=roles[1])).role == "main"


def test_the_role_of_a_decision_beats_that_of_a_suggestion():
    decided = tagging(status="confirmed", role="mentioned", decided_at=EARLY)

    assert united(decided, tagging(role="main")).role == "mentioned"


def test_the_larger_salience_and_the_words_of_both_are_kept():
    one = tagging(salience=0.9, mentions=[["body", 10, 14, "surname"], ["title", 0, 4, "name"]])
    other = tagging(salience=0.2, mentions=[["body", 3, 14, "name"], ["body", 20, 24, "name"]])

    both = united(one, other)

    assert both.salience == 0.9
    assert both.mentions == [["title", 0, 4, "name"], ["body", 3, 14, "name"], ["body", 20, 24, "name"]]


def test_the_same_words_are_kept_once():
    assert united_mentions([["body", 1, 5, "name"], ["body", 1, 5, "name"]]) == [["body", 1, 5, "name"]]


def test_who_decided_later_is_who_decided():
    one = tagging(status="confirmed", decided_at=LATE, decided_by_id=7)
    other = tagging(status="confirmed", decided_at=EARLY, decided_by_id=8)

    both = united(one, other)

    assert (both.decided_by_id, both.decided_at) == (7, LATE)


def test_front_matter_says_more_than_the_tagger():
    assert united(tagging(origin="frontmatter"), tagging()).origin == "frontmatter"


# --- Merging tags -----------------------------------------------------------------------------------------


def test_articles_names_offices_children_and_holders_become_the_survivors(alice):
    old, new = make_tag("country/Swaziland", key="sz"), make_tag("country/Eswatini", key="sx")
    below = make_tag("country/Lubombo", parent=old)
    king = make_tag("actor/The King")
    Alias.objects.create(tag=old, text="Swazis", kind="demonym", origin="gazetteer")
    office = Office.objects.create(holder=king, of=old, title="King", role="head_of_state")
    article = make_article(tags=[old])

    merging = merge([old], new, by=alice)

    assert (merging.moved_count, merging.united_count) == (1, 0)
    assert merging.brought == {"names": 2, "offices of others": 1, "tags below it": 1}
    assert keys_of(article) == [("eswatini", "suggested", "mentioned")]
    assert set(new.aliases.values_list("text", "kind", "origin")) == {
        ("Swazis", "demonym", "editor"), ("Swaziland", "name", "editor"),
    }  # fmt: skip
    office.refresh_from_db()
    below.refresh_from_db()
    old.refresh_from_db()
    assert (office.of, below.parent) == (new, new)
    assert (old.merged_into, old.is_retired) == (new, True)


def test_an_article_that_has_both_keeps_one(alice, old, lavrov):
    article = make_article(tags=[old], main=[lavrov])

    merging = merge([old], lavrov, by=alice)

    assert (merging.moved_count, merging.united_count) == (0, 1)
    assert keys_of(article) == [("sergey-lavrov", "suggested", "main")]


def test_a_merge_of_several_is_one_act(alice, old, lavrov):
    third = make_tag("actor/S Lavrov")
    articles = [make_article(tags=[tag]) for tag in (old, third, lavrov)]

    made = merge([old, third], lavrov, by=alice).made

    assert [keys_of(article) for article in articles] == [[("sergey-lavrov", "suggested", "mentioned")]] * 3
    assert ChangeSet.objects.get() == made
    assert made.change_count == made.changes.count()


def test_contradicting_decisions_are_listed_and_need_a_choice(alice, old, lavrov):
    article = make_article(title="Talks")
    make_tagging(article, old, status="confirmed", decided_at=LATE)
    make_tagging(article, lavrov, status="rejected", decided_at=EARLY)

    shown = merge([old], lavrov, by=alice, is_dry=True)

    assert [(one.title, one.merged_status, one.survivor_status) for one in shown.contradictions] == [
        ("Talks", "confirmed", "rejected")
    ]
    with pytest.raises(ContradictionError, match="contradict each other in 1 article"):
        merge([old], lavrov, by=alice)
    assert Tag.objects.filter(merged_into__isnull=False).count() == 0
    merge([old], lavrov, by=alice, choice=Choice.CONFIRMED)
    assert keys_of(article) == [("sergey-lavrov", "confirmed", "mentioned")]


def test_a_dry_run_says_the_same_and_writes_nothing(alice, old, lavrov):
    make_article(tags=[old], main=[lavrov])
    make_article(tags=[old])
    before = stored()

    shown = merge([old], lavrov, by=alice, is_dry=True)

    assert (stored(), ChangeSet.objects.count()) == (before, 0)
    done = merge([old], lavrov, by=alice)
    assert (shown.moved_count, shown.united_count, shown.brought) == (
        done.moved_count, done.united_count, done.brought,
    )  # fmt: skip


def test_the_articles_of_a_merge_are_queued_for_the_index(alice, old, lavrov):
    articles = [make_article(tags=[old]), make_article(tags=[old, lavrov])]
    OutboxRow.objects.all().delete()

    merge([old], lavrov, by=alice)

    assert set(OutboxRow.objects.values_list("article_id", flat=True)) == {one.pk for one in articles}


def test_a_tag_below_itself_never_comes_of_a_merge(alice):
    top = make_tag("topic/Top")
    middle = make_tag("topic/Middle", parent=top)
    bottom = make_tag("topic/Bottom", parent=middle)

    merge([top], bottom, by=alice)

    parents = dict(Tag.objects.values_list("slug", "parent__slug"))
    assert parents == {"top": None, "middle": "bottom", "bottom": None}


# --- What cannot be merged --------------------------------------------------------------------------------


def test_nothing_is_merged_into_itself_nor_in_a_circle(alice, old, lavrov):
    with pytest.raises(MergeError, match="itself"):
        merge([old], old, by=alice)
    merge([old], lavrov, by=alice)

    with pytest.raises(MergeError, match="was merged into Sergey Lavrov already"):
        merge([lavrov], old, by=alice)
    with pytest.raises(MergeError, match="already"):
        merge([old], lavrov, by=alice)

    assert dict(Tag.objects.values_list("slug", "merged_into__slug")) == {
        "sergej-lawrow": "sergey-lavrov", "sergey-lavrov": None,
    }  # fmt: skip


def test_a_chain_leads_to_its_end_in_one_step(alice, old, lavrov):
    third = make_tag("actor/Minister Lavrov")
    merge([old], lavrov, by=alice)

    merge([lavrov], third, by=alice)

    assert set(Tag.objects.filter(merged_into=third).values_list("slug", flat=True)) == {
        "sergej-lawrow", "sergey-lavrov",
    }  # fmt: skip


@pytest.mark.parametrize("other", ["topic/Sergey Lavrov", "country/Oman"])
def test_tags_of_two_kinds_are_not_merged(alice, old, other):
    with pytest.raises(MergeError, match="one kind"):
        merge([old], make_tag(other), by=alice)


def test_a_retired_tag_is_not_kept(alice, old):
    with pytest.raises(MergeError, match="is retired"):
        merge([old], make_tag("actor/Gone", is_retired=True), by=alice)


def test_no_program_can_bring_a_merged_tag_back_into_use(alice, old, lavrov):
    merge([old], lavrov, by=alice)

    assert curation.reinstate([Tag.objects.get(pk=old.pk)], by=alice) == 0
    with pytest.raises(IntegrityError), transaction.atomic():
        Tag.objects.filter(pk=old.pk).update(is_retired=False)


# --- Undo -------------------------------------------------------------------------------------------------


def test_an_undone_merge_has_not_happened(alice, old, lavrov):
    make_article(tags=[old], main=[lavrov])
    make_article(tags=[old])
    Alias.objects.create(tag=old, text="Lawrow", kind="surname")
    before = stored()
    made = merge([old], lavrov, by=alice).made

    reversal = undo(made, by=alice)

    assert reversal.conflicts == []
    assert stored() == before


def test_a_decision_about_a_tag_that_moved_stands_in_the_way_and_is_named(alice, old, lavrov):
    article = make_article(tags=[old])
    made = merge([old], lavrov, by=alice).made
    curation.confirm(article.taggings.all(), by=alice)
    later = ChangeSet.objects.latest("pk")

    reversal = undo(made, by=alice)

    assert [(conflict.reason, conflict.acts) for conflict in reversal.conflicts] == [
        ("changed again since", (later,))
    ]


def test_what_names_a_merged_record_waits_for_the_merge_to_be_undone(alice):
    times, weekly = make_outlet("Times"), make_outlet("Weekly")
    article = make_article(outlet="Times")
    curation.edit_article(article, {"outlet": weekly}, by=alice)
    edit = ChangeSet.objects.latest("pk")
    made = merge([times], make_outlet("The Times"), by=alice).made

    reversal = undo(edit, by=alice)

    assert [(one.reason, one.acts) for one in reversal.conflicts] == [
        ("its outlet was merged into another since", (made,))
    ]
    assert undo(made, by=alice).conflicts == []
    assert undo(edit, by=alice).conflicts == []


# --- Later imports, loads and re-tags ---------------------------------------------------------------------

ENTRIES = [
    Entry(Kind.COUNTRY, "burma", "Burma", "bu", aliases=(Name("Burma"),)),
    Entry(Kind.COUNTRY, "myanmar", "Myanmar", "mm", aliases=(Name("Myanmar"),)),
]


def load(entries=ENTRIES):
    return gazetteer.load(entries, release=gazetteer.release_of(entries))


@pytest.fixture
def both(alice):
    load()
    return Tag.objects.get(key="bu"), Tag.objects.get(key="mm")


def test_a_load_leaves_a_merged_tag_merged(alice, both):
    merge([both[0]], both[1], by=alice)
    burma = Entry(
        Kind.COUNTRY, "burma", "Burma", "bu", description="Anew", aliases=(Name("Burma"), Name("Birma"))
    )

    load([burma, ENTRIES[1]])

    burma, myanmar = Tag.objects.get(key="bu"), Tag.objects.get(key="mm")
    assert (burma.is_retired, burma.merged_into) == (True, myanmar)
    assert set(myanmar.aliases.values_list("text", flat=True)) == {"Burma", "Myanmar", "Birma"}


def test_a_load_without_and_again_with_the_entry_does_not_bring_it_back(alice, both):
    load(ENTRIES[1:])
    merge([both[0]], both[1], by=alice)

    load()

    assert Tag.objects.get(key="bu").is_retired


def test_a_retag_gives_the_survivor_for_the_names_of_both(alice, both, in_process):
    article = make_article(title="Burma and Myanmar", body="Burma spoke.")
    retag(Scope(is_forced=True))
    assert len(keys_of(article)) == 2

    merge([both[0]], both[1], by=alice)
    retag(Scope(is_forced=True))

    assert [slug for slug, *_ in keys_of(article)] == ["myanmar"]


def test_a_file_that_names_a_merged_or_renamed_topic_gets_the_one_that_stands_for_it(alice, in_process):
    load([])
    old, new = make_tag("topic/Peace talks"), make_tag("topic/Negotiations")
    Alias.objects.create(tag=old, text="truce", kind="trigger")
    article = make_article(title="On", body="A truce, and peace talks.", keywords=["peace talks"])

    merge([old], new, by=alice)
    rename(new, by=alice, name="Diplomacy", slug="diplomacy")
    retag(Scope(is_forced=True))

    assert list(article.taggings.values_list("tag__slug", "origin")) == [("diplomacy", "frontmatter")]
    assert names_in_files(gazetteer.read_entries())["negotiations"] == ("topic", "diplomacy")


def test_an_import_under_way_gives_the_survivor(alice, both):
    article = make_article()
    merge([both[0]], both[1], by=alice)

    insert_taggings(
        {article.pk: {("country", "burma"): UNMENTIONED, ("country", "myanmar"): UNMENTIONED}}, "r"
    )

    assert [slug for slug, *_ in keys_of(article)] == ["myanmar"]


def test_an_import_under_way_gives_a_tag_that_is_renamed_meanwhile(alice, lavrov):
    article = make_article()
    rename(lavrov, by=alice, slug="minister-lavrov")

    insert_taggings({article.pk: {("actor", "sergey-lavrov"): UNMENTIONED}}, "r")

    assert [slug for slug, *_ in keys_of(article)] == ["minister-lavrov"]


@pytest.fixture
def in_process(monkeypatch):
    monkeypatch.setattr(crew, "Guard", InProcess)


# --- Outlets and authors ----------------------------------------------------------------------------------


def test_an_outlet_that_was_merged_is_named_by_its_old_spelling(alice):
    article = make_article(outlet="BBC News")
    bbc = make_outlet("BBC")

    merge([Outlet.objects.get(name="BBC News")], bbc, by=alice)

    article.refresh_from_db()
    assert article.outlet == bbc
    assert ids_of(Outlet, ["BBC News", "BBC"]) == {"BBC News": bbc.pk, "BBC": bbc.pk}
    assert Outlet.objects.count() == 2


def test_an_author_who_stood_twice_in_a_byline_stands_once_in_the_first_place(alice):
    article = make_article(authors=["A. Smith", "Ben Byline", "Ann Smith"])
    smith, ann = Author.objects.get(name="A. Smith"), Author.objects.get(name="Ann Smith")
    before = stored()

    made = merge([smith], ann, by=alice).made

    names = article.authorships.order_by("position").values_list("author__name", flat=True)
    assert list(names) == ["Ann Smith", "Ben Byline"]
    assert undo(made, by=alice).conflicts == []
    assert stored() == before


def test_a_byline_of_two_spellings_makes_one_author_of_a_new_article(alice):
    make_article(authors=["A. Smith", "Ann Smith"])
    merge([Author.objects.get(name="A. Smith")], Author.objects.get(name="Ann Smith"), by=alice)

    ids = ids_of(Author, ["A. Smith", "Ann Smith"])

    assert len(set(ids.values())) == 1


# --- Old addresses ----------------------------------------------------------------------------------------


@pytest.fixture
def moved(alice, old, lavrov):
    make_article(title="Talks go on", tags=[old], outlet="BBC News", authors=["A. Smith"])
    make_article(title="Elsewhere", tags=["actor/Ann Other"], outlet="BBC", authors=["Ann Smith"])
    merge([old], lavrov, by=alice)
    merge([Outlet.objects.get(name="BBC News")], Outlet.objects.get(name="BBC"), by=alice)
    merge([Author.objects.get(name="A. Smith")], Author.objects.get(name="Ann Smith"), by=alice)
    sync.apply_outbox()


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("/actors/sergej-lawrow/", "/actors/sergey-lavrov/"),
        ("/articles/?actor=sergej-lawrow", "/articles/?actor=sergey-lavrov"),
        ("/articles/?actor__any=sergej-lawrow", "/articles/?actor__any=sergey-lavrov"),
        ("/articles/?actor__not=sergej-lawrow", "/articles/?actor__not=sergey-lavrov"),
        ("/articles/?actor__main=sergej-lawrow", "/articles/?actor__main=sergey-lavrov"),
        ("/articles/?actor=sergej-lawrow&actor=sergey-lavrov", "/articles/?actor=sergey-lavrov"),
        ("/articles/?outlet=bbc-news&q=talks", "/articles/?outlet=bbc&q=talks"),
        ("/articles/?author=a-smith&sort=oldest", "/articles/?author=ann-smith&sort=oldest"),
        ("/articles/facets/topic/?actor=sergej-lawrow", "/articles/facets/topic/?actor=sergey-lavrov"),
        ("/articles/feed/?actor=sergej-lawrow", "/articles/feed/?actor=sergey-lavrov"),
        ("/articles/feed/rss/?outlet=bbc-news", "/articles/feed/rss/?outlet=bbc"),
        ("/articles/export/csv/?actor=sergej-lawrow", "/articles/export/csv/?actor=sergey-lavrov"),
        ("/dyads/ann-other-sergej-lawrow/", "/dyads/ann-other-sergey-lavrov/"),
        ("/dyads/sergej-lawrow-sergey-lavrov/", "/actors/sergey-lavrov/"),
    ],
)
def test_an_old_address_leads_to_the_new_one_for_ever(client, moved, address, target):
    response = client.get(address)

    assert (response.status_code, response.headers.get("Location")) == (301, target)
    assert client.get(target).status_code == 200


def test_the_api_answers_the_old_key_as_the_new_one(client, moved):
    old, new = (client.get(f"/api/v1/articles/?actor={key}") for key in ("sergej-lawrow", "sergey-lavrov"))

    assert old.status_code == 200
    assert old.json() == new.json()


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("actor:sergej-lawrow", {"actor": ["sergey-lavrov"]}),
        ('actor:"Sergej Lawrow"', {"actor": ["sergey-lavrov"]}),
        ("-actor:sergej-lawrow", {"actor__not": ["sergey-lavrov"]}),
        ("main:sergej-lawrow", {"actor__main": ["sergey-lavrov"]}),
        ("outlet:bbc-news", {"outlet": ["bbc"]}),
        ('by:"A. Smith"', {"author": ["ann-smith"]}),
    ],
)
def test_the_search_box_knows_what_something_was_called(moved, line, asked):
    query = QueryDict(mutable=True)
    query["q"] = line

    assert dict(understood(query).lists()) == asked


def test_nothing_unpublished_shows_by_an_old_slug(client, alice):
    make_article(outlet="Draft News", status=Article.Status.DRAFT)
    merge([make_outlet("Draft Times")], Outlet.objects.get(name="Draft News"), by=alice)

    assert b"no outlet is called" in client.get("/articles/?outlet=draft-times").content


# --- Renaming ---------------------------------------------------------------------------------------------


def test_what_a_tag_was_called_leads_to_it(client, alice, lavrov):
    make_article(tags=[lavrov])

    rename(lavrov, by=alice, name="Minister Lavrov", slug="minister-lavrov", key="lavrov")
    sync.apply_outbox()

    page = client.get("/actors/sergey-lavrov/")
    assert (page.status_code, page.headers["Location"]) == (301, "/actors/minister-lavrov/")
    listed = client.get("/articles/?actor=sergey-lavrov")
    assert (listed.status_code, listed.headers["Location"]) == (301, "/articles/?actor=lavrov")
    assert client.get("/api/v1/articles/?actor=lavrov").json()["count"] == 1


def test_a_renamed_tag_that_is_merged_takes_its_old_addresses_along(client, alice, old, lavrov):
    rename(old, by=alice, slug="lawrow", key="lawrow")

    merge([old], lavrov, by=alice)

    for slug in ("sergej-lawrow", "lawrow"):
        assert client.get(f"/actors/{slug}/").headers["Location"] == "/actors/sergey-lavrov/"


def test_nothing_else_takes_what_led_to_a_record(alice, old, lavrov):
    rename(lavrov, by=alice, slug="minister-lavrov", key="minister-lavrov")

    for part in ("slug", "key"):
        with pytest.raises(RenameError, match="still does"):
            rename(old, by=alice, **{part: "sergey-lavrov"})
    with pytest.raises(RenameError, match="merge them"):
        rename(old, by=alice, slug="minister-lavrov")


def test_a_record_takes_its_old_name_back(alice, lavrov):
    rename(lavrov, by=alice, slug="minister-lavrov")

    rename(lavrov, by=alice, slug="sergey-lavrov")

    assert list(FormerName.objects.values_list("part", "text")) == [("slug", "minister-lavrov")]


@pytest.mark.parametrize("slug", ["Ann Other", "ÄÖ", "a/b", "A", "x" * 121, "a\0b"])
def test_a_slug_that_is_none_is_refused(alice, lavrov, slug):
    with pytest.raises(RenameError):
        rename(lavrov, by=alice, slug=slug)


def test_a_load_knows_a_renamed_tag_by_the_key_of_its_file(alice):
    entry = Entry(Kind.TOPIC, "trade", "Trade", "trade", aliases=(Name("trade"),))
    load([entry])
    tag = Tag.objects.get()
    rename(tag, by=alice, name="Commerce", slug="commerce", key="commerce")

    report = load([Entry(Kind.TOPIC, "trade", "Trade", "trade", aliases=(Name("trade"), Name("tariff")))])

    tag = Tag.objects.get()
    assert (tag.name, tag.slug, tag.key, tag.is_retired) == ("Commerce", "commerce", "commerce", False)
    assert set(tag.aliases.values_list("text", flat=True)) == {"trade", "tariff"}
    assert report.updated_count == 1


def test_an_entry_that_wants_what_led_to_a_renamed_tag_gets_another_key_and_address(alice):
    load([Entry(Kind.TOPIC, "trade", "Trade", "trade", aliases=(Name("trade"),))])
    rename(Tag.objects.get(), by=alice, slug="commerce", key="commerce")

    report = load(
        [
            Entry(Kind.TOPIC, "trade", "Trade", "trade", aliases=(Name("trade"),)),
            Entry(Kind.TOPIC, "commerce", "Shops", "commerce", aliases=(Name("shop"),)),
        ]
    )

    assert set(Tag.objects.values_list("name", "slug", "key")) == {
        ("Trade", "commerce", "commerce"), ("Shops", "commerce-2", "commerce-2"),
    }  # fmt: skip
    assert len(report.clashes) == 2
    assert load(ENTRIES).retired_count == 2


def test_the_key_of_a_country_of_the_gazetteer_stays(alice, both):
    with pytest.raises(RenameError, match="ISO code"):
        rename(both[0], by=alice, key="xx")


def test_a_file_that_prints_the_old_name_of_an_outlet_names_it(alice):
    outlet = make_outlet("Kiev Post")

    rename(outlet, by=alice, name="Kyiv Post", slug="kyiv-post")

    assert ids_of(Outlet, ["Kiev Post", "Kyiv Post"]) == {"Kiev Post": outlet.pk, "Kyiv Post": outlet.pk}
    made = Outlet.objects.get(pk=ids_of(Outlet, ["Kiev-Post"])["Kiev-Post"])
    assert made.slug.startswith("kiev-post-")  # the address leads to the other for ever


def test_a_renaming_is_undone(client, alice, lavrov):
    make_article(tags=[lavrov])
    before = stored()
    made = rename(lavrov, by=alice, name="Minister Lavrov", slug="minister-lavrov", key="lavrov")

    assert undo(made, by=alice).conflicts == []
    assert stored() == before
    assert client.get("/actors/sergey-lavrov/").status_code == 200


def names_of(tag: Tag) -> set[tuple[str, str, int, str]]:
    return set(tag.aliases.values_list("kind", "text", "weight", "origin"))


def test_an_actor_is_found_under_the_new_name_until_that_is_undone(alice, in_process):
    load([Entry(Kind.ACTOR, "ann-roe", "Ann Roe", "ann-roe", aliases=(Name("Ann Roe"),))])
    ann = Tag.objects.get()
    article = make_article(body="Ann Poe spoke. Poe left.")

    made = rename(ann, by=alice, name="Ann Poe")
    retag(Scope(is_forced=True))

    assert names_of(ann) == {
        ("name", "Ann Roe", 5, "gazetteer"),
        ("name", "Ann Poe", 5, "editor"),
        ("surname", "Poe", 1, "editor"),
    }
    assert [words for _, _, _, words in article.taggings.get().mentions] == ["name", "surname"]
    undo(made, by=alice)
    assert names_of(ann) == {("name", "Ann Roe", 5, "gazetteer")}


@pytest.mark.parametrize(
    ("name", "gained"),
    [
        ("SERGEY LAVROV", set()),
        ("Sergej Lavrov", {("name", "Sergej Lavrov")}),
        ("Lavrov", {("name", "Lavrov")}),
        ("Sergey Lavrov Jr.", {("name", "Sergey Lavrov Jr.")}),
    ],
    ids=["only case", "the same surname", "a single word", "a generation"],
)
def test_a_renamed_actor_gains_no_name_that_says_nothing_new(alice, lavrov, name, gained):
    Alias.objects.create(tag=lavrov, text="Sergey Lavrov")
    Alias.objects.create(tag=lavrov, text="Lavrov", kind=Alias.Kind.SURNAME)
    before = {(kind, text) for kind, text, _, _ in names_of(lavrov)}

    rename(lavrov, by=alice, name=name)

    assert {(kind, text) for kind, text, _, _ in names_of(lavrov)} - before == gained


def test_other_renamed_tags_keep_their_names(alice):
    topic = make_tag("topic/Trade")

    rename(topic, by=alice, name="Commerce")

    assert not topic.aliases.exists()


# --- Splitting --------------------------------------------------------------------------------------------


@pytest.fixture
def georgia():
    tag = make_tag("country/Georgia", key="ge")
    for text in ("Georgia", "Atlanta", "Tbilisi"):
        Alias.objects.create(tag=tag, text=text)
    return tag


def split_off(tag, alice, **how):
    atlanta = tag.aliases.get(text="Atlanta")
    return split_tag(tag, name="Georgia (US)", slug="georgia-us", aliases=[atlanta.pk], by=alice, **how)


def test_articles_follow_the_words_of_a_split(alice, georgia):
    here = make_article(title="1", body="In Atlanta.")
    there = make_article(title="2", body="In Tbilisi.")
    in_both = make_article(title="3", body="Atlanta, Tbilisi.")
    make_tagging(here, georgia, mentions=[["body", 3, 10, "name"]], status="confirmed")
    make_tagging(there, georgia, mentions=[["body", 3, 10, "name"]])
    make_tagging(in_both, georgia, mentions=[["body", 0, 7, "name"], ["body", 9, 16, "name"]])
    before = stored()

    splitting = split_off(georgia, alice)

    assert (splitting.moved_count, splitting.shared_count) == (1, 1)
    assert keys_of(here) == [("georgia-us", "confirmed", "mentioned")]
    assert keys_of(there) == [("georgia", "suggested", "mentioned")]
    assert keys_of(in_both) == [
        ("georgia", "suggested", "mentioned"), ("georgia-us", "suggested", "mentioned"),
    ]  # fmt: skip
    words = dict(in_both.taggings.values_list("tag__slug", "mentions"))
    assert words == {"georgia": [["body", 9, 16, "name"]], "georgia-us": [["body", 0, 7, "name"]]}
    assert list(Tag.objects.get(slug="georgia-us").aliases.values_list("text", flat=True)) == ["Atlanta"]
    assert undo(splitting.made, by=alice).conflicts == []
    assert stored() == before


def test_a_split_shows_what_it_would_do_and_writes_nothing(alice, georgia):
    article = make_article(title="Peaches", body="In Atlanta.")
    make_tagging(article, georgia, mentions=[["body", 3, 10, "name"]])
    before = stored()

    shown = split_off(georgia, alice, is_dry=True)

    assert (shown.moved_count, shown.examples, shown.made) == (1, ["Peaches"], None)
    assert stored() == before


def test_a_split_needs_names_and_an_address_of_its_own(alice, georgia):
    with pytest.raises(SplitError, match="choose the names"):
        split_tag(georgia, name="X", slug="x", aliases=[], by=alice)
    with pytest.raises(SplitError, match="slug"):
        split_tag(georgia, name="X", slug="georgia", aliases=[georgia.aliases.first().pk], by=alice)


def test_the_name_of_an_author_who_was_merged_becomes_one_of_its_own_again(alice):
    mine = make_article(authors=["J. Smith"], byline="By J. Smith")
    make_article(authors=["John Smith"], byline="By John Smith")
    john, other = Author.objects.get(name="John Smith"), Author.objects.get(name="J. Smith")
    before = stored()
    merge([other], john, by=alice)

    splitting = split_byline(john, name="J. Smith", slug="j-smith", by=alice, spellings=["J. Smith"])

    assert splitting.moved_count == 1
    assert stored() == before
    assert list(mine.authorships.values_list("author__name", flat=True)) == ["J. Smith"]
    assert ids_of(Author, ["J. Smith"]) == {"J. Smith": other.pk}


def test_an_outlets_articles_are_parted_by_host_and_later_imports_leave_them(alice):
    world = make_article(outlet="Times", url="https://world.example.org/1")
    home = make_article(outlet="Times", url="https://example.org/2")

    splitting = split_byline(
        make_outlet("Times"), name="Times World", slug="times-world", marks=["world.example.org"], by=alice
    )

    assert splitting.moved_count == 1
    world.refresh_from_db()
    home.refresh_from_db()
    assert (world.outlet.name, world.edited_fields) == ("Times World", ["outlet"])
    assert (home.outlet.name, home.edited_fields) == ("Times", [])
    assert undo(splitting.made, by=alice).conflicts == []
    assert Article.objects.get(pk=world.pk).outlet.name == "Times"
    assert not Outlet.objects.filter(name="Times World").exists()


def test_every_table_that_names_a_record_is_moved_or_stays_for_a_reason():
    """Whoever adds a foreign key to a tag, outlet or author has to think of `articles.records.moving`."""
    known = {
        "Tag": {"alias.tag", "office.holder", "office.of", "tag.parent", "tag.merged_into", "tagging.tag",
                "actorsuggestion.tag", "formername.tag",
                "auditsample.tag", "audititem.tag", "ruletrial.tag"},  # these stay with their tag
        "Outlet": {"outlet.merged_into", "article.outlet", "formername.outlet"},
        "Author": {"author.merged_into", "authorship.author", "formername.author"},
    }  # fmt: skip

    found = {
        model.__name__: {
            f"{relation.related_model._meta.model_name}.{relation.field.name}"
            for relation in model._meta.related_objects
            if not relation.many_to_many
        }
        for model in (Tag, Outlet, Author)
    }

    assert found == known


def test_a_merge_remembers_each_row(alice, old, lavrov):
    article = make_article(title="Talks", tags=[old])

    made = merge([old], lavrov, by=alice).made

    rows = {(one.table, one.label) for one in made.changes.all()}
    assert rows == {
        ("tagging", "Sergej Lawrow: Talks"), ("alias", "Sergej Lawrow"), ("tag", "Sergej Lawrow"),
        ("tag", "Sergey Lavrov"),  # unchanged, and rested on
    }  # fmt: skip
    assert article.taggings.count() == 1
    assert Authorship.objects.count() == 0


# --- What the background is asked for ---------------------------------------------------------------------


def test_a_merge_in_the_background_that_can_no_longer_be_done_fails_and_changes_nothing(alice, old, lavrov):
    make_article(tags=[old])
    curation.retire([lavrov], by=alice)
    before = stored()

    with pytest.raises(MergeError, match="is retired"):
        tasks.merge_records.call([f"tag:{lavrov.pk}", f"tag:{old.pk}"], "newer", alice.pk)
    with pytest.raises(MergeError, match="gone"):
        tasks.merge_records.call([f"tag:{lavrov.pk}", "tag:987654"], "newer", alice.pk)

    assert stored() == before


def test_a_merge_in_the_background_that_is_begun_again_is_done_once(alice, old, lavrov):
    for _ in range(2):
        tasks.merge_records.call([f"tag:{lavrov.pk}", f"tag:{old.pk}"], "newer", alice.pk)

    assert [(one.act, one.made_by) for one in ChangeSet.objects.all()] == [("merge", alice)]


def test_a_split_in_the_background_is_done_once_and_fails_where_its_slug_is_taken(alice, georgia):
    said = {"name": "Georgia (US)", "slug": "georgia-us", "aliases": [georgia.aliases.get(text="Atlanta").pk]}
    article = make_article(body="In Atlanta.")
    make_tagging(article, georgia, mentions=[["body", 3, 10, "name"]])
    for _ in range(2):
        tasks.split_record.call(f"tag:{georgia.pk}", said, alice.pk)
    assert [(one.act, one.made_by) for one in ChangeSet.objects.all()] == [("split", alice)]
    assert keys_of(article) == [("georgia-us", "suggested", "mentioned")]
    make_tag("country/Oman")
    before = stored()

    said = {"name": "X", "slug": "oman", "aliases": [georgia.aliases.get(text="Tbilisi").pk]}
    with pytest.raises(SplitError, match="slug: that is the slug of Oman"):
        tasks.split_record.call(f"tag:{georgia.pk}", said, alice.pk)
    with pytest.raises(SplitError, match="gone"):
        tasks.split_record.call("outlet:987654", said, alice.pk)

    assert stored() == before


def test_what_a_split_would_refuse_is_known_before_any_article_is_looked_at(alice, georgia):
    alias = georgia.aliases.get(text="Atlanta").pk
    make_tagging(make_article(body="In Atlanta."), georgia, mentions=[["body", 3, 10, "name"]])
    times = make_outlet("Times")
    before = stored()

    check_split(georgia, name="X", slug="x", aliases=[alias])
    with pytest.raises(SplitError, match="slug: that is the slug of Georgia"):
        check_split(georgia, name="X", slug="georgia", aliases=[alias])
    with pytest.raises(SplitError, match="slug: that is the slug of Times"):
        check_split(times, name="X", slug="times", marks=["x.org"])

    assert (stored(), ChangeSet.objects.count()) == (before, 0)


def test_a_look_ahead_counts_the_articles_of_each_and_where_editors_contradict_each_other(old, lavrov):
    make_article(tags=[old, lavrov])
    for one, other in (("confirmed", "rejected"), ("rejected", "confirmed"), ("confirmed", "confirmed")):
        article = make_article()
        make_tagging(article, old, status=one)
        make_tagging(article, lavrov, status=other)
    make_article(tags=[old])

    ahead = look_ahead([old, lavrov])

    assert (ahead.counts, ahead.contradiction_count) == ([(old, 5), (lavrov, 4)], 2)


# --- Many articles ----------------------------------------------------------------------------------------


def test_a_split_by_host_takes_as_many_statements_for_fifty_articles_as_for_two(
    alice, django_assert_max_num_queries
):
    def part(number):
        for one in range(number):
            make_article(outlet="Times", url=f"https://w{number}.example.org/{one}")
        return split_byline(
            make_outlet("Times"), name=f"W{number}", slug=f"w{number}", marks=[f"w{number}.example.org"],
            by=alice,
        )  # fmt: skip

    make_outlet("Times")
    with django_assert_max_num_queries(10_000) as few:
        assert part(2).moved_count == 2
    made_for_two = len(few)
    per_article = _statements_of_making(alice, django_assert_max_num_queries)
    with django_assert_max_num_queries(made_for_two + 48 * per_article):
        assert part(50).moved_count == 50


def _statements_of_making(alice, counted):
    with counted(10_000) as few:
        make_article(outlet="Times", url="https://x.example.org/")
    return len(few)


def test_a_split_keeps_what_the_files_say_and_what_was_corrected_before(alice):
    kept = make_article(outlet="Times", url="https://w.example.org/1", title="One")
    make_article(outlet="Daily", url="https://w.example.org/2", title="Two")
    times = make_outlet("Times")
    curation.edit_article(Article.objects.get(title="Two"), {"outlet": times, "title": "2"}, by=alice)
    before = stored()

    made = split_byline(times, name="World", slug="world", marks=["w.example.org"], by=alice).made

    said = Correction.objects.order_by("article__title", "field")
    assert list(said.values_list("article__title", "field", "file_value")) == [
        ("2", "outlet", "Daily"), ("2", "title", "Two"), ("One", "outlet", "Times"),
    ]  # fmt: skip
    kept.refresh_from_db()
    assert (kept.outlet.name, kept.edited_fields) == ("World", ["outlet"])
    assert undo(made, by=alice).conflicts == []
    assert stored() == before


def test_authors_parted_by_what_bylines_print_keep_their_places_and_what_the_files_say(alice):
    article = make_article(authors=["Ann Other", "John Smith"], byline="Other and Smith in Vienna")
    before = stored()

    john = Author.objects.get(name="John Smith")
    made = split_byline(john, name="John B. Smith", slug="jbs", marks=["Smith in Vienna"], by=alice).made

    article.refresh_from_db()
    names = article.authorships.order_by("position").values_list("author__name", flat=True)
    assert (list(names), article.edited_fields) == (["Ann Other", "John B. Smith"], ["authors"])
    assert Correction.objects.get().file_value == ["Ann Other", "John Smith"]
    assert undo(made, by=alice).conflicts == []
    assert stored() == before


def test_the_archive_is_locked_once_the_rows_of_a_large_act_are_written(alice, old, lavrov, monkeypatch):
    monkeypatch.setattr(moving, "CHUNK", 1)
    articles = [make_article(tags=[old]) for _ in range(3)]
    with CaptureQueriesContext(connection) as said:
        merge([old], lavrov, by=alice)

    writes = [one["sql"] for one in said if re.match(r"(INSERT|UPDATE|DELETE)", one["sql"])]
    tables = [re.search(r'"articles_(\w+)"', sql)[1] for sql in writes]
    first = min(place for place, table in enumerate(tables) if table in {"archive", "outboxrow"})
    assert "tagging" in tables[:first]
    assert set(tables[first:]) <= {"archive", "outboxrow"}
    assert set(OutboxRow.objects.values_list("article_id", flat=True)) >= {one.pk for one in articles}


def test_an_outlet_that_is_taken_out_of_another_takes_along_what_it_was_called(alice):
    times, world = make_outlet("Times"), make_outlet("Globe")
    rename(world, by=alice, name="World", slug="world")
    rename(times, by=alice, name="The Times")
    before = stored()
    merge([world], times, by=alice)

    splitting = split_byline(times, name="World", slug="other", by=alice, spellings=["World"])

    assert (splitting.is_back, splitting.second.slug) == (True, "world")
    assert stored() == before
