"""One search, ready to show."""

from __future__ import annotations

import datetime as dt

import pytest
from django.http import QueryDict

from articles import curation
from articles.lists.chips import Turn
from articles.lists.listing import Chip, FacetValue, Listing, Problem, ViewLink, list_articles
from articles.models import Article, Tag, Tagging
from articles.search import sync
from articles.search.engine import write_lock
from articles.search.query import Sort
from tests.factories import make_article, make_tag, make_tagging

pytestmark = pytest.mark.django_db


@pytest.fixture
def russia() -> Tag:
    return make_tag("country/Russia", key="ru")


@pytest.fixture
def ukraine() -> Tag:
    return make_tag("country/Ukraine", key="ua")


@pytest.fixture
def rebuilding(monkeypatch) -> None:
    """Leave the archive without an index, and too large to build one while a reader waits."""
    monkeypatch.setattr(sync, "REBUILD_INLINE_LIMIT", 0)


def listed(query: str = "", **options: int) -> Listing:
    return list_articles(QueryDict(query), "/articles/", **options)


def titles(listing: Listing) -> list[str]:
    return [row.title for row in listing.rows]


def facet(listing: Listing, name: str) -> dict[str, FacetValue]:
    return {value.key: value for group in listing.facets if group.name == name for value in group.values}


# --- Rows -------------------------------------------------------------------------------------------------


def test_a_row_holds_what_a_list_shows(russia):
    article = make_article(
        title="Summit",
        standfirst="They met.",
        outlet="BBC",
        authors=["Zoe Z", "Ann A"],
        clipped_on=dt.date(2025, 10, 17),
        language="de",
        main=[russia],
        tags=["country/China", "actor/Vladimir Putin", "topic/Talks", "organisation/NATO"],
    )

    (row,) = listed().rows

    assert (row.id, row.url, row.title, row.summary) == (
        article.pk,
        article.get_absolute_url(),
        "Summit",
        "They met.",
    )
    assert (row.published_on, row.published_precision, row.clipped_on) == (
        dt.date(2025, 10, 16), "day", dt.date(2025, 10, 17),
    )  # fmt: skip
    assert (row.outlet, row.authors, row.language) == (("bbc", "BBC"), ["Zoe Z", "Ann A"], "de")
    assert [(tag.name, tag.key, tag.url, tag.is_main) for tag in row.countries] == [
        ("Russia", "ru", "/countries/russia/", True),
        ("China", "china", "/countries/china/", False),
    ]
    assert [[tag.name for tag in tags] for tags in (row.actors, row.topics, row.organisations)] == [
        ["Vladimir Putin"], ["Talks"], ["NATO"],
    ]  # fmt: skip


def test_an_article_without_outlet_author_and_tags_is_a_row_too():
    make_article(published_on=None)

    (row,) = listed().rows

    assert (row.outlet, row.authors, row.actors, row.published_on) == (None, [], [], None)


@pytest.mark.parametrize("status", [Article.Status.DRAFT, Article.Status.WITHDRAWN])
def test_what_is_not_public_is_not_listed(status, russia):
    make_article(title="seen", main=[russia])
    make_article(title="hidden", main=[russia, "topic/Secret"], status=status)

    listing = listed()

    assert (titles(listing), listing.count, facet(listing, "topic")) == (["seen"], 1, {})


def test_an_article_withdrawn_behind_the_back_of_the_index_is_not_shown(russia):
    article = make_article(main=[russia])
    listed()
    Article.objects.filter(pk=article.pk).update(status=Article.Status.WITHDRAWN)

    assert listed().rows == []


def test_a_rejected_tagging_and_a_retired_tag_are_not_shown(russia):
    article = make_article(tags=["country/China"])
    make_tagging(article, russia, status=Tagging.Status.REJECTED)
    make_tagging(article, make_tag("topic/Old", is_retired=True))
    sync.enqueue([article.pk])

    listing = listed()

    assert [tag.name for tag in listing.rows[0].countries] == ["China"]
    assert listing.rows[0].topics == []
    assert list(facet(listing, "country")) == ["china"]
    assert listed("country=ru").count == 0


