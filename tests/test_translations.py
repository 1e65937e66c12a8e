"""Languages: the catalogues say everything, an address has one language, and French pages are French."""

from __future__ import annotations

import ast
import datetime as dt
import os
import re
import subprocess
import sys
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import polib
import pytest
from django.template import Context, Template

from articles import days, languages, phrases
from articles.filters import ArticleFilter
from articles.languages import speaking
from articles.lists.periods import Range
from articles.models import Alias, Office, Tag
from articles.search import asking, sync
from articles.search.box import parse
from articles.search.query import Criteria, Cursor, CursorError, Match, Sort
from articles.search.wording import span_in_words, title_of
from articles.suggested.accepting import NAMED_HERE
from articles.templatetags import editions
from newsroom.catalogs import Message, catalogues, read_messages
from tests.factories import make_article, make_tag, make_tagging

PROJECT = Path(__file__).resolve().parent.parent
MESSAGES = read_messages()
NARROW, HARD = "\u202f", "\u00a0"  # spaces at which no line breaks
PLACE = re.compile(r"%\(\w+\)[a-z]|%%|%\(value\)\.40s|\{\w+\}")
TAG = re.compile(r"<[^>]+>")


def catalogue(path: Path) -> dict[Message, polib.POEntry]:
    return {
        Message(entry.msgid, entry.msgid_plural, entry.msgctxt or ""): entry
        for entry in polib.pofile(str(path))
    }


def said(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


# --- Catalogues -------------------------------------------------------------------------------------------

every_catalogue = pytest.mark.parametrize("path", catalogues(), ids=lambda path: path.parts[-3])


@every_catalogue
def test_a_catalogue_has_every_message_of_code_and_templates_and_no_other(path):
    entries = catalogue(path)

    assert set(MESSAGES) - set(entries) == set()
    assert set(entries) - set(MESSAGES) == set()


@every_catalogue
def test_every_message_is_translated_and_none_is_a_guess(path):
    entries = catalogue(path).values()

    assert [entry.msgid for entry in entries if not all(said(entry)) or entry.fuzzy] == []


@every_catalogue
def test_a_translation_has_the_places_and_the_markup_of_its_message(path):
    def parts(text: str) -> list[str]:
        own = [tag for tag in TAG.findall(text) if tag not in {'<span lang="en">', "</span>"}]
        return sorted(PLACE.findall(text) + own)

    wrong = [
        (entry.msgid, text)
        for entry in catalogue(path).values()
        for text in said(entry)
        if parts(text) not in (parts(entry.msgid), parts(entry.msgid_plural or entry.msgid))
    ]

    assert wrong == []


@every_catalogue
def test_a_translation_has_no_quote_or_bracket_that_could_end_an_attribute(path):
    """Translations are put into attributes as they are."""
    wrong = [
        (entry.msgid, text)
        for entry in catalogue(path).values()
        for text in said(entry)
        for sign in '"<'
        if sign in text and sign not in entry.msgid + entry.msgid_plural and '<span lang="en">' not in text
    ]

    assert wrong == []


def test_french_sets_no_sign_alone_at_the_beginning_of_a_line():
    """Behind an opening quotation mark and before :, ;, ?, ! and %, the space does not break."""
    entries = catalogue(PROJECT / "newsroom/locale/fr/LC_MESSAGES/django.po").values()
    texts = [TAG.sub("", text) for entry in entries for text in said(entry)]

    assert [text for text in texts if re.search(r" [:;?!»]|« | %%|\w'\w", text)] == []


@pytest.mark.parametrize(
    "query",
    ["q=tal*", "q=%22", "q=from:nobody", "country=atlantis", "q=a+OR", "colour=red", "published_after=soon"],
)
def test_no_note_in_french_has_a_straight_apostrophe_or_two_spaces_that_do_not_break(client, archive, query):
    html = client.get(f"/fr/articles/?{query}").content.decode()
    text = unescape(TAG.sub(" ", re.sub(r"<(script|style)\b.*?</\1>", "", html, flags=re.DOTALL)))

    assert re.findall(rf"\w+'\w+|[{NARROW}{HARD}] ?[{NARROW}{HARD}]", text) == []


# Raised for readers, or handed to their pages; the desk and the commands speak English.
REFUSALS = {"WordsError", "CursorError", "ValidationError", "_PuzzleError"}
OF_READERS = [
    path
    for path in sorted((PROJECT / "articles").rglob("*.py"))
    if not {"admin", "backups", "importing", "management", "tagging"} & set(path.parts)
]


def bare_complaints(code: str) -> list[str]:
    """Return the literals that a program gives its readers as what is wrong, past the catalogue."""
    said: list[ast.expr | None] = []
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args, keywords=named):
                said += args if name in REFUSALS else []
                said += [one.value for one in named if one.arg == "complaint"]
            case ast.Assign(targets=[ast.Name(id="complaint" | "complaints")], value=value):
                said.append(value)
            case ast.Dict(keys=keys, values=values):
                said += [
                    value
                    for key, value in zip(keys, values, strict=True)
                    if isinstance(key, ast.Constant) and key.value in {"complaint", "complaints"}
                ]
    literals = (ast.JoinedStr, ast.Constant)
    parts = [part for one in said if one for part in (getattr(one, "left", one), *getattr(one, "elts", ()))]
    return [ast.unparse(part) for part in parts if isinstance(part, literals)]


