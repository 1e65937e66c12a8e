"""One search, ready to show: the rows, counts and links that list pages and the API are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from django.http import QueryDict

from articles.filters import ArticleFilter
from articles.lists.chips import DATES, Chip, Turn, make_chips, make_switches
from articles.lists.facets import FacetGroup, FacetValue, group_facets, name_values
from articles.lists.fallback import find_in_database
from articles.lists.offers import Offer, find_offers
from articles.lists.problems import Problem, find_problems, problem
from articles.lists.rows import Row, TagLabel, read_rows
from articles.lists.searchbox import notes_on, written
from articles.lists.timeline import Timeline, draw_timeline
from articles.lists.viewlinks import Look, ViewLink, density_links, sort_links, view_links
from articles.lists.waysout import WayOut, find_ways_out
from articles.phrases import gettext, grouped, marked
from articles.search import sync
from articles.search.address import CURSORS, Address
from articles.search.engine import IndexUnusable
from articles.search.query import Criteria, CursorError, Density, Result, View, WordsError
from articles.search.wording import title_of

__all__ = [
    "Chip",
    "FacetGroup",
    "FacetValue",
    "Listing",
    "Problem",
    "Row",
    "TagLabel",
    "ViewLink",
    "list_articles",
]

PAGE_SIZE = {Density.COMFORTABLE: 25, Density.COMPACT: 50}  # articles
# In other views; a map and a timeline show the whole result, and none of its articles.
VIEW_SIZE = {View.TABLE: 100, View.MAP: 1, View.TIMELINE: 1}
FACET_LIMIT = 20  # values counted of each facet, unless it is asked otherwise
NOINDEX_FROM = 3  # filters; search engines would crawl combinations for ever

REBUILDING = marked("The search index is being rebuilt. Until it is ready, filters work but show no counts.")
REBUILDING_WORDS = marked("The search index is being rebuilt. Words can be searched again when it is ready.")


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of one search.

    ``position`` is how many articles of the result come before the page, None while they cannot be counted.
    ``is_searchable`` is False while the index is being rebuilt; ``notice`` then says so.  ``form_values`` are
    the single-valued parameters as the reader wrote them, ``kept`` the others, for hidden fields.  ``box`` is
    the whole search as one line of the search box, ``linked_notes`` what was not understood of
    its words, each with the searches that may be meant.
    ``has_moved`` says that the search names something by an old key, for which ``address`` has today's.
    ``criteria`` is the search itself, None where it is refused; ``months`` and ``days`` count its articles by
    time; ``offers`` are other searches where this one, of words, finds nothing, ``ways_out`` those
    without one of its conditions.
    """

    address: Address
    title: str
    words: str = ""
    box: str = ""
    linked_notes: list[tuple[str, list[Turn]]] = field(default_factory=list)
    count: int = 0
    position: int | None = None
    rows: list[Row] = field(default_factory=list)
    timeline: Timeline | None = None
    facets: list[FacetGroup] = field(default_factory=list)
    chips: list[Chip] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    ways_out: list[WayOut] = field(default_factory=list)
    switches: list[Turn] = field(default_factory=list)
    look: Look = field(default_factory=Look)
    criteria: Criteria | None = None
    months: Mapping[str, int] = field(default_factory=dict)
    days: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    previous_cursor: str = ""
    next_cursor: str = ""
    notice: str = ""
    is_searchable: bool = True
    is_noindex: bool = False
    has_moved: bool = False
    form_values: Mapping[str, str] = field(default_factory=dict)
    kept: list[tuple[str, str]] = field(default_factory=list)

    @property
    def notes(self) -> list[str]:
        """Return what was not understood of its words: one sentence each, without a full stop."""
        return [note for note, _ in self.linked_notes]

    @property
    def is_refused(self) -> bool:
        """Return whether a value could not be understood, so that no articles are shown."""
        return any(not problem.is_unknown for problem in self.problems)

    @property
    def has_pages(self) -> bool:
        """Return whether its articles come one after the other, in some order."""
        return self.look.view in (View.LIST, View.TABLE)

    @property
    def next_url(self) -> str:
        """Return the address of the next page, empty on the last."""
        return str(self.address.page(self.next_cursor)) if self.next_cursor else ""

    @property
    def previous_url(self) -> str:
        """Return the address of the page before this one, empty on the first."""
        return str(self.address.page_before(self.previous_cursor)) if self.previous_cursor else ""

    @property
    def first_url(self) -> str:
        """Return the address of the first page, empty on it."""
        first = self.address.first_page()
        return "" if first == self.address else str(first)

    @property
    def canonical_url(self) -> str:
        """Return the address that stands for this page however densely it is shown."""
        alike = ("view", View.LIST.value)
        kept = (pair for pair in self.address.parameters if pair[0] != "density" and pair != alike)
        return str(replace(self.address, parameters=tuple(kept)))

    @property
    def place(self) -> str:
        """Return which articles of the result these are, empty where they are all or cannot be counted."""
        if self.position is None or not self.rows or len(self.rows) == self.count:
            return ""
        return f"{grouped(self.position + 1)}–{grouped(self.position + len(self.rows))}"

    @property
    def density_name(self) -> str:
        """Return how closely its address says that it is set; empty where the browser may say."""
        return next((one.value for one in Density if self.address.has("density", one.value)), "")

    @property
    def has_dates(self) -> bool:
        """Return whether it asks for a span of days."""
        return any(self.form_values.get(name) for name in DATES)

    @property
    def open_facets(self) -> list[FacetGroup]:
        """Return the facets that stand open beside the list."""
        return [group for group in self.facets if not group.is_folded]

    @property
    def folded_facets(self) -> list[FacetGroup]:
        """Return the facets behind one line: those that tell articles apart, or that the search names."""
        return [
            group
            for group in self.facets
            if group.is_folded and (group.is_used or group.tells_apart(self.count))
        ]

    @property
    def is_unfolded(self) -> bool:
        """Return whether the search names a value of a facet that waits behind the line."""
        return any(group.is_used for group in self.folded_facets)


