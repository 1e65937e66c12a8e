"""The page of a tag: since when, with whom, and what is most about it."""

from __future__ import annotations

import datetime as dt

import pytest

from articles.charts import Years, year_axis
from articles.models import Article, Office, Tag
from articles.profiles import portrait
from articles.profiles.portrait import portray
from articles.profiles.tenures import Tenures
from articles.search import sync
from articles.search.engine import IndexUnusable
from tests.factories import make_article, make_tag, make_tagging

pytestmark = pytest.mark.django_db

YEAR = 2026


@pytest.fixture
def russia() -> Tag:
    """Return a country without articles."""
    return make_tag("country/Russia", key="ru")


def hold(holder: str, of: Tag, role: str, start: int | None, end: int | None = None, **values) -> Office:
    """Return an office held from the first day of a year to the last of another."""
    return Office.objects.create(
        holder=make_tag(f"actor/{holder}"), of=of, title=values.pop("title", "President"), role=role,
        start_on=start and dt.date(start, 1, 1), end_on=end and dt.date(end, 12, 31), **values,
    )  # fmt: skip


def named(tenures: Tenures) -> dict[str, list[str]]:
    return {sort: [tenure.named.name for tenure in held] for sort, held in tenures.groups.items()}


# --- Offices ----------------------------------------------------------------------------------------------


def test_the_offices_of_a_person_stand_over_one_axis_the_latest_first(russia):
    hold("Ada", russia, "head_of_state", 2000, 2007)
    hold("Ada", russia, "head_of_state", 2012)
    hold("Ada", make_tag("organisation/CSTO"), "official", None, None)

    career = portray(Tag.objects.get(slug="ada"), year=YEAR).career

    assert named(career) == {"": ["Russia", "Russia", "CSTO"]}
    assert ["period-known" in tenure.bar for tenure in career.groups[""]] == [True, True, False]
    assert career.axis == year_axis(Years(2000, YEAR))


def test_an_axis_ends_with_the_last_office_if_nobody_holds_one(russia):
    hold("Ada", russia, "head_of_state", 1991, 1999)

    assert portray(russia, year=YEAR).leaders.recent.axis == year_axis(Years(1991, 1999))


def test_offices_without_dates_have_no_axis(russia):
    hold("Ada", russia, "head_of_state", None)

    assert portray(russia, year=YEAR).leaders.recent.axis == ""


def test_a_country_shows_its_latest_leaders_and_keeps_the_others_behind_a_line(russia):
    for year in (1991, 2000, 2008, 2012):
        hold(f"President {year}", russia, "head_of_state", year, year + 3)
    hold("Minister", russia, "foreign_minister", 2004, title="Foreign Minister")
    hold("General", russia, "defence_minister", 2024, title="Defence Minister")
    hold("Envoy", russia, "official", 2025, title="Envoy")
    Tag.objects.filter(slug="president-2012").update(is_retired=True)
    hold("President 1985", russia, "head_of_state", 1985, 1990)

    leaders = portray(russia, year=YEAR).leaders

    assert named(leaders.recent) == {
        "Heads of state": ["President 2008", "President 2000", "President 1991"],
        "Foreign ministers": ["Minister"],
    }
    assert named(leaders.earlier) == {"Heads of state": ["President 1985"]}
    assert named(leaders.others) == {"Defence ministers": ["General"], "Others": ["Envoy"]}


def test_a_movement_shows_whom_it_has():
    movement = make_tag("organisation/Front")
    hold("Ada", movement, "nonstate_leader", 2020)

    leaders = portray(movement, year=YEAR).leaders

    assert (named(leaders.recent), leaders.others.count) == ({"Leaders": ["Ada"]}, 0)


# --- Company ----------------------------------------------------------------------------------------------


def test_companions_are_counted_and_lead_to_the_articles_that_name_both(client, russia):
    make_article(tags=[russia, "country/China", "actor/Ada"], outlet="The Courier")
    make_article(tags=[russia, "country/China"])
    make_article(tags=["country/China"])

    companions = portray(russia, year=YEAR).companions

    assert [
        (group.kind, [(one.name, one.count, one.url) for one in group.values]) for group in companions
    ] == [
        ("actor", [("Ada", 1, "/articles/?actor=ada&country=ru")]),
        ("country", [("China", 2, "/articles/?country=ru&country=china")]),
        ("outlet", [("The Courier", 1, "/articles/?country=ru&outlet=the-courier")]),
    ]
    assert 'width="50%"' in companions[0].values[0].bar


def test_companions_of_the_same_kind_make_pairs(russia):
    make_article(tags=[russia, make_tag("country/China", key="cn"), "actor/Ada"])

    pairs = {
        one.name: one.pair_url for group in portray(russia, year=YEAR).companions for one in group.values
    }

    assert pairs == {"China": "/dyads/china-russia/", "Ada": ""}


@pytest.mark.parametrize(
    ("name", "other"), [("topic/War", "topic/Gas"), ("organisation/EU", "organisation/UN")]
)
def test_topics_and_organisations_make_no_pairs(name, other):
    tag = make_tag(name)
    make_article(tags=[tag, other])

    ((one,),) = [group.values for group in portray(tag, year=YEAR).companions]
    assert one.pair_url == ""


