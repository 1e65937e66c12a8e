"""The public pages: what they answer, what they cost, and what they never give away."""

from __future__ import annotations

import datetime as dt
import gzip
import re
from html import unescape

import pytest
from django.template.loader import render_to_string

from articles.models import Alias, Article, Office, Tag
from articles.profiles import directory
from articles.search import sync
from tests.factories import make_article, make_tag, make_tagging

pytestmark = pytest.mark.django_db


@pytest.fixture
def article() -> Article:
    """Return an article with every kind of tag, about Russia."""
    made = make_article(
        title="Envoys of Russia meet in Ankara",
        standfirst="Talks end without a date.",
        body="Moscow said it would go on.",
        outlet="The Courier",
        authors=["Ada Quill"],
        tags=["actor/Vladimir Putin", "organisation/NATO", "topic/Sanctions"],
    )
    russia = make_tag("country/Russia", key="ru")
    mentions = [["title", 10, 16, "name"], ["body", 0, 6, "capital"]]
    make_tagging(made, russia, role="main", salience=0.9, mentions=mentions, release="3fa9c01be2d7")
    return made


PAGES = [
    "/",
    "/articles/",
    "/articles/?country=ru&topic__not=energy",
    "/articles/?q=talks",
    "/actors/",
    "/countries/?order=name",
    "/organisations/?all=1",
    "/topics/",
    "/topics/?q=sanc",
    "/countries/russia/",
    "/actors/vladimir-putin/",
]

OF_ONE_THING = {"article", "/countries/russia/", "/actors/vladimir-putin/"}


# --- What pages cost --------------------------------------------------------------------------------------


@pytest.mark.parametrize("more", [1, 60], ids=["few articles", "many articles"])
@pytest.mark.parametrize(
    ("address", "queries"),
    [
        # Where the archive stands, four times; names of values; articles, taggings, tags, authors.
        ("/articles/", 9),
        ("/articles/?q=talks&sort=relevance", 10),
        # And the values asked for.
        ("/articles/?country=ru&actor__not=vladimir-putin", 11),
        # Where the archive stands, twice; tags; other names where words are sought.
        ("/actors/", 3),
        ("/countries/?order=name", 3),
        ("/organisations/?q=n", 4),
        ("/topics/", 3),
        # The tag; its names, offices, holders and parts; a list; index and articles it is a main subject of;
        # what was found of it and of its kind, where the archive stands.
        ("/actors/vladimir-putin/", 20),
        ("/topics/sanctions/", 20),
        # And its neighbours, with the index, and pairs.
        ("/countries/russia/", 24),
    ],
)
def test_a_list_page_takes_the_same_queries_whatever_its_length(
    client, article, django_assert_num_queries, address, queries, more
):
    russia = make_tag("country/Russia")
    for number in range(more):
        make_article(
            title=f"Talks {number}", outlet=f"Outlet {number}", authors=[f"Author {number}"],
            tags=["country/Russia", "country/China", f"actor/Envoy {number}", f"topic/Topic {number}"],
        )  # fmt: skip
        envoy = make_tag(f"actor/Envoy {number}")
        Office.objects.create(holder=envoy, of=russia, title="Envoy", role="envoy")
    client.get(address)  # builds the index

    with django_assert_num_queries(queries):
        client.get(address)


@pytest.mark.parametrize("tags", [0, 40])
def test_an_article_takes_seven_queries_whatever_its_tags(client, article, django_assert_num_queries, tags):
    for number in range(tags):
        make_tagging(article, f"topic/Topic {number}", mentions=[["body", 0, 6, "trigger"]])
    client.get(article.get_absolute_url())  # keeps the rendered text

    # Where the archive stands, the article, its authors, its tags, other copies; for what is related, the
    # copies and the index again.
    with django_assert_num_queries(7):
        client.get(f"{article.get_absolute_url()}?tag=country:ru")


# --- What every page keeps to -----------------------------------------------------------------------------