@pytest.mark.parametrize(
    ("query", "count"),
    [
        # Where the archive stands, three times, names of facet values, articles, taggings, tags, authors.
        ("", 8),
        # And the keys asked for, and texts.
        ("country=ru&country__not=ua&outlet=bbc&author__any=ann-lee&q=ministers", 13),
    ],
    ids=["no filter", "many filters"],
)
def test_the_number_of_queries_does_not_depend_on_the_number_of_rows(
    query, count, russia, ukraine, django_assert_num_queries
):
    make_article(main=[russia], tags=["topic/T"], outlet="BBC", authors=["Ann Lee"])
    listed()
    with django_assert_num_queries(count):
        assert listed(query).count == 1
    for number in range(30):
        make_article(main=[russia, f"topic/T{number}"], outlet="BBC", authors=["Ann Lee", f"Bob {number}"])
    listed()

    with django_assert_num_queries(count):
        assert listed(query).count == 31


# --- Pages and orders -------------------------------------------------------------------------------------


def test_pages_follow_one_another_without_gap_or_repetition():
    for day in range(1, 8):
        make_article(title=f"{day}", published_on=dt.date(2025, 1, day // 2 + 1))

    first = listed("published_after=2025", limit=3)
    second = listed(first.next_url.partition("?")[2], limit=3)
    third = listed(second.next_url.partition("?")[2], limit=3)

    assert titles(first) + titles(second) + titles(third) == ["7", "6", "5", "4", "3", "2", "1"]
    assert (first.first_url, second.first_url) == ("", "/articles/?published_after=2025")
    assert third.next_url == ""


def test_pages_lead_back_to_where_they_came_from():
    for day in range(1, 8):
        make_article(title=f"{day}", published_on=dt.date(2025, 1, day))

    first = listed(limit=3)
    second = listed(first.next_url.partition("?")[2], limit=3)
    third = listed(second.next_url.partition("?")[2], limit=3)
    back = listed(third.previous_url.partition("?")[2], limit=3)
    start = listed(back.previous_url.partition("?")[2], limit=3)

    assert [titles(page) for page in (third, back, start)] == [["1"], ["4", "3", "2"], ["7", "6", "5"]]
    assert [page.place for page in (first, second, third, back)] == ["1–3", "4–6", "7–7", "4–6"]
    assert (first.previous_url, start.previous_url) == ("", "")


def test_a_whole_result_on_one_page_has_no_place():
    make_article()

    assert (listed().place, listed("published_after=2030").place) == ("", "")


def test_a_compact_page_holds_twice_as_many_titles():
    for number in range(30):
        make_article(title=f"{number}")

    assert [len(listed(query).rows) for query in ("", "density=comfortable", "density=compact")] == [
        25, 25, 30,
    ]  # fmt: skip
    assert len(listed("density=compact", limit=3).rows) == 3


def test_the_density_is_kept_in_links_and_narrows_nothing(russia):
    make_article(main=[russia])

    listing = listed("density=compact&country=ru&sort=oldest")

    assert listing.look.densities == [
        ViewLink(
            "comfortable", "comfortable", "/articles/?country=ru&sort=oldest&density=comfortable", False
        ),
        ViewLink("compact", "compact", "/articles/?country=ru&sort=oldest&density=compact", True),
    ]
    assert listing.density_name == "compact"
    assert listing.canonical_url == "/articles/?country=ru&sort=oldest"
    assert len(listing.chips) == 1
    assert listed("country=ru").density_name == ""


def test_only_words_have_a_best_match():
    make_article()

    assert listed().look.sorts == [
        ViewLink("newest", "newest first", "/articles/", True),
        ViewLink("oldest", "oldest first", "/articles/?sort=oldest", False),
    ]
    assert listed("q=ministers&sort=relevance").look.sorts == [
        ViewLink("newest", "newest first", "/articles/?q=ministers", False),
        ViewLink("oldest", "oldest first", "/articles/?q=ministers&sort=oldest", False),
        ViewLink("relevance", "best match first", "/articles/?q=ministers&sort=relevance", True),
    ]


def test_the_oldest_come_first_when_asked_for():
    make_article(title="new", published_on=dt.date(2025, 1, 2))
    make_article(title="old", published_on=dt.date(2025, 1, 1))

    assert titles(listed("sort=oldest")) == ["old", "new"]


# --- Facets, chips, title ---------------------------------------------------------------------------------


def test_facet_values_link_to_the_search_with_and_without_them(russia, ukraine):
    make_article(main=[russia, ukraine])
    make_article(main=[russia])

    assert facet(listed("country=ru&sort=oldest"), "country") == {
        "ru": FacetValue(
            key="ru",
            name="Russia",
            count=2,
            is_active=True,
            is_excluded=False,
            add_url="/articles/?sort=oldest",
            exclude_url="/articles/?country__not=ru&sort=oldest",
        ),
        "ua": FacetValue(
            key="ua",
            name="Ukraine",
            count=1,
            is_active=False,
            is_excluded=False,
            add_url="/articles/?country=ru&country=ua&sort=oldest",
            exclude_url="/articles/?country=ru&country__not=ua&sort=oldest",
        ),
    }


def test_every_facet_has_its_heading_and_names():
    make_article(
        tags=["actor/A", "country/C", "organisation/O", "topic/T"], outlet="BBC", authors=["Ann Lee"]
    )

    assert [
        (group.name, group.heading, [value.name for value in group.values]) for group in listed().open_facets
    ] == [
        ("actor", "Actors", ["A"]),
        ("country", "Countries", ["C"]),
        ("organisation", "Organisations", ["O"]),
        ("topic", "Topics", ["T"]),
        ("outlet", "Outlets", ["BBC"]),
        ("author", "Authors", ["Ann Lee"]),
    ]


@pytest.mark.parametrize(
    ("query", "flags"),
    [
        ("country__any=ru", (True, False)),
        ("country__main=ru", (True, False)),
        ("country__not=ru", (False, True)),
    ],
)
def test_a_value_asked_for_in_any_way_can_be_taken_back(query, flags, russia):
    make_article(main=[russia])

    value = facet(listed(query), "country")["ru"]

    assert (value.is_active, value.is_excluded) == flags
    assert (value.add_url if value.is_active else value.exclude_url) == "/articles/"


def test_few_values_stand_beside_the_list_the_others_on_a_page_of_their_own():
    names = [f"Topic {number:02}" for number in range(12)]
    for number in range(12):
        make_article(tags=[f"topic/{name}" for name in names[: number + 1]])

    (group,) = [group for group in listed("topic=topic-10&sort=oldest").facets if group.name == "topic"]

    assert [value.name for value in group.shown] == [*names[:8], "Topic 10"]
    assert (len(group.values), group.has_more) == (12, True)
    assert group.all_url == "/articles/facets/topic/?topic=topic-10&sort=oldest"
    assert [group.has_more for group in listed("topic__not=topic-01").facets if group.name == "topic"] == [
        False
    ]


def test_what_tells_no_articles_apart_is_left_out_until_it_is_asked_for():
    make_article(language="en")
    make_article(language="en")
    assert [group.name for group in listed().folded_facets] == []

    make_article(language="de")
    listing = listed()
    assert {value.name: value.count for value in listing.folded_facets[0].values} == {
        "English": 2,
        "German": 1,
    }
    assert (listing.folded_facets[0].heading, listing.is_unfolded) == ("Languages", False)

    only_german = listed("language=de")
    assert ([group.name for group in only_german.folded_facets], only_german.is_unfolded) == (
        ["language"], True,
    )  # fmt: skip


def test_a_value_asked_for_shows_even_where_no_article_has_it(russia, ukraine):
    make_article(main=[russia])

    listing = listed("country=ru&country=ua")

    assert listing.count == 0
    assert {key: (value.count, value.is_active) for key, value in facet(listing, "country").items()} == {
        "ru": (0, True),
        "ua": (0, True),
    }


def test_a_retired_tag_is_no_value_even_while_the_index_is_late(russia, ukraine, alice, settings):
    make_article(tags=[russia, ukraine])
    sync.apply_outbox()

    with write_lock(settings.NEWSROOM_INDEX, seconds=0):
        curation.retire([russia], by=alice)

        assert list(facet(listed(), "country")) == ["ua"]


def test_chips_say_each_filter_and_remove_it(russia, ukraine):
    make_tag("topic/Energy")
    query = (
        "country__any=ru&country__any=ukraine&country__not=russia&topic__main=energy&published_after=2025-10"
    )

    assert [(chip.kind, chip.label, chip.words) for chip in listed(f"{query}&q=gas+deal").chips] == [
        ("country", "Country", "Russia"),
        ("country", "Country", "or Ukraine"),
        ("country", "Country", "not Russia"),
        ("topic", "Topic", "mainly Energy"),
        ("date", "Published", "published since 1 October 2025"),
        ("words", "Words", "the words “gas deal”"),
    ]
    assert listed("q=gas&sort=oldest").chips == [
        Chip("words", "Words", "the word “gas”", "/articles/?sort=oldest")
    ]


def test_a_span_of_days_is_one_chip():
    query = "published_after=2025-10&published_before=2025-10&clipped_before=2025-11-02&q=gas"

    assert listed(query).chips == [
        Chip("date", "Published", "published in October 2025", "/articles/?clipped_before=2025-11-02&q=gas"),
        Chip(
            "date",
            "Clipped",
            "clipped until 2 November 2025",
            "/articles/?published_after=2025-10&published_before=2025-10&q=gas",
        ),
        Chip(
            "words",
            "Words",
            "the word “gas”",
            "/articles/?published_after=2025-10&published_before=2025-10&clipped_before=2025-11-02",
        ),
    ]


def test_a_tag_is_turned_into_a_main_subject_and_back(russia):
    wider, main = (
        "/articles/?country=ru&q=gas&sort=oldest",
        "/articles/?country__main=ru&q=gas&sort=oldest",
    )

    assert listed("country=russia&q=gas&sort=oldest").chips[0] == Chip(
        "country", "Country", "Russia", "/articles/?q=gas&sort=oldest", Turn("main subject only", main)
    )
    assert listed("country__main=russia&q=gas&sort=oldest").chips[0] == Chip(
        "country", "Country", "mainly Russia", "/articles/?q=gas&sort=oldest", Turn("any mention", wider)
    )


@pytest.mark.parametrize("query", ["outlet=bbc", "country__not=ru", "country__any=ru", "language=en"])
def test_only_a_wanted_tag_can_be_the_main_subject(query, russia):
    make_article(outlet="BBC", language="en")

    assert [chip.turn for chip in listed(query).chips] == [None]


def test_several_values_are_all_wanted_or_any(russia, ukraine):
    every, some = (
        "/articles/?country=ru&country=ua&sort=oldest",
        ("/articles/?country__any=ru&country__any=ua&sort=oldest"),
    )

    assert listed("country=ru&country=ua&sort=oldest").switches == [Turn("any of these countries", some)]
    assert listed("country__any=ru&country__any=ua&sort=oldest").switches == [
        Turn("all of these countries", every)
    ]
    assert listed("country=ru").switches == []


def test_a_switch_of_fixed_values_names_no_kind():
    (switch,) = listed("has=topic&has=date").switches

    assert switch == Turn("any of these", "/articles/?has__any=topic&has__any=date")


def test_no_article_has_two_outlets():
    make_article(outlet="BBC")
    make_article(outlet="AP")

    labels = [
        [switch.label for switch in listed(query).switches]
        for query in ("outlet=bbc&outlet=ap", "outlet__any=bbc&outlet__any=ap")
    ]
    assert labels == [["any of these outlets"], []]


def test_the_title_names_what_was_asked_for_by_code_or_slug(russia, ukraine):
    assert listed("country=ukraine&country=ru").title == "Articles about Ukraine and Russia"


# --- Over time --------------------------------------------------------------------------------------------


def test_a_result_is_drawn_over_time_with_its_undated_articles(russia):
    for month in (1, 1, 2):
        make_article(main=[russia], published_on=dt.date(2025, month, 5))
    make_article(main=[russia], published_on=None)
    make_article(published_on=dt.date(2020, 1, 1))

    timeline = listed("country=ru").timeline

    assert "January 2025: 2 articles" in timeline.chart
    assert 'href="/articles/?country=ru&amp;published_after=2025-02&amp;published_before=2025-02"' in (
        timeline.chart
    )
    assert (timeline.span, timeline.undated_count) == ("January 2025 to February 2025", 1)
    assert timeline.undated_url == "/articles/?country=ru&dated=none"


def test_a_month_is_drawn_by_day():
    make_article(published_on=dt.date(2025, 10, 16))
    make_article(published_on=dt.date(2025, 10, 18))

    assert (
        "18 October 2025: 1 article"
        in listed("published_after=2025-10&published_before=2025-10").timeline.chart
    )


def test_nothing_is_drawn_of_nothing():
    make_article(published_on=dt.date(2025, 10, 16))

    assert listed("published_after=2026&q=x").timeline.chart == ""
    assert listed("q=nowhere").timeline is None


def test_the_form_gets_back_what_was_written(russia):
    listing = listed("country=russia&published_after=2025&q=+gas+&sort=oldest&after=n1")

    assert listing.form_values == {
        "q": "gas",
        "published_after": "2025",
        "published_before": "",
        "clipped_after": "",
        "clipped_before": "",
    }  # fmt: skip
    assert listing.kept == [("country", "ru"), ("sort", "oldest")]


@pytest.mark.parametrize(
    ("query", "is_noindex"),
    [
        ("", False),
        ("country=ru&sort=oldest", False),
        ("country=ru&country=ua", False),
        ("country=ru&country=ua&published_after=2025", True),
        ("q=gas", True),
        ("nonsense=1", True),
        ("country=atlantis", True),
    ],
)
def test_combinations_are_kept_from_search_engines(query, is_noindex, russia, ukraine):
    assert listed(query).is_noindex is is_noindex


# --- What cannot be understood ----------------------------------------------------------------------------


def test_an_unknown_parameter_is_shown_beside_the_result(russia):
    make_article(main=[russia])

    listing = listed("country=ru&colour=blue")

    assert listing.problems == [
        Problem(
            "colour",
            "colour",
            "is not a filter of this archive; leave it out",
            "/articles/?country=ru",
            is_unknown=True,
        )
    ]
    assert listing.count == 1


@pytest.mark.parametrize(
    ("query", "parameter", "label", "message", "remove_url"),
    [
        (
            "country=ru&actor=nobody", "actor", "Actor",
            "no actor is called “nobody”; choose one from /actors/?all=1", "/articles/?country=ru",
        ),
        (
            "published_after=2025-02-30", "published_after", "Published from",
            "“2025-02-30” is not a date; write 2025-10-17, 2025-10 or 2025", "/articles/",
        ),
        ("q=a&q=b", "q", "Words", "can only be given once; keep one of them", "/articles/"),
        (
            "q=...", "q", "Words", "there is no word to search for in “...”; type letters or digits",
            "/articles/",
        ),
        (
            "after=x&country=ru", "after", "Page",
            "“x” is not a page of this search; begin with the first page", "/articles/?country=ru",
        ),
    ],
    ids=["unknown value", "no date", "twice", "no word", "forged page"],
)  # fmt: skip
def test_a_value_that_means_nothing_yields_no_articles_and_the_way_out(
    query, parameter, label, message, remove_url, russia
):
    make_article(main=[russia])

    listing = listed(query)

    assert listing.problems == [Problem(parameter, label, message, remove_url)]
    assert (listing.rows, listing.count, listing.facets) == ([], 0, [])


# --- While the index is being rebuilt ---------------------------------------------------------------------


@pytest.mark.usefixtures("rebuilding")
@pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.OLDEST])
def test_without_an_index_sql_answers_filters_page_by_page(sort, russia):
    for day in (1, 1, 2, 3, 3):
        make_article(title=f"{day}", published_on=dt.date(2025, 1, day), main=[russia])
    make_article(title="other")

    first = listed(f"country=ru&sort={sort}", limit=2)
    second = listed(first.next_url.partition("?")[2], limit=2)
    third = listed(second.next_url.partition("?")[2], limit=2)

    expected = ["1", "1", "2", "3", "3"]
    found = titles(first) + titles(second) + titles(third)
    assert found == (expected if sort is Sort.OLDEST else expected[::-1])
    assert len({row.id for page in (first, second, third) for row in page.rows}) == 5
    assert (first.count, first.facets, first.is_searchable, third.next_url) == (5, [], False, "")
    assert "being rebuilt" in first.notice
    assert first.title == "Articles about Russia"


