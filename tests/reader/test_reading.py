"""One article, ready to read: evidence, receipts, and HTML that is rendered once."""

from __future__ import annotations

import datetime as dt
import errno
import re

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from articles.guard import Guard, GuardError
from articles.models import Article, RenderedArticle, Tag, Tagging
from articles.reader.reading import Reading, find_article, read_article, render_guarded
from articles.reader.receipts import Evidence, EvidenceWords, Receipt
from articles.rendering import Mark
from tests.factories import make_article, make_tag, make_tagging

pytestmark = pytest.mark.django_db

BODY = "The Kremlin said **Russia** would talk.\n\nKyiv and the Kremlin agreed."


def mentions(text: str, words: str, *, part: str = "body", rule: str = "name") -> list[list[object]]:
    """Return a mention of each place where the words stand, as `Tagging.mentions` keeps them."""
    return [[part, match.start(), match.end(), rule] for match in re.finditer(re.escape(words), text)]


@pytest.fixture
def russia() -> Tag:
    return make_tag("country/Russia", key="ru")


@pytest.fixture
def article(russia) -> Article:
    article = make_article(
        title="Russia to talk", standfirst="Russia *and* Ukraine", body=BODY, authors=["Ann Lee"]
    )
    make_tagging(
        article,
        russia,
        role=Tagging.Role.MAIN,
        salience=0.8,
        release="r1",
        mentions=[
            *mentions("Russia to talk", "Russia", part="title"),
            *mentions("Russia *and* Ukraine", "Russia", part="standfirst"),
            *mentions(BODY, "Kremlin", rule="metonym"),
            *mentions(BODY, "Russia"),
        ],
    )
    make_tagging(
        article, make_tag("country/Ukraine", key="ua"), mentions=mentions(BODY, "Kyiv", rule="capital")
    )
    return article


def read(article: Article, *lit: str) -> Reading:
    found = find_article(article.pk)
    assert found is not None
    return read_article(found, lit=lit)


def marked(text: str) -> list[tuple[str, str]]:
    return re.findall(r'<mark class="[^"]*" data-tag="([^"]*)" id="evidence-\d+">([^<]*)</mark>', text)


def receipt(reading: Reading, tag: str) -> Receipt:
    return next(receipt for group in reading.groups for receipt in group.receipts if receipt.tag == tag)


# --- Evidence in the text ---------------------------------------------------------------------------------


def test_nothing_is_marked_until_a_tag_is_chosen(article):
    reading = read(article)

    assert reading.title_html == "Russia to talk"
    assert reading.standfirst_html == "<p>Russia *and* Ukraine</p>"
    assert reading.body_html == (
        "<p>The Kremlin said <strong>Russia</strong> would talk.</p>\n<p>Kyiv and the Kremlin agreed.</p>"
    )
    assert (reading.lit, reading.unknown, reading.is_plain) == ([], [], False)


def test_a_chosen_tag_lights_the_words_that_earned_it_in_every_part(article):
    reading = read(article, "country:ru")

    assert marked(reading.title_html + reading.standfirst_html + reading.body_html) == [
        ("country:ru", "Russia"),
        ("country:ru", "Russia"),
        ("country:ru", "Kremlin"),
        ("country:ru", "Russia"),
        ("country:ru", "Kremlin"),
    ]
    assert 'id="evidence-1"' in reading.title_html
    assert [receipt.name for receipt in reading.lit] == ["Russia"]


def test_several_tags_can_be_lit(article):
    assert {tag for tag, _ in marked(read(article, "country:ru", "country:ua").body_html)} == {
        "country:ru",
        "country:ua",
    }


def test_all_tags_can_be_lit_at_once_and_one_of_them_chosen(article):
    reading = read(article, "all")

    assert {tag for tag, _ in marked(reading.body_html)} == {"country:ru", "country:ua"}
    assert (reading.is_all_lit, reading.unknown) == (True, [])
    assert reading.all_url == f"{article.get_absolute_url()}?tag=all#evidence-1"
    assert receipt(reading, "country:ua").light_url == (
        f"{article.get_absolute_url()}?tag=country%3Aua#evidence-1"
    )