def test_what_is_wrong_is_said_to_readers_through_the_catalogue():
    bare = {path.name: found for path in OF_READERS if (found := bare_complaints(path.read_text("utf-8")))}

    assert bare == {}


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("raise WordsError('too long')", ["'too long'"]),
        ("raise forms.ValidationError(f'{a} is odd')", ["f'{a} is odd'"]),
        ("raise CursorError('%s is odd' % a)", ["'%s is odd'"]),
        ("complaint = 'too much'", ["'too much'"]),
        ("render(r, t, {'complaint': 'too much'})", ["'too much'"]),
        ("Filter(complaint='odd')", ["'odd'"]),
        ("raise WordsError(gettext('too long')); complaint = gettext('%(a)s is odd') % said", []),
    ],
)
def test_a_complaint_past_the_catalogue_is_noticed(code, found):
    assert bare_complaints(code) == found


# --- The core, which knows no Django ----------------------------------------------------------------------


def test_without_django_the_core_speaks_english():
    code = (
        "import datetime as dt; from articles.search.wording import span_in_words;"
        "print(span_in_words(dt.date(2025, 10, 1), dt.date(2025, 10, 31)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True, env=os.environ
    )

    assert run.stdout == "in October 2025\n"


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2025-10-01", "2025-10-01", "le 1er octobre 2025"),
        ("2025-01-01", "2025-12-31", "en 2025"),
        ("2024-01-01", "2025-12-31", "de 2024 à 2025"),
        ("2025-04-01", "2025-04-30", "en avril 2025"),
        ("2025-04-01", "2025-08-31", "entre avril 2025 et août 2025"),
        ("2025-04-02", "2025-08-01", "du 2 avril 2025 au 1er août 2025"),
        ("2025-04-02", None, "depuis le 2 avril 2025"),
        (None, "2025-04-02", "jusqu’au 2 avril 2025"),
    ],
)
def test_a_span_of_days_in_french(first, last, words):
    with speaking("fr"):
        bounds = (day and dt.date.fromisoformat(day) for day in (first, last))

        assert span_in_words(*bounds) == words