@pytest.mark.parametrize("address", [*PAGES, "article", "/articles/999999-gone/"])
def test_every_page_has_strict_headers_and_no_cookie(client, article, address):
    response = client.get(article.get_absolute_url() if address == "article" else address)

    assert response.headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.cookies == {}
    # On the page of one thing who may edit finds a link more: a cache must not show them the readers' page.
    assert ("Cookie" in response.headers.get("Vary", "")) == (address in OF_ONE_THING)


@pytest.mark.parametrize("address", [*PAGES, "article", "/api/v1/articles/"])
def test_every_page_is_compressed_for_it_is_the_same_for_everybody(client, alice, article, address):
    address = article.get_absolute_url() if address == "article" else address
    plain = client.get(address)
    client.force_login(alice)

    packed = client.get(address, headers={"Accept-Encoding": "gzip"})

    assert packed.headers["Content-Encoding"] == "gzip"
    unpacked = gzip.decompress(packed.content)
    assert re.sub(rb"(<p>)?<a class=.desk.*?</a>(</p>)?", b"", unpacked) == plain.content
    assert b"csrf" not in unpacked
    assert packed.cookies == {}


@pytest.mark.parametrize("address", ["article", "/countries/russia/"])
def test_who_may_edit_is_shown_the_way_to_the_desk(client, alice, article, address):
    address = article.get_absolute_url() if address == "article" else address
    record = article if address.startswith("/articles") else Tag.objects.get(slug="russia")
    client.force_login(alice)

    response = client.get(address)

    way = f"/admin/articles/{record._meta.model_name}/{record.pk}/change/"
    assert f'<a class="desk" href="{way}">Edit at the desk</a>' in response.content.decode()
    assert "Cookie" in response.headers["Vary"]


@pytest.mark.parametrize("who", ["nobody", "a stale cookie", "staff without permission"])
@pytest.mark.parametrize("address", ["article", "/countries/russia/"])
def test_nobody_else_sees_that_there_is_a_desk(client, bob, article, address, who):
    address = article.get_absolute_url() if address == "article" else address
    plain = client.get(address)
    if who == "a stale cookie":
        client.cookies["sessionid"] = "x" * 32
    elif who == "staff without permission":
        client.force_login(bob)

    assert client.get(address).content == plain.content
    assert b"admin" not in plain.content


def test_the_desk_is_not_compressed_for_its_forms_hold_tokens(client):
    response = client.get("/admin/login/", headers={"Accept-Encoding": "gzip"})

    assert b"csrfmiddlewaretoken" in response.content
    assert "Content-Encoding" not in response.headers


@pytest.mark.parametrize("address", [*PAGES, "article"])
def test_every_page_answers_head_and_refuses_post(client, article, address):
    address = article.get_absolute_url() if address == "article" else address

    head, post = client.head(address), client.post(address)

    assert (head.status_code, head.content, post.status_code) == (200, b"", 405)


def test_a_compact_list_is_made_of_titles_alone(client, article):
    html = client.get("/articles/?density=compact").content.decode()

    assert article.title in html
    assert article.standfirst not in html
    assert 'class="labels"' not in html


@pytest.mark.parametrize("address", ["/articles/", "/articles/facets/topic/", "/articles/facets/outlet/"])
def test_names_of_values_are_text(client, address):
    make_article(tags=[make_tag("topic/<script>alert(1)</script>", slug="x")], outlet="<b onclick=1>\"'")

    html = client.get(address).content.decode()

    assert "<script>alert" not in html
    assert "<b onclick" not in html
    assert "&lt;script&gt;" in html or "&lt;b onclick" in html


@pytest.mark.parametrize("address", [*PAGES, "article"])
def test_no_page_holds_inline_script_or_style(client, article, address):
    html = client.get(article.get_absolute_url() if address == "article" else address).content.decode()

    # A block of data is no script.
    scripts = r'<script(?![^>]*\ssrc=| type="application/ld\+json")'
    assert not re.search(rf"{scripts}|<style|\sstyle=|\son\w+=|javascript:", html)


