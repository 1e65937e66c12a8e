"""Suggested actors that become actors: what is made, what stops it, what an undo takes back."""

from __future__ import annotations

import datetime as dt

import pytest

from articles import curation, gazetteer, working
from articles.history.undoing import undo
from articles.importing import crew
from articles.importing.lock import ImportBusyError
from articles.models import ActorSuggestion, Alias, Article, ChangeSet, Office, SuggestionMention, Tag
from articles.rules.retagging import Scope, retag
from articles.search import sync
from articles.suggested import accepting, proposing
from articles.suggested.accepting import DecidedError, KnownError, accept, concerned, join, tag_articles
from articles.suggested.proposing import Person, Post, propose
from articles.suggested.resembling import find_alike, find_known, find_namesakes
from articles.tagging import Alias as Name
from articles.tagging import Entry, Kind
from articles.tasks import tag_actor
from tests.factories import make_article, make_suggestion, make_tag
from tests.rules.test_retagging import InProcess

pytestmark = pytest.mark.django_db

BODY = "Peru's ambassador to Chile, Ana Soto, spoke in Lima. Soto left at noon."


@pytest.fixture
def peru(monkeypatch) -> Tag:
    """Return Peru, in an archive with a small gazetteer whose tagger runs in this process."""
    monkeypatch.setattr(crew, "Guard", InProcess)
    entries = [
        Entry(Kind.COUNTRY, "peru", "Peru", "pe", aliases=(Name("Peru"),)),
        Entry(Kind.COUNTRY, "chile", "Chile", "cl", aliases=(Name("Chile"),)),
    ]
    gazetteer.load(entries, release=gazetteer.release_of(entries))
    return Tag.objects.get(key="pe")


@pytest.fixture
def ana(peru) -> ActorSuggestion:
    """Return the suggestion of Ana Soto, whom two articles name, one of them from 2024."""
    make_article(title="Envoys meet", body=BODY)
    make_article(title="Before that", body=BODY, published_on=dt.date(2024, 3, 1))
    make_article(title="A quiet day", body="It rained in Chile.")
    retag(Scope(is_forced=True))
    return ActorSuggestion.objects.get()


def names_of(tag: Tag) -> set[tuple[str, str, int]]:
    return set(tag.aliases.values_list("kind", "text", "weight"))


def tagged(tag: Tag) -> set[str]:
    return set(Article.objects.filter(taggings__tag=tag).values_list("title", flat=True))


# --- Accepting --------------------------------------------------------------------------------------------


def test_an_accepted_person_is_an_actor_with_name_office_and_the_dates_of_the_articles(ana, peru, alice):
    tag = accept(ana, by=alice)

    assert (tag.kind, tag.slug, tag.key, tag.name, tag.origin) == (
        "actor", "ana-soto", "ana-soto", "Ana Soto", "editor",
    )  # fmt: skip
    assert names_of(tag) == {("name", "Ana Soto", 5), ("surname", "Soto", 1)}
    office = tag.offices.get()
    assert (office.title, office.role, office.of, office.start_on, office.end_on, office.is_end_known) == (
        "Ambassador", "official", peru, dt.date(2024, 3, 1), dt.date(2025, 10, 16), False,
    )  # fmt: skip
    ana.refresh_from_db()
    assert (ana.status, ana.tag) == ("accepted", tag)


def test_an_acceptance_is_one_act(ana, alice):
    accept(ana, by=alice)

    act = ChangeSet.objects.latest("pk")
    assert (act.act, act.made_by_name) == ("accept", "alice")
    assert list(act.changes.values_list("table", flat=True)) == [
        "tag", "alias", "alias", "office", "actorsuggestion",
    ]  # fmt: skip


def test_other_spellings_become_names_too(ana, alice):
    SuggestionMention.objects.filter(article__title="Envoys meet").update(name="Aná Soto")
    other = make_suggestion(
        make_article(body="The envoy Anna Soto."), "Anna Soto", office="envoy", owner="pe"
    )

    tag = accept(ana, by=alice, also=[other])

    assert {text for kind, text, _ in names_of(tag) if kind == "name"} == {"Ana Soto", "Anna Soto"}
    other.refresh_from_db()
    assert (other.status, other.tag) == ("accepted", tag)


