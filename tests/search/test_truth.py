"""Engine and SQL give the same answer: random archives, random searches, before and after random changes."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from django.db import transaction
from django.http import QueryDict
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from articles.filters import ArticleFilter
from articles.lists.listing import Listing, list_articles
from articles.lists.searchbox import understood
from articles.models import Article, Authorship, Tag, Tagging
from articles.records import merging
from articles.records.combining import Choice
from articles.records.merging import MergeError
from articles.search import sync, upkeep
from articles.search.engine import FACETS
from articles.search.query import SUFFIXES, Match, Sort
from articles.search.vocabulary import VOCABULARIES, language_keys
from tests.factories import make_article, make_tag, make_tagging

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("NEWSROOM_EXAMPLES", "25"))  # more for a longer look
KINDS = ("actor", "country", "organisation", "topic")
NAMES = ("a", "b", "c")  # of every facet; tag c is retired
LANGUAGES = (
    "",
    "en",
    "en",
    "pt",
    "pt-BR",
    "pt_MZ",
    "PT-br",
    "zh-Hans",
    "und",
    "English",
    "e",
    "en-",
    "ſs",
    "en\n",
)
VALUES = {
    **dict.fromkeys((*KINDS, "outlet", "author"), ("a", "a", "b", "b", "c")),
    "language": ("en", "pt", "pt-br", "pt-mz", "zh", "zh-hans", "und", "none", "portuguese", "ss", "e"),
    **{facet: (*values, "nothing") for facet, values in VOCABULARIES.items()},
}
DAYS = [dt.date(2025, 1, 1) + dt.timedelta(days=days) for days in (0, 1, 31, 364, 365)]


# --- Random archives --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sketch:
    """One article to be made."""

    tags: dict[tuple[str, str], tuple[str, str, str]]  # (kind, name) -> (role, status, origin)
    outlet: str
    authors: list[str]
    published_on: dt.date | None
    clipped_on: dt.date | None
    status: str
    precision: str = "day"
    language: str = ""


@dataclass(frozen=True)
class Act:
    """One change of an archive: what happens to which article, counted around."""

    verb: str
    number: int
    kind: str
    name: str


# Verbs that set fields of the article.
CHANGES: dict[str, dict[str, object]] = {
    "withdraw": {"status": Article.Status.WITHDRAWN},
    "publish": {"status": Article.Status.PUBLIC},
    "date": {"sort_on": DAYS[-1], "published_on": DAYS[-1], "published_precision": "month"},
    "translate": {"language": "pt-BR"},
}
taggings = st.dictionaries(
    st.tuples(st.sampled_from(KINDS), st.sampled_from(NAMES)),
    st.tuples(*map(st.sampled_from, (Tagging.Role.values, Tagging.Status.values, Tagging.Origin.values))),
    max_size=6,
)
sketches = st.builds(
    Sketch,
    tags=taggings,
    outlet=st.sampled_from(["", *NAMES]),
    authors=st.lists(st.sampled_from(NAMES), unique=True, max_size=2),
    published_on=st.none() | st.sampled_from(DAYS),
    clipped_on=st.none() | st.sampled_from(DAYS),
    status=st.sampled_from([Article.Status.PUBLIC] * 5 + [Article.Status.DRAFT, Article.Status.WITHDRAWN]),
    precision=st.sampled_from(Article.DatePrecision.values),
    language=st.sampled_from(LANGUAGES),
)
acts = st.builds(
    Act,
    verb=st.sampled_from([*CHANGES, "delete", "reject", "confirm", "tag", "merge", "retire", "add"]),
    number=st.integers(0, 20),
    kind=st.sampled_from(KINDS),
    name=st.sampled_from(NAMES),
)


def make(sketch: Sketch) -> Article:
    article = make_article(
        outlet=sketch.outlet,
        authors=sketch.authors,
        published_on=sketch.published_on,
        clipped_on=sketch.clipped_on,
        status=sketch.status,
        published_precision=sketch.precision,
        language=sketch.language,
    )
    for (kind, name), (role, status, origin) in sketch.tags.items():
        make_tagging(article, make_tag(f"{kind}/{name}"), role=role, status=status, origin=origin)
    return article


def perform(act: Act) -> None:
    """Change the archive as its editors would."""
    articles = list(Article.objects.order_by("pk"))
    if act.verb == "add" or not articles:
        make(
            Sketch(
                {(act.kind, act.name): ("main", "confirmed", "editor")}, act.name, [], DAYS[0], None, "public"
            )
        )
        return
    article = articles[act.number % len(articles)]
    changed = [article.pk]
    taggings = Tagging.objects.filter(tag__kind=act.kind, tag__slug=act.name)
    if act.verb == "delete":
        article.delete()
    elif act.verb == "reject":
        taggings.filter(article=article).update(status=Tagging.Status.REJECTED)
    elif act.verb == "confirm":
        taggings.filter(article=article).update(status=Tagging.Status.CONFIRMED)
    elif act.verb == "merge":
        merge(act.kind)
        return
    elif act.verb == "tag" and not taggings.filter(article=article).exists():
        make_tagging(article, make_tag(f"{act.kind}/{act.name}"), role=Tagging.Role.MAIN)
    elif act.verb == "retire":
        changed = list(taggings.values_list("article_id", flat=True))
        Tag.objects.filter(kind=act.kind, slug=act.name).update(is_retired=True)
    elif act.verb in CHANGES:
        Article.objects.filter(pk=article.pk).update(**CHANGES[act.verb])
    sync.enqueue(changed)


def merge(kind: str) -> None:
    """Let tag b be tag a from now on, as an editor does it; nothing if it is, or tag a is retired."""
    one, other = (Tag.objects.get(kind=kind, slug=slug) for slug in "ba")
    with contextlib.suppress(MergeError):
        merging.merge([one], other, by=None, choice=Choice.NEWER)


# --- Random searches --------------------------------------------------------------------------------------

parameters = st.one_of(
    st.builds(
        lambda asked, match: (asked[0] + SUFFIXES[match], asked[1]),
        st.sampled_from(FACETS).flatmap(
            lambda facet: st.tuples(st.just(facet), st.sampled_from(VALUES[facet]))
        ),
        st.sampled_from([Match.ALL, Match.ANY, Match.NOT]),
    ),
    st.builds(lambda kind, name: (f"{kind}__main", name), st.sampled_from(KINDS), st.sampled_from("aabbc")),
    st.builds(
        lambda date, bound, value: (f"{date}_{bound}", value),
        st.sampled_from(["published", "clipped"]),
        st.sampled_from(["after", "before"]),
        st.sampled_from(["2025", "2025-01", "2025-02", *(day.isoformat() for day in DAYS)]),
    ),
)


@dataclass(frozen=True)
class Asked:
    """One search to be held against SQL."""

    parameters: list[tuple[str, str]] = field(default_factory=list)
    order: Sort = Sort.NEWEST
    limit: int = 25

    def query(self) -> QueryDict:
        data = QueryDict(mutable=True)
        for name, value in self.parameters:
            if name.endswith(("_after", "_before")):
                data[name] = value
            else:
                data.appendlist(name, value)
        data["sort"] = self.order.value
        return data


searches = st.builds(
    Asked,
    parameters=st.lists(parameters, max_size=4),
    order=st.sampled_from([Sort.NEWEST, Sort.OLDEST]),
    limit=st.integers(1, 6),
)


def counts_in_sql(found: ArticleFilter) -> dict[str, dict[str, int]]:
    """Return how many of the articles have each value of each facet."""
    pks = set(found.qs.values_list("pk", flat=True))
    has: dict[str, defaultdict[str, set[int]]] = {facet: defaultdict(set) for facet in FACETS}
    rows = Tagging.objects.standing().filter(article__in=pks)
    for pk, kind, key, origin, status in rows.values_list(
        "article", "tag__kind", "tag__key", "origin", "status"
    ):
        for facet, value in ((kind, key), ("has", kind), ("origin", origin), ("status", status)):
            has[facet][value].add(pk)
    for pk, slug in Authorship.objects.filter(article__in=pks).values_list("article", "author__slug"):
        has["author"][slug].add(pk)
        has["has"]["author"].add(pk)
    articles = Article.objects.filter(pk__in=pks).values_list(
        "pk", "outlet__slug", "published_on", "published_precision", "language"
    )
    for pk, outlet, day, precision, language in articles:
        if outlet:
            has["outlet"][outlet].add(pk)
            has["has"]["outlet"].add(pk)
        has["dated"][precision if day else "none"].add(pk)
        if day:
            has["has"]["date"].add(pk)
        for key in language_keys(language):
            has["language"][key].add(pk)
        if "und" not in language_keys(language):
            has["has"]["language"].add(pk)
    return {facet: {key: len(pks) for key, pks in values.items()} for facet, values in has.items()}


def assert_same_answer(search: Asked) -> None:
    found = ArticleFilter(search.query())
    if problems := found.problems():
        assert not found.qs.exists()
        # The rest of it is a search too.
        rest = [(name, value) for name, value in search.parameters if name not in problems]
        assert_same_answer(replace(search, parameters=rest))
        return
    criteria = found.criteria
    order = ("sort_on", "pk") if search.order is Sort.OLDEST else ("-sort_on", "-pk")
    expected = list(found.qs.order_by(*order).values_list("pk", flat=True))

    ids: list[int] = []
    cursor = ""
    while True:
        page = sync.search(criteria, limit=search.limit, after=cursor, facets=FACETS)
        ids += page.ids
        cursor = page.next_cursor
        assert page.count == len(expected)
        counted = {facet: {k: n for k, n in values if n} for facet, values in page.facets.items()}
        assert counted == counts_in_sql(found)
        if not cursor:
            break

    assert ids == expected
    for (facet, _), keys in criteria.values.items():
        assert set(keys) <= {key for key, _ in page.facets[facet]}


@contextmanager
def archive_of(settings, articles: list[Sketch]) -> Iterator[None]:
    """Make an archive with an index of its own, and unmake it."""
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        settings.NEWSROOM_INDEX = Path(folder) / "index"
        for kind in KINDS:
            make_tag(f"{kind}/a", key=f"{kind}-key")
            make_tag(f"{kind}/b")
            make_tag(f"{kind}/c", is_retired=True)
        for sketch in articles:
            make(sketch)
        sync.rebuild()
        yield
        upkeep._engines.clear()
        transaction.set_rollback(True)


@examples(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    articles=st.lists(sketches, min_size=1, max_size=10),
    changes=st.lists(acts, max_size=5),
    before=st.lists(searches, min_size=3, max_size=6),
    after=st.lists(searches, min_size=3, max_size=6),
)
def test_engine_and_sql_give_the_same_answer(settings, articles, changes, before, after):
    with archive_of(settings, articles):
        for search in [Asked(), *before]:
            assert_same_answer(search)
        for act in changes:
            perform(act)
        for search in [Asked(limit=2), *after]:
            assert_same_answer(search)
        assert sync.compare().is_equal


# --- What a page promises ---------------------------------------------------------------------------------


def listed(query: QueryDict | str) -> Listing:
    return list_articles(QueryDict(query) if isinstance(query, str) else query, "/articles/")


def behind(url: str) -> Listing:
    """Return the list that a link leads to."""
    return listed(url.partition("?")[2])


def count_behind(url: str) -> int:
    """Return how many articles a link leads to."""
    asked = ArticleFilter(QueryDict(url.partition("?")[2]))
    assert asked.problems() == {}
    return sync.search(asked.criteria, limit=1).count


def assert_counts_are_kept(listing: Listing) -> None:
    """Follow every link of the facets: it leads to as many articles as stands beside it."""
    for group in listing.facets:
        for value in group.values:
            if value.is_excluded:
                assert value.count == 0
            elif not value.is_active:
                assert count_behind(value.add_url) == value.count
                assert count_behind(value.exclude_url) == listing.count - value.count


@examples(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(articles=st.lists(sketches, min_size=1, max_size=8), search=searches)
def test_every_count_is_the_number_of_articles_behind_its_link(settings, articles, search):
    with archive_of(settings, articles):
        listing = listed(search.query())
        if not listing.is_refused:
            assert_counts_are_kept(listing)


@examples(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(articles=st.lists(sketches, min_size=1, max_size=8), wanted=st.lists(searches, min_size=1, max_size=5))
def test_a_search_its_address_and_its_line_in_the_box_find_the_same(settings, articles, wanted):
    with archive_of(settings, articles):
        for search in wanted:
            asked = ArticleFilter(search.query())
            if asked.problems():
                continue
            listing = listed(asked.data)

            again = behind(str(listing.address))
            line = QueryDict(mutable=True)
            line.update({"q": listing.box, "sort": search.order.value})
            boxed = listed(understood(line))

            shown = [row.id for row in listing.rows]
            assert [row.id for row in again.rows] == [row.id for row in boxed.rows] == shown
            assert again.count == boxed.count == listing.count == asked.qs.count()
            assert again.title == listing.title
            assert boxed.notes == []