def test_the_same_search_is_a_sentence_of_each_language():
    criteria = Criteria(
        values={("country", Match.ALL): ("ru", "ua"), ("language", Match.NOT): ("fr",)},
        words="gaz deal -pipeline",
    )
    names = {("country", "ru"): "Russia", ("country", "ua"): "Ukraine", ("language", "fr"): "French"}

    english = title_of(criteria, names)
    with speaking("fr"):
        french = title_of(criteria, {**names, ("language", "fr"): "français"})

    assert english == (
        "Articles about Russia and Ukraine, not in French, with the words “gaz deal”, without pipeline"
    )
    assert french == (
        f"Articles{HARD}: Russia et Ukraine, pas en français,"
        f" avec les mots «{HARD}gaz deal{HARD}», sans pipeline"
    )


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("1990-01-01", "1999-12-31", "les années 1990"),
        ("1900-01-01", "1999-12-31", "1900–1999"),
        ("1000-01-01", "1999-12-31", "1000–1999"),
    ],
)
def test_decades_and_centuries_are_told_apart_in_french(first, last, words):
    with speaking("fr"):
        assert Range(dt.date.fromisoformat(first), dt.date.fromisoformat(last)).words() == words


def test_what_readers_wrote_stands_between_the_quotation_marks_of_the_language():
    assert phrases.quoted("l'été\0\u202e") == "“l'été\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}”"
    with speaking("fr"):
        assert phrases.quoted("oil") == f"«{HARD}oil{HARD}»"
        with pytest.raises(CursorError, match=f"^«{HARD}x{HARD}» n’est pas une page de cette recherche"):
            Cursor.read("x", Sort.NEWEST)


def test_a_note_gives_no_advice_on_dates_in_any_language():
    operators = ArticleFilter.operators()
    notes = []
    for code in ("en-gb", "fr"):
        with speaking(code):
            notes += parse("after:soon", operators, lambda operator, value: ()).notes

    assert notes == [
        "“soon” is not a date, so after:soon is looked for as it stands",
        f"«{HARD}soon{HARD}» n’est pas une date{NARROW}; after:soon est donc cherché tel quel",
    ]


def test_numbers_and_dates_are_written_as_the_language_writes_them():
    with speaking("fr"):
        written = [
            phrases.grouped(1_234_567),
            phrases.grouped(999),
            days.short_date(dt.date(2025, 2, 1)),
            days.date_in_words(dt.date(2025, 5, 1), "month"),
        ]

    assert written == [f"1{NARROW}234{NARROW}567", "999", "1er févr. 2025", "mai 2025"]
    assert (phrases.grouped(1_234_567), days.short_date(dt.date(2025, 2, 1))) == ("1,234,567", "1 Feb 2025")


# --- Pages ------------------------------------------------------------------------------------------------


@pytest.fixture
def archive(db):
    """Return an article that has everything, in a small archive with a second one that has nothing."""
    made = make_article(
        title="Envoys of Russia meet in Ankara",
        standfirst="Talks end without a date.",
        body="Moscow and Kyiv said they would go on.\n\nRussia and Ukraine signed nothing.",
        outlet="The Courier",
        authors=["Ada Quill"],
        published_on=dt.date(2025, 10, 1),
        clipped_on=dt.date(2025, 10, 2),
        url="https://courier.example/envoys",
        tags=["organisation/NATO", "topic/Sanctions"],
    )
    russia, ukraine = make_tag("country/Russia", key="ru"), make_tag("country/Ukraine", key="ua")
    putin = make_tag("actor/Vladimir Putin")
    make_tagging(made, russia, role="main", salience=0.9, mentions=[["title", 10, 16, "name"]])
    make_tagging(made, ukraine, role="main", salience=0.8, mentions=[["body", 11, 15, "capital"]])
    make_tagging(made, putin, salience=0.2)
    Office.objects.create(
        holder=putin, of=russia, title="President", role="head_of_state", start_on=dt.date(2012, 5, 7)
    )
    Alias.objects.create(tag=russia, text="Russian", kind=Alias.Kind.DEMONYM)
    make_article(title="Note", published_on=None, tags=["country/Russia", "country/Ukraine"])
    sync.rebuild()
    return made