@pytest.mark.parametrize("index", ["up to date", "rebuilding"])
def test_undated_articles_come_after_all_others_however_early(request, index):
    if index == "rebuilding":
        request.getfixturevalue("rebuilding")
    for title, published_on, clipped_on in (
        ("undated", None, None), ("clipped", None, dt.date(2024, 5, 1)), ("1850", dt.date(1850, 1, 1), None),
        ("new", dt.date(2025, 1, 1), None), ("undated too", None, None),
    ):  # fmt: skip
        make_article(title=title, published_on=published_on, clipped_on=clipped_on)

    first = listed(limit=3)
    second = listed(first.next_url.partition("?")[2], limit=2)

    assert titles(first) + titles(second) == ["new", "clipped", "1850", "undated too", "undated"]
    assert titles(listed("sort=oldest", limit=3)) == ["undated", "undated too", "1850"]


@pytest.mark.usefixtures("rebuilding")
@pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.OLDEST])
def test_without_an_index_sql_pages_backwards_too(sort):
    for day in (1, 1, 2, 3, 3):
        make_article(title=f"{day}", published_on=dt.date(2025, 1, day))

    first = listed(f"sort={sort}", limit=2)
    second = listed(first.next_url.partition("?")[2], limit=2)
    third = listed(second.next_url.partition("?")[2], limit=2)
    back = listed(third.previous_url.partition("?")[2], limit=2)
    start = listed(back.previous_url.partition("?")[2], limit=2)

    assert [row.id for row in back.rows] == [row.id for row in second.rows]
    assert [row.id for row in start.rows] == [row.id for row in first.rows]
    assert (first.previous_url, start.previous_url, start.place) == ("", "", "")
    assert start.next_url == first.next_url