HOSTILE = [
    "?country=atlantis",
    "?country=%00",
    "?country=" + "&country=".join(str(number) for number in range(30)),
    "?actor=" + "9" * 40,
    "?published_after=2025-02-30",
    "?published_before=9999999999-01-01",
    "?q=" + "(" * 199,
    "?q=" + "x" * 5000,
    "?q=%22unclosed",
    "?q=-",
    "?q=%F0%9F%92%A3%00%ED%A0%80",
    "?sort=; drop table",
    "?after=%FF%FE",
    "?after=" + "A" * 3000,
    "?page=-1",
    "?order=random()",
    "?tag=a&tag=%00&tag=" + "x" * 4000,
    "?" + "&".join(f"p{number}=1" for number in range(200)),
    "?%00=%00",
    "?q=<script>alert(1)</script>&<b>=<i>",
]


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("path", ["/articles/", "/actors/", "/countries/russia/", "article"])
def test_any_query_string_gets_a_page(client, article, path, query):
    response = client.get((article.get_absolute_url() if path == "article" else path) + query, follow=True)

    assert response.status_code == 200
    assert b"<script>alert" not in response.content


# --- The list ---------------------------------------------------------------------------------------------


def test_the_title_says_the_search_in_words(client, article):
    html = client.get("/articles/?country=ru").content.decode()

    assert "<title>Articles about Russia · Newsroom</title>" in html


def test_an_invalid_value_shows_its_problem_and_no_article(client, article):
    html = client.get("/articles/?country=atlantis").content.decode()

    assert "no country is called" in html
    assert article.title not in html


def test_an_unknown_parameter_is_shown_beside_the_result(client, article):
    html = client.get("/articles/?colour=red").content.decode()

    assert "<b>colour</b> is not a filter of this archive; leave it out." in html
    assert article.title in html


def test_an_empty_result_says_what_to_take_away(client, article):
    html = client.get("/articles/?country=ru&actor__not=vladimir-putin").content.decode()

    way = r'<li><a href="([^"]*)" rel="nofollow">([^<]*)</a> <span class="soft">([^<]*)</span>'
    ways = re.findall(way, html)
    assert ways == [
        ("/articles/?country=ru", "Actor: not Vladimir Putin", "1 article"),
        ("/articles/?actor__not=vladimir-putin", "Country: Russia", "0 articles"),
    ]


def test_an_empty_archive_says_how_to_fill_it(client):
    assert "python manage.py import_articles" in client.get("/").content.decode()


def test_fields_left_empty_do_not_stay_in_the_address(client):
    response = client.get("/articles/?country=ru&q=&published_after=+")

    assert (response.status_code, response.url) == (302, "/articles/?country=ru")


def test_htmx_gets_only_what_changes(client, article):
    page, fragment = client.get("/articles/"), client.get("/articles/", headers={"HX-Request": "true"})

    assert fragment.content.decode().strip().startswith("<main")
    assert fragment.content.decode().strip() in page.content.decode()
    assert page.headers["Vary"] == fragment.headers["Vary"] == "Accept-Encoding, HX-Request"


def test_combinations_of_many_filters_are_kept_out_of_search_engines(client, article):
    few, many = (
        client.get(f"/articles/?{query}").content.decode()
        for query in ("country=ru", "country=ru&actor=vladimir-putin&topic=sanctions")
    )

    assert ("noindex" in few, "noindex" in many) == (False, True)


def test_while_the_index_is_rebuilt_the_pages_say_so(client, article, monkeypatch):
    monkeypatch.setattr(sync, "REBUILD_INLINE_LIMIT", 0)

    addresses = ("/articles/", "/countries/", "/countries/russia/")
    pages = [client.get(address).content.decode() for address in addresses]

    assert ["The search index is being rebuilt." in html for html in pages] == [True, True, True]
    assert article.title in pages[0]
    assert article.title in pages[2]