PAGES = """
/ /articles/ /articles/?q=talks /articles/?q=nowhere+zzz
/articles/?colour=blue&published_after=never
/articles/?country=ru&country__not=ua&topic=sanctions&published_after=2025-10&published_before=2025-10
/articles/?country__any=ru&country__any=ua&has=date&dated__not=none&language=und&origin=editor
/articles/?country__main=ru&density=compact&sort=oldest /articles/?view=map
/articles/?view=timeline /articles/?view=table /articles/?view=map&q=zzz
/articles/?q=country:atlantis+after:x+x* /articles/?after=n1 /articles/facets/topic/
/articles/facets/outlet/?name=zzz /articles/facets/author/?page=2 /actors/ /countries/?order=name
/countries/?q=rus /organisations/?all=1 /topics/?q=zzz /topics/?order=x&y=1 /countries/russia/
/countries/ukraine/ /actors/vladimir-putin/ /topics/sanctions/ /organisations/nato/ /dyads/
/dyads/?days=30 /dyads/russia-ukraine/ /dyads/nobody-nowhere/ /nowhere/some-words/ /articles/feed/
/articles/feed/?colour=blue
"""


def french_addresses(article) -> list[str]:
    pages = PAGES.split()
    url = article.get_absolute_url()
    pages += [url, f"{url}?tag=country:ru", f"{url}?tag=all", f"{url}?tag=topic:x&in=country%3Dru"]
    return [f"/fr{page}" for page in pages]


class Heard(HTMLParser):
    """The texts of a page that are sentences of its own: what stands in elements and in what is read out."""

    SPOKEN = ("title", "aria-label", "placeholder", "content")

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.texts += [
            value
            for name, value in attrs
            if value and (name in self.SPOKEN or name.startswith("data-")) and name != "data-density-choice"
        ]

    def handle_data(self, data):
        self.texts.append(data)


def english() -> set[str]:
    """Return the sentences without places that French says in other words."""
    path = PROJECT / "newsroom/locale/fr/LC_MESSAGES/django.po"
    plain = {
        entry.msgid: said(entry)
        for entry in polib.pofile(str(path))
        if not PLACE.search(entry.msgid) and "<" not in entry.msgid and len(entry.msgid) > 2
    }
    french = {text for texts in plain.values() for text in texts}
    return {message for message in plain if message not in french}


def test_no_english_sentence_is_left_on_any_french_page(client, archive):
    sentences, data = english(), {"Note", "Russian", "Ukraine", "Russia", "President", "Capital"}
    left = {}
    for address in french_addresses(archive):
        response = client.get(address, follow=True)
        page = Heard()
        page.feed(response.content.decode())
        texts = {re.sub(r"\s+", " ", unescape(text)).strip(" ,.:") for text in page.texts}
        if found := {text for text in texts if text in sentences or f"{text}." in sentences} - data:
            left[address] = found

    assert left == {}


def test_every_french_page_says_that_it_is_french_and_leads_to_french_pages_alone(client, archive):
    for address in french_addresses(archive):
        response = client.get(address, follow=True)
        html = response.content.decode()
        if "xml" in response["Content-Type"]:
            assert 'xml:lang="fr"' in html
            continue
        links = set(re.findall(r'(?:href|action|data-suggest)="(/[^"]*)"', html))
        strange = {link for link in links if not link.startswith(("/fr/", "/static/", "/api/"))}
        own = set(re.findall(r'<a href="(/[^"]*)" hreflang="en"', html))

        assert '<html lang="fr">' in html
        assert strange - own == set(), address


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_page_has_one_language_whoever_asks(client, archive, method):
    ask = getattr(client, method)
    asked = {"headers": {"Accept-Language": "fr", "Cookie": "django_language=fr"}}

    plain, french = ask("/articles/", **asked), ask("/fr/articles/", headers={"Accept-Language": "en"})

    for response in (plain, french):
        assert "Accept-Language" not in response["Vary"]
        assert not response.cookies
    if method == "get":
        assert '<html lang="en">' in plain.content.decode()
        assert '<html lang="fr">' in french.content.decode()
    assert plain["ETag"] != french["ETag"]