@pytest.mark.usefixtures("rebuilding")
def test_without_an_index_words_wait_and_say_so():
    make_article()

    listing = listed("q=ministers")

    assert (listing.rows, listing.count, listing.is_searchable) == ([], 0, False)
    assert "Words can be searched again" in listing.notice


@pytest.mark.usefixtures("rebuilding")
@pytest.mark.parametrize("cursor", ["x", "o1", "n0", "n" + "f" * 16])
def test_without_an_index_a_forged_page_is_a_problem(cursor):
    make_article()

    listing = listed(f"after={cursor}")

    assert [problem.parameter for problem in listing.problems] == ["after"]
    assert listing.rows == []


def test_a_page_begun_without_an_index_goes_on_with_one(monkeypatch):
    for day in (1, 2, 3):
        make_article(title=f"{day}", published_on=dt.date(2025, 1, day))
    with monkeypatch.context() as patch:
        patch.setattr(sync, "REBUILD_INLINE_LIMIT", 0)
        first = listed(limit=2)

    second = listed(first.next_url.partition("?")[2], limit=2)

    assert (titles(first), titles(second)) == (["3", "2"], ["1"])
    assert (first.is_searchable, second.is_searchable) == (False, True)


# --- The search box ---------------------------------------------------------------------------------------


def test_a_listing_holds_its_search_as_one_line_and_what_was_not_understood_of_it(russia):
    make_article(title="Atlantis of Russia", tags=[russia])

    listing = listed("country=ru&q=country:atlantis&sort=oldest")

    assert listing.box == "country:ru country:atlantis"
    assert listing.notes == [
        "no country is called “atlantis”, so country:atlantis is looked for as it stands"
    ]
    assert not listing.is_refused
