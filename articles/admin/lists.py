"""Lists on the desk: searches with an end, filters that name what they show, dates that exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.options import IS_FACETS_VAR
from django.contrib.admin.views.main import (
    ORDER_VAR,
    SEARCH_VAR,
    ChangeList,
    ChangeListSearchForm,
)
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    Manager,
    Model,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.functional import cached_property

if TYPE_CHECKING:
    Pages = Paginator[Any]
else:  # Django's class takes no type arguments when the code runs
    Pages = Paginator

MAX_SEARCH = 200  # characters of a search term
MAX_SEARCH_WORDS = 10  # each word is one more condition on every search field
LAST_YEAR = 9998  # its end can still be computed in every time zone
MAX_PK = 2**63 - 1  # the largest id either database knows

COUNTED = (
    5_000  # rows that a list counts and pages through, and that an action takes: more are narrowed first
)
DONE_HERE = 5_000  # rows that are written or undone while a browser waits, about ten seconds
MANY = 1_000  # rows of one record that are counted for a list of records
FEW = 20_000  # rows that lead to records: up to so many are gathered first, more are met on the way

# What the list filters of Django add to a field's name.  Anything else (regex, contains) is refused.
FILTER_SUFFIXES = ("", "exact", "isnull", "gte", "lt", "year", "month", "day", "in")


class CappedSearchForm(ChangeListSearchForm):
    """The search box of a list, with an end."""

    def clean(self) -> dict[str, Any]:
        """Refuse a term that is too long; the list then shows nothing rather than everything."""
        term = self.cleaned_data.get(SEARCH_VAR, "")
        if is_too_long(term):
            raise ValidationError(
                f"Search for at most {MAX_SEARCH_WORDS} words and {MAX_SEARCH} characters; nothing is shown."
            )
        return self.cleaned_data


def is_too_long(term: str) -> bool:
    """Return whether a search term would cost more than any reader needs."""
    return len(term) > MAX_SEARCH or len(term.split()) > MAX_SEARCH_WORDS


class CappedPaginator(Pages):
    """The pages of the first `COUNTED` rows: to count all of a large table takes seconds."""

    @cached_property
    def found(self) -> int:
        """Return how many rows there are, one more than `COUNTED` for all numbers beyond."""
        rows = self.object_list
        if not isinstance(rows, QuerySet):
            return min(len(rows), COUNTED + 1)
        return rows.order_by().values("pk")[: COUNTED + 1].count()

    @property
    def count(self) -> int:
        """Return how many rows the pages hold."""
        return min(self.found, COUNTED)

    @property
    def is_capped(self) -> bool:
        """Return whether there are rows beyond the last page."""
        return self.found > COUNTED


class DeskChangeList(ChangeList):
    """A list that shows nothing for a search it cannot understand, and costs the same however long it is."""

    is_capped = False

    search_form_class = CappedSearchForm

    def __init__(self, request: HttpRequest, *args: object) -> None:
        super().__init__(request, *args)  # type: ignore[arg-type]  # passed on as they came
        self.title = str(self.opts.verbose_name_plural).capitalize()

    @property
    def is_narrowed(self) -> bool:
        """Return whether something was searched or filtered: to sort leaves nothing out."""
        return bool(self.query or self.params.keys() - {SEARCH_VAR, ORDER_VAR, IS_FACETS_VAR})

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: list[str | None] | None = None
    ) -> QuerySet[Any]:
        """Return the rows asked for; none when the search term was refused."""
        rows = super().get_queryset(request, exclude_parameters)
        return rows if self.search_form_class(request.GET).is_valid() else rows.none()

    def get_results(self, request: HttpRequest) -> None:
        """Find the keys of the page first, then its rows with all that they show.

        In one query SQLite sorts a whole table joined with others before it takes the first rows.
        """
        super().get_results(request)
        self.is_capped = getattr(self.paginator, "is_capped", False)
        page: QuerySet[Any] = self.result_list
        keys = list(page.select_related(None).prefetch_related(None).values_list("pk", flat=True))
        rows = {row.pk: row for row in self.queryset.filter(pk__in=keys).order_by()}
        self.result_list = [rows[key] for key in dict.fromkeys(keys) if key in rows]

    def get_ordering_field(self, field_name: Any) -> Any:  # noqa: ANN401  # a name or a callable, as Django's
        """Return the column to sort by, None where the list offers no sorting by it."""
        return super().get_ordering_field(field_name) if field_name in (self.sortable_by or ()) else None


def is_real(suffix: str, value: str, *, has_time: bool) -> bool:
    """Return whether a bound of a date is one that the databases can compare: year 9999 is not."""
    if suffix in {"year", "month", "day"}:
        return value.isascii() and value.isdecimal() and 1 <= int(value[:5]) <= LAST_YEAR
    if suffix in {"gte", "lt"}:
        try:
            moment = parse_datetime(value)
        except ValueError:
            return False
        return moment is not None and moment.year <= LAST_YEAR and has_time == (moment.tzinfo is not None)
    return True


class ChosenFilter(admin.SimpleListFilter):
    """A filter that other pages link to: it shows what was chosen, never thousands of choices.

    It says by ``lookup``, or in `narrowed`, which rows are the chosen record's.
    """

    model: type[Model]
    lookup: str

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Return the one chosen record."""
        value = request.GET.get(self.parameter_name or "")
        if not value:
            return []
        self.chosen = record = find(self.model._default_manager, value)
        return [(value, str(record) if record else f"no such {self.title}")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows of the chosen record; none if there is no such record."""
        return queryset.none() if self.chosen is None else self.narrowed(queryset, self.chosen.pk)

    def narrowed(self, queryset: QuerySet[Any], pk: int) -> QuerySet[Any]:
        """Return the rows of the record with this id."""
        return queryset.filter(**{self.lookup: pk})


def reached(
    queryset: QuerySet[Any], rows: QuerySet[Any], column: str, *, met: QuerySet[Any] | None = None
) -> QuerySet[Any]:
    """Return the records that any of these rows points to by ``column``.

    Few rows are gathered first; of many, those of the records at the top of the list are met on the way:
    ``met`` are the same rows in words that make the database look them up by ``column``.
    """
    if rows.order_by().values("pk")[: FEW + 1].count() <= FEW:
        return queryset.filter(pk__in=rows.order_by().values(column))
    return queryset.filter(Exists((rows if met is None else met).filter(**{column: OuterRef("pk")})))


def pointing(queryset: QuerySet[Any], column: str, targets: QuerySet[Any]) -> QuerySet[Any]:
    """Return the records whose ``column`` points to any of these targets.

    As with `reached`: few are gathered first and then sorted, of many the list meets those on top.
    """
    every = queryset.model._default_manager.order_by()
    of_them = {f"{column}__in": targets.order_by().values("pk")}
    if every.filter(**of_them).values("pk")[: FEW + 1].count() <= FEW:
        return queryset.filter(**of_them)
    return queryset.filter(Exists(targets.filter(pk=OuterRef(column))))


def chosen(title: str, parameter: str, model: type[Model], lookup: str) -> type[ChosenFilter]:
    """Return a filter by one record of ``model``, for links such as ``?tag=5``."""
    attributes = {"title": title, "parameter_name": parameter, "model": model, "lookup": lookup}
    return type(f"Chosen{model.__name__}Filter", (ChosenFilter,), attributes)


def number_of(rows: QuerySet[Any], column: str) -> Case:
    """Return an expression: how many of the rows point to the record by ``column``, to be told by `told`.

    Of many no more is found out than that they are many: to count the articles of the hundred tags of a page
    would read a large archive from end to end.
    """
    own = rows.filter(**{column: OuterRef("pk")}).order_by()
    count = Subquery(own.values(column).annotate(n=Count("pk")).values("n"), IntegerField())
    is_many = Exists(own.values("pk")[MANY : MANY + 1])
    return Case(When(is_many, then=Value(MANY + 1)), default=Coalesce(count, 0))


def told(number: int) -> str:
    """Return a number of `number_of` in words."""
    return f"more than {MANY:,}" if number > MANY else f"{number:,}"


def find[Row: Model](rows: Manager[Row] | QuerySet[Row], pk: object) -> Row | None:
    """Return the row with this id, None if there is none or no row could have it."""
    return rows.filter(pk=pk).first() if is_id(pk) else None


def find_or_404[Row: Model](rows: Manager[Row] | QuerySet[Row], pk: object) -> Row:
    """Return the row with this id; raise Http404 if there is none."""
    row = find(rows, pk)
    if row is None:
        raise Http404
    return row


def is_id(value: object) -> bool:
    """Return whether this text can be the id of a row."""
    text = str(value)
    return text.isascii() and text.isdecimal() and int(text[:20]) <= MAX_PK