@pytest.mark.parametrize(
    ("lit", "count"), [([], 0), (["country:ru"], 5), (["country:ua"], 1), (["all"], 6), (["country:zz"], 0)]
)
def test_lit_places_are_counted_as_they_are_numbered(article, lit, count):
    reading = read(article, *lit)

    html = reading.title_html + reading.standfirst_html + reading.body_html
    assert re.findall(r'id="evidence-(\d+)"', html) == [str(number) for number in range(1, count + 1)]
    assert (reading.mark_count, list(reading.numbered)) == (count, list(range(1, count + 1)))


def test_no_text_is_taken_for_a_lit_place(article):
    Article.objects.filter(pk=article.pk).update(
        body='<mark class="evidence" id="evidence-9">Forged</mark> `<mark class="evidence">`'
    )
    article.taggings.update(mentions=[["body", 39, 45, "name"]])

    assert read(article, "all").mark_count == 1


def test_links_carry_the_search_that_a_reader_came_from(article):
    reading = read_article(find_article(article.pk), lit=["country:ru"], within="country=ru&sort=oldest")

    url = article.get_absolute_url()
    carried = "in=country%3Dru%26sort%3Doldest"
    assert reading.url == receipt(reading, "country:ru").light_url == f"{url}?{carried}"
    assert reading.all_url == f"{url}?tag=all&{carried}#evidence-1"


@pytest.mark.parametrize("name", ["country:russia", "Country:RU", " country:ru "])
def test_a_tag_can_be_named_by_its_slug(article, name):
    reading = read(article, name)

    assert ([tag.tag for tag in reading.lit], reading.unknown) == (["country:ru"], [])
    assert receipt(reading, "country:ua").light_url.endswith("?tag=country%3Aru&tag=country%3Aua#evidence-1")


def test_a_key_wins_over_the_slug_of_another_tag(article):
    make_tagging(article, make_tag("country/Rump", key="x-rump", slug="ru"))

    assert [tag.name for tag in read(article, "country:ru").lit] == ["Russia"]


def test_a_tag_that_the_article_does_not_carry_is_named(article):
    reading = read(article, "country:ru", "country:<b>", "x" * 200)

    assert reading.unknown == ["country:<b>", "x" * 80]
    assert [receipt.tag for receipt in reading.lit] == ["country:ru"]


def test_the_words_of_a_rejected_tag_cannot_be_lit(article, russia):
    Tagging.objects.filter(tag=russia).update(status=Tagging.Status.REJECTED)

    reading = read(article, "country:ru")

    assert marked(reading.title_html + reading.body_html) == []
    assert reading.unknown == ["country:ru"]


@pytest.mark.parametrize("status", [Article.Status.DRAFT, Article.Status.WITHDRAWN])
def test_what_is_not_public_cannot_be_read(article, status):
    Article.objects.filter(pk=article.pk).update(status=status)

    assert find_article(article.pk) is None


def test_an_article_that_is_not_there_cannot_be_read(db):
    assert find_article(999_999_999_999_999_999) is None


# --- Receipts ---------------------------------------------------------------------------------------------


def test_a_receipt_says_why(article):
    found = receipt(read(article), "country:ru")

    assert (found.name, found.role, found.is_main, found.salience) == ("Russia", "main", True, 0.8)
    assert (found.origin, found.status, found.release) == ("automatic", "suggested", "r1")
    assert (found.decided_by, found.decided_on) == ("", None)
    assert found.mention_count == 5
    assert found.parts == ["title", "standfirst", "text"]
    assert found.words == [EvidenceWords("Russia", "name", 3), EvidenceWords("Kremlin", "metonym", 2)]
    assert found.evidence[0] == Evidence("title", 0, 6, "Russia", "name")