def test_what_stands_above_and_below_a_topic_is_not_its_company():
    war = make_tag("topic/War")
    drones = make_tag("topic/Drones", parent=war)
    make_article(tags=[war, drones, "topic/Sanctions"])

    for topic in (war, drones):
        (group,) = portray(topic, year=YEAR).companions
        assert [one.name for one in group.values] == ["Sanctions"]


def test_the_parts_of_a_topic_are_counted_with_all_their_articles(client):
    war = make_tag("topic/War")
    drones, truces = (make_tag(f"topic/{name}", parent=war) for name in ("Drones", "Truces"))
    make_tag("topic/Old", parent=war, is_retired=True)
    make_article(tags=[war, drones])
    make_article(tags=[drones])

    parts = portray(war, year=YEAR).parts

    assert [(part.name, part.count, part.articles_url) for part in parts] == [
        ("Drones", 2, "/articles/?topic=drones"),
        ("Truces", 0, "/articles/?topic=truces"),
    ]
    assert truces.get_absolute_url() == parts[1].url


def test_neighbours_stand_by_how_often_they_are_named_with_a_country(russia):
    china, norway = make_tag("country/China", key="cn"), make_tag("country/Norway", key="no")
    make_tag("country/Portugal", key="pt")
    make_article(tags=[russia, norway])
    make_article(tags=[china])

    neighbours = portray(russia, year=YEAR).neighbours

    assert [(one.key, one.count, one.articles_url) for one in neighbours] == [
        ("no", 1, "/articles/?country=ru&country=no"),
        ("cn", 0, "/articles/?country=ru&country=cn"),
    ]


def test_an_actor_with_the_key_of_a_country_has_no_neighbours():
    assert portray(make_tag("actor/Ru", key="ru"), year=YEAR).neighbours == []


# --- Articles ---------------------------------------------------------------------------------------------


def test_what_is_most_about_a_tag_comes_by_salience_and_then_the_newest(russia, monkeypatch):
    monkeypatch.setattr(portrait, "CENTRAL", 3)
    for title, salience, year in (
        ("Low", 0.6, 2025),
        ("Old", 0.9, 2019),
        ("New", 0.9, 2024),
        ("Top", 1, 2014),
    ):
        article = make_article(title=title, published_on=dt.date(year, 1, 1))
        make_tagging(article, russia, role="main", salience=salience)
    hidden = make_article(title="Hidden", status=Article.Status.WITHDRAWN)
    make_tagging(hidden, russia, role="main", salience=1)
    mentioned = make_article(title="Mentioned")
    make_tagging(mentioned, russia, salience=1)

    main = portray(russia, year=YEAR).main

    assert [article.title for article in main.central] == ["Top", "New", "Old"]
    assert (main.count, main.among) == (4, 4)


def test_a_small_chart_shows_when_a_tag_was_a_main_subject(client, russia):
    make_article(tags=[russia], published_on=dt.date(2025, 1, 5))
    make_article(main=[russia], published_on=dt.date(2025, 3, 5))

    html = client.get("/countries/russia/").content.decode()

    assert "<title>As a main subject, by month, January 2025 to March 2025</title>" in html


def test_without_an_index_a_page_shows_what_needs_none(client, russia, monkeypatch):
    hold("Ada", russia, "head_of_state", 2012)
    make_tag("country/China", key="cn")
    make_tag("country/Chechnya", parent=russia)
    make_article(title="Report", main=[russia], tags=["country/China"])

    def refuse(*args: object, **kwargs: object) -> None:
        raise IndexUnusable("gone")

    for name in ("search", "facet", "totals"):
        monkeypatch.setattr(sync, name, refuse)

    response = client.get("/countries/russia/")

    html = response.content.decode()
    assert "The search index is being rebuilt" in html
    assert response.headers["Cache-Control"] == "no-store"
    assert [text in html for text in ("Report", "Ada", "Chechnya", "China")] == [True] * 4
    assert "Named together with" not in html
    assert "as a main subject" not in html


def test_only_the_latest_articles_of_a_large_archive_are_compared(client, russia, monkeypatch):
    monkeypatch.setattr(portrait, "CENTRAL_AMONG", 2)
    for number in range(12):
        make_article(title=f"Report {number}", main=[russia], published_on=dt.date(2025, 1, 1 + number))

    html = client.get("/countries/russia/").content.decode()

    assert "Of the latest 2 articles that have it as a main subject." in html
    assert html.count("Report 11") == 2
    assert html.count("Report 9") == 1


def test_a_page_that_shows_all_articles_names_none_twice(client, russia):
    make_article(title="Report", main=[russia])

    assert client.get("/countries/russia/").content.decode().count("Report") == 1


def test_a_tag_can_be_followed_as_a_feed_and_taken_along(client, russia):
    article = make_article(tags=[russia])

    html = client.get("/countries/russia/").content.decode()

    assert '<link rel="alternate" type="application/atom+xml" title="Articles about Russia"' in html
    assert html.count('href="/articles/feed/?country=ru"') == 2
    assert '<a href="/articles/?country=ru&amp;view=map">On a map</a>' in html
    assert f'href="{article.get_absolute_url()}?in=country%3Dru"' in html


def test_a_retired_tag_offers_no_feed(client):
    make_tag("country/Atlantis", is_retired=True)

    assert "/articles/feed/" not in client.get("/countries/atlantis/").content.decode()