def test_a_list_says_which_language_a_title_is_in(client):
    make_article(title="Minister treffen sich", standfirst="Ein Tag in Wien.", language="de")

    html = client.get("/articles/").content.decode()

    assert '<h2 class="story-title" dir="auto" lang="de">' in html
    assert '<p class="story-summary" dir="auto" lang="de">' in html


def test_a_dateless_article_is_called_undated(client):
    make_article(published_on=None, clipped_on=None)

    assert '<span class="story-date">undated</span>' in client.get("/articles/").content.decode()


# --- The article ------------------------------------------------------------------------------------------


def test_choosing_a_tag_marks_its_words_and_shows_the_receipt(client, article):
    html = client.get(f"{article.get_absolute_url()}?tag=country:ru").content.decode()

    assert re.findall(r"<mark[^>]*>(.*?)</mark>", html) == ["Russia", "Moscow"]
    assert "Why this tag?" in html
    assert "3fa9c01be2d7" in html


def test_without_a_choice_nothing_is_marked(client, article):
    html = client.get(article.get_absolute_url()).content.decode()

    assert "<mark" not in html
    assert "Why this tag?" not in html


def test_a_tag_that_the_article_lacks_is_named(client, article):
    html = client.get(f"{article.get_absolute_url()}?tag=country:fr").content.decode()

    assert "This article has no tag country:fr." in html


def test_a_rejected_tag_is_not_shown(client, article):
    article.taggings.filter(tag__name="NATO").update(status="rejected")

    assert "NATO" not in client.get(article.get_absolute_url()).content.decode()


@pytest.mark.parametrize("end", ["", "-", "-wrong-title", "-été"])
def test_any_end_of_an_address_leads_to_the_right_one(client, article, end):
    response = client.get(f"/articles/{article.pk}{end}/?tag=country:ru")

    assert (response.status_code, response.url) == (301, f"{article.get_absolute_url()}?tag=country:ru")


def test_a_wrong_address_is_put_right_without_reading_the_article(client, article, django_assert_num_queries):
    client.get("/")  # builds the index
    with django_assert_num_queries(3):  # where the archive stands, the article, its authors
        client.get(f"/articles/{article.pk}/")


def test_a_tag_without_words_offers_no_first_mention(client, article):
    html = client.get(f"{article.get_absolute_url()}?tag=topic:sanctions").content.decode()

    assert "not named in the text" in html
    assert "First mention" not in html


@pytest.mark.parametrize("status", ["draft", "withdrawn"])
@pytest.mark.parametrize("tail", ["", "-envoys-of-russia-meet-in-ankara", "-x"])
def test_what_readers_may_not_see_is_missing_byte_for_byte(client, article, status, tail):
    Article.objects.update(status=status)

    hidden, missing = client.get(f"/articles/{article.pk}{tail}/"), client.get(f"/articles/999999{tail}/")

    assert (hidden.status_code, hidden.headers, hidden.content) == (404, missing.headers, missing.content)


def test_a_title_is_text_whatever_it_holds(client):
    hostile = make_article(title="<script>alert(1)</script> & <b>more</b>", body="<script>alert(1)</script>x")

    for address in ("/articles/", hostile.get_absolute_url()):
        html = client.get(address).content.decode()
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;more&lt;/b&gt;" in html
        assert "<script>alert" not in html


def test_a_text_that_cannot_be_formatted_is_shown_as_it_came(client):
    plain = make_article(body="[" * 5000 + " the end")

    html = client.get(plain.get_absolute_url()).content.decode()

    assert "could not be formatted" in html
    assert "the end" in html


def test_tags_that_do_not_fit_are_a_link_to_the_article(client):
    article = make_article(
        tags=[f"country/{name}" for name in ("Austria", "Belgium", "Chad", "Fiji", "Togo")]
    )

    html = client.get("/articles/?country__any=togo").content.decode()

    more = re.search(r'class="label-more" href="(.*?)">(.*?)<span', html)
    assert more
    assert more.groups() == (article.get_absolute_url(), "+1 more")
    assert 'href="/countries/togo/"' in html


