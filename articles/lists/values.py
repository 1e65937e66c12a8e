"""All values of one facet that the articles of a search have: a page to look through, and to find names."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from articles.filters import ONCE, ArticleFilter
from articles.lists.facets import FacetValue, facet_address, facet_values, name_values
from articles.lists.problems import Problem, find_problems, problem
from articles.lists.suggesting import read_byline_names, read_tag_names
from articles.models import TagKind
from articles.phrases import gettext, marked
from articles.search import sync
from articles.search.address import Address
from articles.search.engine import IndexUnusable
from articles.search.fields import NameField
from articles.search.names import is_called
from articles.search.query import WordsError
from articles.search.wording import title_of

PAGE_SIZE = 120  # values; three columns of forty
# Values counted at once: more than any gazetteer has; of the authors of a million articles the busiest.
MOST = 20_000

REBUILDING = marked("The search index is being rebuilt. Until it is ready, nothing can be counted.")


@dataclass(frozen=True, slots=True)
class ValueList:
    """One page of the values of one facet in the result of a search.

    ``title`` is the search in words, ``list_url`` its list.  ``count`` values are listed on all pages
    together; ``is_cut`` says that rarer ones are left out.  ``moved_url`` is its address of today, where the
    search names something by an old key.
    """

    facet: str
    heading: str
    title: str
    path: str
    list_url: str
    all_url: str
    name: str = ""
    values: list[FacetValue] = field(default_factory=list)
    count: int = 0
    is_cut: bool = False
    previous_url: str = ""
    next_url: str = ""
    notice: str = ""
    problems: list[Problem] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)
    moved_url: str = ""


class ValueForm(forms.Form):
    """What a reader may ask of the values: a name, a page."""

    name = NameField(label=_("Name"), max_length=100, required=False)
    page = forms.IntegerField(label=_("Page"), min_value=1, max_value=MOST // PAGE_SIZE, required=False)


def list_values(facet: str, data: QueryDict) -> ValueList:
    """Return the page of values that a query string asks for: by a search, a name, a number."""
    own = {name: data.getlist(name) or [""] for name in ValueForm.base_fields}
    form = ValueForm({name: written[-1] for name, written in own.items()})
    search = data.copy()
    for name in own:
        search.pop(name, [])
    asked = ArticleFilter(search)
    address = asked.address(reverse("article_list")).first_page()
    here = facet_address(facet, address)
    listed = ValueList(
        facet=facet,
        heading=ArticleFilter.facets()[facet],
        title=gettext("Articles"),
        path=here.path,
        list_url=str(address),
        all_url=str(here),
        problems=[*_form_problems(form, own, here), *find_problems(asked, here)],
        kept=list(here.parameters),
        moved_url=_page_url(here, own["name"][-1], own["page"][-1]) if asked.has_moved else "",
    )
    if any(not one.is_unknown for one in listed.problems):
        return listed
    name, page = form.cleaned_data["name"], form.cleaned_data["page"] or 1
    criteria = asked.criteria
    try:
        counts = sync.facet(criteria, facet, limit=MOST)
    except IndexUnusable:
        return replace(listed, notice=gettext(REBUILDING))
    except WordsError as error:
        return replace(listed, problems=[problem(asked, "q", str(error), here), *listed.problems])
    is_cut = len(counts) == MOST
    if name:
        called = _keys_called(facet, name, [key for key, _ in counts])
        counts = [pair for pair in counts if pair[0] in called]
    shown = {facet: counts[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]}
    names = {**asked.names, **name_values(shown, known=asked.names)}
    return replace(
        listed,
        title=title_of(criteria, names),
        name=name,
        values=list(facet_values(facet, criteria, shown[facet], names, address)),
        count=len(counts),
        is_cut=is_cut,
        previous_url=_page_url(here, name, page - 1) if page > 1 else "",
        next_url=_page_url(here, name, page + 1) if len(counts) > page * PAGE_SIZE else "",
    )


def _form_problems(form: ValueForm, written: Mapping[str, list[str]], here: Address) -> list[Problem]:
    messages = [(name, str(error).rstrip(".")) for name, errors in form.errors.items() for error in errors]
    messages += [(name, str(ONCE)) for name, texts in written.items() if len(texts) > 1]
    return [Problem(name, str(form.fields[name].label), message, str(here)) for name, message in messages]


def _keys_called(facet: str, typed: str, keys: Sequence[str]) -> Collection[str]:
    """Return which values have a name of which each word typed begins a word."""
    if facet not in {*TagKind.values, "outlet", "author"}:
        return {key for key in keys if is_called(ArticleFilter.value_name(facet, key), typed)}
    book = read_tag_names() if facet in TagKind.values else read_byline_names()
    found = (book.entries[number] for number in book.beginning(typed))
    return {known.key for known in found if known.kind == facet}


def _page_url(here: Address, name: str, page: int | str) -> str:
    own = [("name", name), ("page", str(page) if str(page) not in {"0", "1"} else "")]
    return str(Address.of(here.path, [*here.parameters, *own], [*here.order, "name", "page"]))