def test_a_page_names_itself_in_each_language(client, archive):
    html = client.get("/fr/articles/?country=russia&sort=oldest").content.decode()
    site = "http://testserver"
    query = "articles/?country=ru&amp;sort=oldest"

    assert f'<link rel="canonical" href="{site}/fr/{query}">' in html
    assert re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', html) == [
        ("en", f"{site}/{query}"),
        ("fr", f"{site}/fr/{query}"),
        ("x-default", f"{site}/{query}"),
    ]


def test_the_switch_keeps_the_page_and_forgets_who_sent_its_reader(client, archive):
    html = client.get("/articles/?country=ru&utm_source=mail&country=ua&fbclid=1").content.decode()

    assert '<a href="/fr/articles/?country=ru&amp;country=ua" hreflang="fr" lang="fr"' in html
    assert '<span lang="en" aria-current="true">English</span>' in html


def test_what_went_wrong_leads_to_the_front_page_of_the_other_language(client, archive):
    html = client.get("/fr/nowhere/some-words/").content.decode()

    assert '<a href="/" hreflang="en" lang="en"' in html
    assert "«\u00a0some words\u00a0»" in html


def test_a_form_that_is_too_long_is_refused_in_french(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440

    response = client.generic("POST", "/fr/articles/", b"", CONTENT_LENGTH="12345678901")

    assert response.status_code == 413
    said = f"un formulaire peut contenir 2,6 Mo, celui-ci en contient 12{HARD}345,7{NARROW}; envoyez-en moins"
    assert said in response.content.decode()


def test_a_beginning_of_too_many_words_is_refused_in_french(client, archive, monkeypatch):
    monkeypatch.setattr(asking, "MAX_EXPANSIONS", 0)

    html = client.get("/fr/articles/?q=tal*").content.decode()

    assert f"tapez plus de lettres de «{HARD}tal{HARD}»" in html


def test_a_list_of_tags_calls_its_parameters_as_readers_do(client, archive):
    html = client.get("/fr/countries/?order=up&colour=red").content.decode()

    assert f"<b>Tri</b>{HARD}: «{HARD}up{HARD}» n’est pas un tri" in html
    assert "<b>colour</b> n’est pas une option de cette liste." in html


def test_a_prefix_alone_is_completed_and_leads_to_nothing_else(client, archive):
    assert client.get("/fr")["Location"] == "/fr/"
    assert client.get("/fr/articles?country=ru")["Location"] == "/fr/articles/?country=ru"
    for address in ("/fr/admin/", "/fr/fr/", "/de/articles/", "/en/articles/", "/FR/articles/", "/fr//"):
        assert client.get(address).status_code == 404, address


def test_crawlers_are_kept_from_the_same_places_in_every_language(client, db):
    closed = client.get("/robots.txt").content.decode().splitlines()

    assert {"Disallow: /suggest/", "Disallow: /fr/suggest/", "Disallow: /fr/articles/facets/"} <= set(closed)


def test_programs_are_answered_in_one_language_at_one_address(client, archive):
    english, french = client.get("/api/v1/articles/?country=ru"), client.get("/fr/api/v1/articles/")

    assert english.json()["title"] == "Articles about Russia"
    assert french.status_code == 404


def test_a_file_has_its_keys_in_english_and_its_sentences_in_french(client, archive):
    def text(name: str) -> str:
        return b"".join(client.get(f"/fr/articles/export/{name}/?country=ru").streaming_content).decode()

    assert text("csv").startswith("\ufeffid,published_on,")
    assert text("markdown").startswith(f"# Articles{HARD}: Russia\n")
    assert "1er octobre 2025" in text("text")
    assert "archivé à l’adresse http://testserver/fr/articles/" in text("text")
    assert "year = {2025}" in text("bibtex")


def test_suggestions_speak_the_language_of_their_box(client, archive):
    (found,) = client.get("/fr/suggest/?q=russ").json()["suggestions"]

    assert (found["label"], found["operator"]) == ("Pays", "country:russia")


def test_the_desk_speaks_english(client, alice):
    client.force_login(alice)

    assert '<html lang="en-gb"' in client.get("/admin/").content.decode()


def test_what_is_remembered_of_a_page_in_one_language_is_not_told_in_another(client, archive, monkeypatch):
    """The memories of a process hold addresses and names; here they are on, unlike in other tests."""
    monkeypatch.undo()
    address = "articles/?has=date&country=russia"
    pages = [client.get(f"/{prefix}{address}").content.decode() for prefix in ("", "fr/", "", "fr/")]

    assert pages[0] == pages[2]
    assert pages[1] == pages[3]
    assert "a publication date" in pages[0]
    assert "/fr/articles/1" not in pages[0].replace('href="/fr/articles/?', "")
    assert "une date de parution" in pages[1]


# --- Which languages are offered --------------------------------------------------------------------------


def settings_of(**variables: str) -> str:
    code = """
import django
django.setup()
from django.conf import settings
from django.urls import reverse
from articles.filters import ArticleFilter
from articles.languages import speaking
def place(code):
    with speaking(code):
        return reverse("article_list")
print(settings.LANGUAGE_CODE, [place("en-gb"), place("fr")])
"""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "newsroom.settings", **variables}
    run = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, env=env)
    return run.stdout.strip() or run.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("offered", "outcome"),
    [
        ("", "en-gb ['/articles/', '/fr/articles/']"),
        ("en", "en-gb ['/articles/', '/articles/']"),
        ("fr", "fr ['/articles/', '/articles/']"),
        ("fr,en", "fr ['/en/articles/', '/articles/']"),
        ("fr,xx", "READER_LANGUAGES=fr,xx: xx is not among en, fr"),
    ],
)
def test_an_archive_offers_the_languages_it_is_told_to_its_own_first(offered, outcome, tmp_path):
    assert settings_of(READER_LANGUAGES=offered, NEWSROOM_DATA=str(tmp_path)).endswith(outcome)