def list_articles(
    parameters: QueryDict, path: str, *, limit: int | None = None, facet_limit: int = FACET_LIMIT
) -> Listing:
    """Return the page of articles that a query string asks for; ``path`` is where its links lead.

    A value that means nothing yields its problem and no articles.  A parameter that means nothing is a
    problem beside the result.  A page has ``limit`` articles, or as many as suit its density.
    """
    asked = ArticleFilter(parameters)
    address = asked.address(path)
    listing = _unanswered(asked, address)
    if listing.is_refused:
        return listing
    criteria = asked.criteria
    density = Density(asked.form.cleaned_data["density"] or Density.COMFORTABLE)
    view = View(asked.form.cleaned_data["view"] or View.LIST)
    size = limit or VIEW_SIZE.get(view, PAGE_SIZE[density])
    try:
        found, notice = _find(asked, criteria, address, limit=size, facet_limit=facet_limit)
    except CursorError as error:
        cursor = next((name for name in CURSORS if address.value_of(name)), CURSORS[0])
        return replace(listing, problems=[problem(asked, cursor, str(error), address), *listing.problems])
    except WordsError as error:
        return replace(listing, problems=[problem(asked, "q", str(error), address), *listing.problems])
    names = {**asked.names, **name_values(found.facets, known=asked.names)}
    chips = list(make_chips(asked, names, address))
    return replace(
        listing,
        title=title_of(criteria, names),
        count=found.count,
        position=None if notice else found.position,
        rows=read_rows(found.ids, sought=criteria.sought, words=criteria.words),
        timeline=_timeline(criteria, found, address),
        facets=group_facets(criteria, found.facets, names, address),
        chips=chips,
        ways_out=[] if found.count else find_ways_out(asked, criteria, chips, address.first_page()),
        offers=[] if found.count or notice else find_offers(criteria, address.first_page()),
        switches=list(make_switches(asked, address)),
        look=Look(
            view, view_links(view, address), sort_links(criteria, address), density_links(density, address)
        ),
        criteria=criteria,
        months=found.months,
        days=found.days,
        names=names,
        previous_cursor=found.previous_cursor,
        next_cursor=found.next_cursor,
        notice=notice,
        is_searchable=not notice,
        is_noindex=bool(listing.problems or criteria.words or len(address.filters()) >= NOINDEX_FROM),
    )


def _unanswered(asked: ArticleFilter, address: Address) -> Listing:
    """Return what stands before the search is answered: its form, and what could not be understood."""
    return Listing(
        address=address,
        title=gettext("Articles"),
        words=address.value_of("q"),
        box=written(asked),
        linked_notes=notes_on(asked, address),
        problems=find_problems(asked, address),
        is_noindex=True,
        has_moved=asked.has_moved,
        form_values={name: address.value_of(name) for name in ("q", *DATES)},
        kept=[
            (name, value)
            for name, value in address.first_page().parameters
            if name != "q" and name not in DATES
        ],
    )


# --- Finding the articles ---------------------------------------------------------------------------------


def _find(
    asked: ArticleFilter, criteria: Criteria, address: Address, *, limit: int, facet_limit: int
) -> tuple[Result, str]:
    """Return what the engine finds, or SQL while the index is unusable, and what is to be said about that."""
    after, before = (address.value_of(name) for name in CURSORS)
    try:
        found = sync.search(
            criteria,
            limit=limit,
            after=after,
            before=before,
            facets=tuple(asked.facets()),
            facet_limit=facet_limit,
            histogram=True,
        )
    except IndexUnusable:
        if criteria.words:
            return Result([], 0, "", {}), gettext(REBUILDING_WORDS)
        found = find_in_database(asked.qs, criteria.order, after=after, before=before, limit=limit)
        return found, gettext(REBUILDING)
    return found, ""


# --- Over time --------------------------------------------------------------------------------------------


def _timeline(criteria: Criteria, found: Result, address: Address) -> Timeline | None:
    """Return the result over time; None while it cannot be counted, or where it has no articles."""
    if not found.months and not (criteria.published_after or criteria.published_before):
        return None
    return draw_timeline(
        found.months,
        found.days,
        address=address,
        after=criteria.published_after,
        before=criteria.published_before,
    )