def test_a_receipt_links_to_the_tag_and_toggles_its_words(article):
    lit = receipt(read(article, "country:ru"), "country:ru")
    dark = receipt(read(article, "country:ru"), "country:ua")

    assert (lit.url, lit.is_lit, lit.light_url) == ("/countries/russia/", True, article.get_absolute_url())
    assert dark.light_url == f"{article.get_absolute_url()}?tag=country%3Aru&tag=country%3Aua#evidence-1"


@pytest.mark.parametrize(
    ("first_name", "shown"), [("Alice", "Alice Doe"), ("", "an editor")], ids=["a name", "only an account"]
)
def test_a_receipt_names_who_decided_but_never_an_account(article, alice, first_name, shown):
    alice.first_name, alice.last_name = first_name, "Doe" if first_name else ""
    alice.save()
    decided_at = dt.datetime(2025, 10, 20, 12, tzinfo=dt.UTC)
    article.taggings.filter(tag__key="ru").update(
        status=Tagging.Status.CONFIRMED, decided_by=alice, decided_at=decided_at
    )

    found = receipt(read(article), "country:ru")

    assert (found.status, found.decided_by, found.decided_on) == ("confirmed", shown, dt.date(2025, 10, 20))


def test_receipts_stand_by_kind_with_main_ones_first(article):
    make_tagging(article, "actor/Vladimir Putin")
    make_tagging(article, "country/Aruba", salience=0.1)

    assert [
        (group.heading, [receipt.name for receipt in group.receipts]) for group in read(article).groups
    ] == [
        ("Actors", ["Vladimir Putin"]),
        ("Countries", ["Russia", "Ukraine", "Aruba"]),
    ]


@pytest.mark.parametrize(
    "mention",
    [
        ["body", 900, 906, "name"],
        ["body", 5, 5, "name"],
        ["body", 5, 2, "name"],
        ["footer", 0, 3, "name"],
        ["body"],
        None,
        7,
    ],
    ids=["beyond the text", "empty", "backwards", "unknown part", "short", "null", "number"],
)
def test_a_mention_that_points_at_nothing_is_no_evidence(article, russia, mention):
    Tagging.objects.filter(tag=russia).update(mentions=[mention])

    reading = read(article, "country:ru")

    assert receipt(reading, "country:ru").evidence == []
    assert marked(reading.body_html) == []


# --- Rendered once ----------------------------------------------------------------------------------------


def test_the_html_is_kept_from_the_first_view(article):
    read(article)
    kept = RenderedArticle.objects.get(article=article)
    RenderedArticle.objects.update(html="<p>kept</p>")

    assert 'data-tag="country:ru"' in kept.html
    assert read(article, "country:ru").body_html == "<p>kept</p>"


@pytest.mark.parametrize(
    "change",
    [
        lambda article: Article.objects.filter(pk=article.pk).update(body="New text."),
        lambda article: article.taggings.filter(tag__key="ua").update(mentions=[]),
        lambda article: article.taggings.filter(tag__key="ua").update(status=Tagging.Status.REJECTED),
        lambda article: RenderedArticle.objects.update(key="of another renderer"),
    ],
    ids=["text", "mentions", "rejected tag", "renderer"],
)
def test_html_made_from_something_else_is_made_anew(article, change):
    read(article)
    RenderedArticle.objects.update(html="<p>stale</p>")
    change(article)

    assert "stale" not in read(article).body_html
    assert "stale" not in RenderedArticle.objects.get(article=article).html


def test_a_kept_article_is_read_with_three_queries(article, django_assert_num_queries):
    for number in range(20):
        make_tagging(article, f"topic/T{number}")
    read(article)

    with django_assert_num_queries(3):  # article with outlet and HTML, authors, taggings
        read(article, "country:ru")


def test_a_database_that_cannot_be_written_can_be_read(article):
    def refuse_writes(execute, sql, params, many, context):
        if sql.startswith("INSERT"):
            raise OperationalError("attempt to write a readonly database")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse_writes):
        reading = read(article, "country:ua")

    assert marked(reading.body_html) == [("country:ua", "Kyiv")]
    assert not RenderedArticle.objects.exists()