def test_an_editor_may_say_otherwise(ana, peru, alice):
    post = Post("Foreign Minister", "foreign_minister", peru, dt.date(2025, 1, 1))
    tag = accept(ana, by=alice, person=Person("Ana María Soto", ("Ana Soto",), "A diplomat.", post))

    assert (tag.name, tag.slug, tag.description) == ("Ana María Soto", "ana-maria-soto", "A diplomat.")
    assert {text for _, text, _ in names_of(tag)} == {"Ana María Soto", "Ana Soto", "Soto"}
    assert tag.offices.values_list("title", "role", "start_on", "end_on", "is_end_known").get() == (
        "Foreign Minister", "foreign_minister", dt.date(2025, 1, 1), None, False,
    )  # fmt: skip


def test_without_a_dated_article_there_is_no_office(peru, alice):
    suggestion = make_suggestion(
        make_article(body=BODY, published_on=None), "Ana Soto", office="ambassador", owner="pe"
    )

    assert propose(suggestion).post is None
    assert not accept(suggestion, by=alice).offices.exists()


def test_a_counterpart_holds_an_office_that_nobody_has_named(peru, alice):
    suggestion = make_suggestion(make_article(body=BODY), "Ana Soto", office="counterpart", owner="pe")

    assert propose(suggestion).post is None
    assert not accept(suggestion, by=alice).offices.exists()


def test_a_year_is_no_date_of_an_office(peru):
    article = make_article(body=BODY, published_on=dt.date(2020, 1, 1), published_precision="year")

    assert propose(make_suggestion(article, "Ana Soto", office="ambassador", owner="pe")).post is None


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("foreign minister", "foreign_minister"),
        ("prime minister", "head_of_government"),
        ("king", "head_of_state"),
        ("ambassador", "official"),
        ("president", "official"),
        ("commission president", "org_head"),
        ("no such office", "official"),
    ],
)
def test_the_words_of_an_office_say_its_role_where_they_are_clear(title, role):
    assert proposing.role_of(title) == role


@pytest.mark.parametrize("name", ["Олена Зеленська", "王毅 毅"])
def test_a_name_without_latin_letters_has_an_address_all_the_same(peru, alice, name):
    tag = accept(make_suggestion(make_article(body=name), name), by=alice)

    assert (tag.name, bool(tag.slug)) == (name, True)
    assert tag.get_absolute_url().startswith("/actors/")


def test_an_address_that_is_taken_is_not_taken_again(ana, alice):
    make_tag("actor/Somebody Else", slug="ana-soto")

    assert accept(ana, by=alice).slug.startswith("ana-soto-")


# --- Who is there already ---------------------------------------------------------------------------------


def test_a_person_whom_the_gazetteer_may_have_is_not_made_twice_unawares(ana, alice):
    known = make_tag("actor/Anna Soto")
    Alias.objects.create(tag=known, text="Anna Soto")
    with pytest.raises(KnownError, match="Anna Soto") as refused:
        accept(ana, by=alice)

    assert [(one.tag, one.is_likely) for one in refused.value.known] == [(known, True)]
    assert not Tag.objects.filter(slug="ana-soto").exists()
    assert accept(ana, by=alice, is_another=True).slug == "ana-soto"


def test_candidates_come_with_their_reasons_the_likeliest_first(ana, peru):
    for name in ("Anna Soto", "Ed Soto", "Zoe Soto", "Ana Roe"):
        tag = make_tag(f"actor/{name}")
        Alias.objects.create(tag=tag, text=name)
    Office.objects.create(holder=Tag.objects.get(slug="ed-soto"), of=peru, title="Consul", role="official")

    assert [(known.tag.name, known.reason, known.is_likely) for known in find_known(ana)] == [
        ("Anna Soto", "another spelling of the name", True),
        ("Ed Soto", "the same last name, an office of the same country", False),
        ("Zoe Soto", "the same last name", False),
    ]


def test_a_namesake_in_the_service_of_another_country_is_no_candidate_unless_spelled_alike(ana):
    chile = Tag.objects.get(key="cl")
    for name in ("Zoe Soto", "Anna Sotto"):
        tag = make_tag(f"actor/{name}")
        Alias.objects.create(tag=tag, text=name)
        Office.objects.create(holder=tag, of=chile, title="Consul", role="official")

    assert [(known.tag.name, known.reason) for known in find_known(ana)] == [
        ("Anna Sotto", "another spelling of the name")
    ]


def test_a_particle_is_no_last_name(peru):
    suggestion = make_suggestion(make_article(body="Karim al-Jalali"), "Karim al-Jalali")
    tag = make_tag("actor/Irfaan Ali")
    Alias.objects.create(tag=tag, text="Karim Irfaan Ali")

    assert find_known(suggestion) == []


def test_a_retired_actor_is_no_candidate(ana):
    tag = make_tag("actor/Anna Soto", is_retired=True)
    Alias.objects.create(tag=tag, text="Anna Soto")

    assert find_known(ana) == []