def test_an_article_names_its_sources_as_text_and_links_only_addresses(client):
    article = make_article(
        extra={"references": ["<b>A statement</b>", "https://example.org/a", "javascript:x"]}
    )

    html = client.get(article.get_absolute_url()).content.decode()

    assert "&lt;b&gt;A statement&lt;/b&gt;" in html
    assert 'href="https://example.org/a" rel="noopener noreferrer external nofollow"' in html
    assert 'href="javascript' not in html
    assert 'id="sources"' not in client.get(make_article().get_absolute_url()).content.decode()


# --- Lists of tags and their pages ------------------------------------------------------------------------


def names_in(html: str) -> list[str]:
    """Return the names of the tags that a list shows, in order."""
    found = re.findall(r'class="directory-name">(.*?)</span>', html)
    return [unescape(name) for name in found]


def test_tags_stand_by_count_or_by_name(client):
    make_article(tags=["country/Åland", "country/Zambia"])
    make_article(tags=["country/Zambia", "country/Benin"])

    by_count, by_name = (
        names_in(client.get(f"/countries/{query}").content.decode()) for query in ("", "?order=name")
    )

    assert by_count == ["Zambia", "Åland", "Benin"]
    assert by_name == ["Åland", "Benin", "Zambia"]


def test_tags_without_articles_are_one_link_away(client):
    make_article(tags=["actor/Ada Quill"])
    make_tag("actor/Bo Unseen")

    html = client.get("/actors/").content.decode()

    assert names_in(html) == ["Ada Quill"]
    assert '<a href="/actors/?all=1">show all <data value="2">2</data></a>' in html
    assert names_in(client.get("/actors/?all=1").content.decode()) == ["Ada Quill", "Bo Unseen"]


def test_tags_are_found_by_their_other_names(client):
    nato = make_tag("organisation/North Atlantic Treaty Organization")
    make_tag("organisation/United Nations")
    Alias.objects.create(tag=nato, text="NATO")

    assert names_in(client.get("/organisations/?q=nat").content.decode()) == [nato.name, "United Nations"]
    assert names_in(client.get("/organisations/?q=nato").content.decode()) == [nato.name]


def test_tags_are_found_by_how_a_word_of_any_name_begins(client):
    orban, myanmar = make_tag("actor/Viktor Orbán"), make_tag("country/Myanmar")
    make_tag("country/East Jerusalem")
    Alias.objects.create(tag=myanmar, text="Burma", kind="former")
    Alias.objects.create(tag=orban, text="Viktor Burman", kind="surname")
    asked = ("/actors/?q=orban", "/actors/?q=burm", "/countries/?q=BURMA", "/countries/?q=usa")

    assert [names_in(client.get(one).content.decode()) for one in asked] == [
        ["Viktor Orbán"], [], ["Myanmar"], [],
    ]  # fmt: skip


def test_the_very_name_that_was_sought_comes_first(client):
    make_article(tags=["organisation/UN Women"])
    Alias.objects.create(tag=make_tag("organisation/United Nations"), text="UN")

    html = client.get("/organisations/?q=un").content.decode()

    assert names_in(html) == ["United Nations", "UN Women"]


def test_the_page_of_a_tag_says_what_it_was_called(client):
    Alias.objects.create(tag=make_tag("country/Myanmar"), text="Burma", kind="former")

    html = client.get("/countries/myanmar/").content.decode()

    assert '<p class="soft">Formerly Burma</p>' in html


def test_topics_stand_under_their_parents(client):
    war = make_tag("topic/War")
    make_article(tags=[make_tag("topic/Ceasefire", parent=war), make_tag("topic/Drones", parent=war)])
    make_article(tags=["topic/Drones"])

    html = client.get("/topics/").content.decode()

    assert names_in(html) == ["War", "Drones", "Ceasefire"]
    assert html.count('class="directory-children"') == 1