def test_what_is_kept_for_readers_is_not_in_the_language_of_the_desk_where_that_is_not_offered(settings):
    settings.READER_LANGUAGES, settings.LANGUAGE_CODE = {"fr": ("fr", "Français")}, "fr"
    kept = (languages.editions, languages._book_of, editions._part)
    template = Template('{% load editions %}{% lasting "_theme.html" %}')
    for one in kept:
        one.cache_clear()
    try:
        said = []
        for code in ("en-gb", "fr"):
            with speaking(code):
                said.append((languages.edition().code, template.render(Context())))
    finally:
        for one in kept:
            one.cache_clear()

    assert [code for code, _ in said] == ["en", "fr"]
    assert ["Theme: dark" in html for _, html in said] == [True, False]
    assert ["sombre" in html for _, html in said] == [False, True]


def test_names_of_sorts_of_office_are_told_apart_in_every_language():
    """They head the groups of one page."""
    from articles.profiles.tenures import CHIEF, LESSER, OTHERS

    sorts = [*CHIEF, *LESSER, OTHERS]
    with speaking("fr"):
        assert len({phrases.gettext(sort) for sort in sorts}) == len(sorts)


def test_a_tag_keeps_its_name_and_says_in_which_language_it_is(client, archive):
    assert Tag.objects.get(key="ru").name == "Russia"

    html = client.get("/fr/countries/russia/").content.decode()

    assert '<h1 class="title marked" dir="auto" lang="en">Russia</h1>' in html


def test_where_the_facts_of_an_accepted_actor_are_from_is_said_in_french(client, archive):
    make_tag("actor/Ann Poe", source=NAMED_HERE)

    html = client.get("/fr/actors/ann-poe/").content.decode()

    assert f"Source de ces données{NARROW}: des articles de ces archives" in html.replace(HARD, NARROW)
    assert NAMED_HERE not in html