def test_another_spelling_of_a_dismissed_name_is_proposed_as_the_same(peru, alice):
    olga = make_suggestion(make_article(body="Olga Stefanishina"), "Olga Stefanishina")
    curation.dismiss(ActorSuggestion.objects.filter(pk=olga.pk), by=alice)
    olha = make_suggestion(make_article(body="Olha Stefanishyna"), "Olha Stefanishyna")
    make_suggestion(make_article(body="Ed Stefanishin"), "Ed Stefanishin")

    alike = find_alike([olha])
    assert [(one.name, one.status) for one in alike[olha.pk]] == [("Olga Stefanishina", "dismissed")]


def test_a_list_is_told_of_namesakes_in_one_query(ana, django_assert_num_queries):
    known = make_tag("actor/Anna Soto")
    Alias.objects.create(tag=known, text="Soto", kind="surname")
    with django_assert_num_queries(1):
        assert find_namesakes([ana]) == {ana.pk: known}


# --- Joining ----------------------------------------------------------------------------------------------


def test_a_joined_person_gives_the_actor_a_name_and_the_office(ana, peru, alice):
    known = make_tag("actor/Anita Soto")
    Alias.objects.create(tag=known, text="Soto", kind="surname", weight=3, origin="gazetteer")
    join(ana, known, by=alice, post=propose(ana).post)

    assert names_of(known) == {("surname", "Soto", 3), ("name", "Ana Soto", 5)}
    assert known.aliases.get(kind="name").origin == "editor"
    assert known.offices.get().of == peru
    ana.refresh_from_db()
    assert (ana.status, ana.tag) == ("accepted", known)
    assert ChangeSet.objects.latest("pk").act == "join"


def test_an_office_that_the_actor_has_is_not_given_twice(ana, peru, alice):
    known = make_tag("actor/Anita Soto")
    Office.objects.create(holder=known, of=peru, title="Envoy", role="official", start_on=dt.date(2020, 1, 1))
    join(ana, known, by=alice, post=propose(ana).post)

    assert known.offices.get().title == "Envoy"


@pytest.mark.parametrize("values", [{"kind": "country"}, {"is_retired": True}])
def test_nobody_is_joined_to_what_is_no_actor_in_use(ana, alice, values):
    tag = make_tag("Anita Soto", **{"kind": "actor", **values})
    with pytest.raises(ValueError, match="no actor in use"):
        join(ana, tag, by=alice)

    ana.refresh_from_db()
    assert ana.status == "open"


# --- Two people at once -----------------------------------------------------------------------------------


def test_the_second_of_two_is_told_who_was_first_and_with_what(ana, alice, bob):
    curation.dismiss(ActorSuggestion.objects.all(), by=bob)

    with pytest.raises(DecidedError, match="Ana Soto is dismissed meanwhile by bob"):
        accept(ana, by=alice)
    assert not Tag.objects.filter(kind="actor").exists()
    accept(ana, by=alice, seen="dismissed")
    with pytest.raises(DecidedError, match="accepted meanwhile by alice"):
        join(ana, Tag.objects.get(kind="actor"), by=bob)


def test_a_suggestion_that_is_gone_is_told_of(ana, alice):
    gone = ActorSuggestion(pk=ana.pk + 1, name="Eva Sota")
    with pytest.raises(DecidedError, match="no article names the person any more"):
        accept(gone, by=alice)


# --- The articles follow ----------------------------------------------------------------------------------


def test_only_articles_that_may_name_the_person_are_tagged_again(ana, alice):
    make_article(title="Without an office", body="Ana Soto came. It rained.")
    hidden = make_article(title="Not shown", body="Ana Soto came.", status="draft")
    sync.catch_up(wait_seconds=1)
    tag = accept(ana, by=alice)
    done = tag_articles(tag, by_name="alice")

    assert done.article_count == 4
    assert tagged(tag) == {"Envoys meet", "Before that", "Without an office", hidden.title}
    act = ChangeSet.objects.latest("pk")
    assert (act.act, act.made_by_name, act.note.split(", ")[1]) == ("retag", "alice", "only actor:ana-soto")


def test_of_a_known_actor_only_what_was_added_is_looked_for(ana, alice):
    known = make_tag("actor/Anita Perez")
    Alias.objects.create(tag=known, text="Anita Perez")
    Alias.objects.create(tag=known, text="Perez", kind="surname")
    make_article(title="Of old", body="Anita Perez came.")
    new = make_article(title="Without an office", body="Ana Soto came. It rained.")
    sync.catch_up(wait_seconds=1)
    join(ana, known, by=alice)

    assert set(Article.objects.filter(pk__in=concerned(known)).values_list("title", flat=True)) == {
        "Envoys meet", "Before that", new.title,
    }  # fmt: skip