def test_a_topic_that_is_its_own_grandparent_is_still_listed(client):
    one, two = make_tag("topic/One"), make_tag("topic/Two")
    one.parent, two.parent = two, one
    one.save()
    two.save()

    assert names_in(client.get("/topics/?all=1").content.decode()) == ["One", "Two"]


def test_long_lists_of_tags_are_paged(client, monkeypatch):
    monkeypatch.setattr(directory, "PAGE_SIZE", 2)
    for name in "ABCDE":
        make_tag(f"actor/{name}")

    pages = [client.get(f"/actors/?all=1&page={page}").content.decode() for page in (1, 2, 3)]

    assert [names_in(html) for html in pages] == [["A", "B"], ["C", "D"], ["E"]]
    assert ['rel="prev"' in html for html in pages] == [False, True, True]
    assert ['rel="next"' in html for html in pages] == [True, True, False]


def test_the_page_of_a_tag_says_who_and_since_when(client, article):
    Office.objects.create(
        holder=make_tag("actor/Vladimir Putin"), of=make_tag("country/Russia"), title="President",
        role="head_of_state", start_on=dt.date(2012, 5, 7),
    )  # fmt: skip

    html = client.get("/actors/vladimir-putin/").content.decode()

    assert 'President, <a href="/countries/russia/">Russia</a>' in html
    assert 'since <time datetime="2012-05-07">7 May 2012</time>' in html
    assert article.title in html


def test_the_page_of_a_tag_counts_its_articles_with_links(client, article):
    make_article(tags=["country/Russia"])

    html = client.get("/countries/russia/").content.decode()

    assert '<a href="/articles/?country=ru" data-count><data value="2">2</data> articles</a>' in html
    assert '<a href="/articles/?country__main=ru"><data value="1">1</data> as a main subject</a>' in html


def test_a_search_within_a_tag_is_the_lists_to_answer(client, article):
    response = client.get("/countries/russia/?topic=sanctions&colour=red")

    assert response.url == "/articles/?country=ru&topic=sanctions&colour=red"
    assert client.get("/countries/russia/?utm_source=feed").status_code == 200


def test_an_option_of_a_list_of_tags_is_given_once(client):
    html = client.get("/actors/?q=ann&q=bob").content.decode()

    assert "<b>Name</b>: can only be given once; keep one of them. <a" in html


def test_a_list_of_tags_says_what_is_wrong_and_what_to_do(client):
    html, followed = (
        client.get(address).content.decode()
        for address in ("/actors/?q=a%00b", "/actors/?utm_source=x&ref=y")
    )

    assert "<b>Name</b>: the text holds a NUL character; type it anew. <a" in html
    assert "is-problem" not in followed


def test_a_message_is_one_sentence_whoever_wrote_it(client):
    pages = [
        client.get(address).content.decode() for address in ("/articles/?sort=up", "/actors/?order=up&page=0")
    ]

    assert ["“up” is not an order; write one of" in html for html in pages] == [True, True]
    assert [".." in html for html in pages] == [False, False]


def test_a_retired_tag_keeps_its_page_but_leaves_the_lists(client, article):
    nato = make_tag("organisation/NATO")
    nato.is_retired = True
    nato.save()

    assert "has been retired" in client.get("/organisations/nato/").content.decode()
    assert names_in(client.get("/organisations/?all=1").content.decode()) == []


def test_a_country_is_found_by_its_code(client, article):
    assert client.get("/countries/RU/").headers["Location"] == "/countries/russia/"


@pytest.mark.parametrize("address", ["/actors/nobody/", "/actors/russia/", "/nations/", "/articles/x/"])
def test_what_does_not_exist_is_missing(client, article, address):
    response = client.get(address)

    assert response.status_code == 404
    assert "This page is not in the archive" in response.content.decode()


def test_the_error_page_needs_nothing_that_may_be_broken():
    html = render_to_string("500.html")

    assert "Something went wrong here" in html
    assert "/static/css/newsroom.css" in html