def test_keeping_the_html_leaves_the_usual_patience_with_other_writers(article):
    before = patience_ms()

    read(article)

    assert patience_ms() == before


def patience_ms() -> int | None:
    """Return how long SQLite waits for another writer; other databases lock rows."""
    if connection.vendor != "sqlite":
        return None
    with connection.cursor() as cursor:
        return cursor.execute("PRAGMA busy_timeout").fetchone()[0]


@pytest.mark.parametrize(
    "body", ["[" * 200 + "Russia", "e" + "<a " * 30_000], ids=["refused", "takes too long"]
)
def test_a_text_that_cannot_be_formatted_is_shown_as_it_is(body):
    with Guard(seconds=0.3) as guard:
        text, is_plain = render_guarded(body, [Mark(0, 1, "country", "ru")], guard=guard)

    assert is_plain
    assert text.startswith('<p><mark class="evidence evidence-country" data-tag="country:ru">')


def test_a_machine_without_room_for_a_worker_shows_the_text_as_it_is_for_now(article, monkeypatch, caplog):
    monkeypatch.setattr("articles.guard._start", refuse_to_start)
    monkeypatch.setattr("articles.reader.reading._guard", Guard())

    assert read(article).is_plain
    assert not RenderedArticle.objects.exists()
    assert "no worker process could be started" in caplog.text


def refuse_to_start(channel):
    raise OSError(errno.EAGAIN, "Resource temporarily unavailable")


def test_a_text_that_took_too_long_is_tried_again_on_the_next_day(article, monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda: dt.date(2025, 10, 17))
    with monkeypatch.context() as busy:
        busy.setattr("articles.reader.reading._guard", Busy())
        assert read(article).is_plain
    assert read(article).is_plain

    monkeypatch.setattr(timezone, "localdate", lambda: dt.date(2025, 10, 18))

    assert not read(article).is_plain
    assert not RenderedArticle.objects.get(article=article).is_plain


class Busy:
    """A guard on a machine so busy that nothing is finished in time."""

    def run(self, function, *arguments):
        raise GuardError("took longer than 2 s")


def test_a_text_shown_as_it_is_is_kept_and_flagged():
    article = make_article(body="[" * 200)

    assert read(article).is_plain
    assert RenderedArticle.objects.get(article=article).is_plain


@pytest.mark.parametrize(
    ("printed", "shown"),
    [("The press office (press@ministry.example)", "The press office"), ("press@ministry.example", "")],
)
def test_a_byline_is_shown_without_the_addresses_in_it(client, printed, shown):
    article = make_article(title="Talks", byline=printed)

    page = client.get(article.get_absolute_url()).content.decode()
    told = client.get(f"/api/v1/articles/{article.pk}/").json()

    assert (read(article).byline, told["byline"]) == (shown, shown)
    assert "press@" not in page
    assert (f"<p>{shown}</p>" in page) is bool(shown)


@pytest.mark.parametrize(
    ("address", "language", "body", "sentence"),
    [
        ("", "fr", "Rien de neuf.", "texts. The language of this one: French."),
        ("", "en", "لقاء في القاهرة", "texts. Most letters of this one are not Latin."),
        ("/fr", "de", "Nichts Neues.", "textes en anglais. Langue de celui-ci : Allemand."),
    ],
    ids=["another language", "another script", "the page in French"],
)
def test_the_page_says_that_tags_are_found_in_english_texts(client, address, language, body, sentence):
    article = make_article(title="20", language=language, body=body)
    page = client.get(f"{address}{article.get_absolute_url()}").content.decode()

    assert sentence in page.replace("\u202f", " ").replace("\xa0", " ")


def test_the_page_of_an_english_text_says_nothing_of_languages(client):
    article = make_article(title="Talks in Geneva", body="“We met,” said the minister.")

    assert "English texts" not in client.get(article.get_absolute_url()).content.decode()