def test_what_articles_said_of_an_accepted_person_stays(ana, alice):
    tag_articles(accept(ana, by=alice))
    retag(Scope(is_forced=True))

    assert SuggestionMention.objects.filter(suggestion=ana).count() == 2
    ana.refresh_from_db()
    assert (ana.status, ana.article_count) == ("accepted", 2)


def test_a_load_leaves_an_accepted_actor_alone(ana, alice):
    tag = accept(ana, by=alice)
    entries = [Entry(Kind.COUNTRY, "peru", "Peru", "pe", aliases=(Name("Peru"),))]
    gazetteer.load(entries, release="other")

    tag.refresh_from_db()
    assert (tag.is_retired, len(names_of(tag)), tag.offices.count()) == (False, 2, 1)


# --- Undoing ----------------------------------------------------------------------------------------------


def test_an_undone_acceptance_leaves_nothing_even_after_the_articles_were_tagged(ana, alice):
    before = set(Article.objects.values_list("pk", "taggings__tag__slug"))
    tag = accept(ana, by=alice)
    act = ChangeSet.objects.latest("pk")
    tag_articles(tag)
    reversal = undo(act, by=alice)

    assert reversal.conflicts == []
    assert not Tag.objects.filter(kind="actor").exists()
    assert set(Article.objects.values_list("pk", "taggings__tag__slug")) == before
    ana.refresh_from_db()
    assert (ana.status, ana.tag, ana.article_count) == ("open", None, 2)


def test_the_undo_of_an_acceptance_can_be_undone(ana, alice):
    tag = accept(ana, by=alice)
    act = ChangeSet.objects.latest("pk")
    tag_articles(tag)
    made = undo(act, by=alice).made
    undo(made, by=alice)

    again = Tag.objects.get(kind="actor")
    assert (again.slug, len(names_of(again)), again.offices.count()) == ("ana-soto", 2, 1)
    assert tagged(again) == {"Envoys meet", "Before that"}
    ana.refresh_from_db()
    assert (ana.status, ana.tag) == ("accepted", again)


def test_an_acceptance_whose_tag_somebody_confirmed_is_not_undone(ana, alice):
    tag = accept(ana, by=alice)
    act = ChangeSet.objects.latest("pk")
    tag_articles(tag)
    curation.confirm(tag.taggings.all()[:1], by=alice)

    assert undo(act, by=alice).is_refused
    assert tag.taggings.count() == 2


def test_an_undone_joining_takes_name_and_office_back(ana, alice):
    known = make_tag("actor/Anita Soto")
    join(ana, known, by=alice, post=propose(ana).post)
    undo(ChangeSet.objects.latest("pk"), by=alice)

    assert (names_of(known), known.offices.count()) == (set(), 0)
    ana.refresh_from_db()
    assert (ana.status, ana.tag) == ("open", None)


# --- The worker's part ------------------------------------------------------------------------------------


def test_the_worker_tags_the_articles_of_an_actor(ana, alice):
    tag = accept(ana, by=alice)
    tag_actor.func(tag.pk, "alice")

    assert tagged(tag) == {"Envoys meet", "Before that"}


def test_the_worker_has_nothing_to_do_once_the_act_was_undone(ana, alice):
    tag = accept(ana, by=alice)
    undo(ChangeSet.objects.latest("pk"), by=alice)

    tag_actor.func(tag.pk, "alice")
    assert not ChangeSet.objects.filter(act="retag", note__contains="actor:").exists()


def test_the_worker_waits_for_an_import_that_is_running(ana, alice, monkeypatch):
    later: list[tuple[object, ...]] = []
    monkeypatch.setattr(working, "again_later", lambda *asked: later.append(asked))
    tag = accept(ana, by=alice)
    monkeypatch.setattr(accepting, "tag_articles", refuse)
    tag_actor.func(tag.pk, "alice")

    assert later == [(tag_actor, tag.pk, "alice")]


def refuse(tag: Tag, **options: object) -> None:
    raise ImportBusyError


def test_a_worker_that_is_asked_to_end_leaves_the_rest_to_the_next(ana, alice, monkeypatch):
    monkeypatch.setattr(working, "should_stop", lambda: True)
    tag = accept(ana, by=alice)
    with pytest.raises(working.UnfinishedError):
        tag_actor.func(tag.pk, "alice")
