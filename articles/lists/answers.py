"""One search, checked and answered with ids alone: what exports, feeds and an article's neighbours need."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.http import QueryDict

from articles.filters import ArticleFilter
from articles.lists.fallback import find_in_database
from articles.lists.problems import Problem, find_problems, problem
from articles.phrases import gettext
from articles.search import sync
from articles.search.address import CURSORS, Address
from articles.search.engine import IndexUnusable
from articles.search.query import Criteria, CursorError, Result, WordsError
from articles.search.wording import title_of

NOTHING = Result([], 0, "", {})


@dataclass(frozen=True, slots=True)
class Answer:
    """The articles of one search, by id.

    ``problems`` are what could not be understood: with any of them there is no result, for what leaves the
    archive carries no note beside it.  ``has_moved``: the search names something by an old
    key, for which ``address`` has today's.
    """

    address: Address
    title: str
    criteria: Criteria = field(default_factory=Criteria)
    result: Result = NOTHING
    problems: list[Problem] = field(default_factory=list)
    has_moved: bool = False


def answer(data: QueryDict, path: str, *, limit: int) -> Answer:
    """Return the first ``limit`` articles of a search, or of the page that its cursor names.

    While there is no index the database answers.  Raise IndexUnusable for words then.
    """
    asked = ArticleFilter(data)
    address = asked.address(path)
    if problems := find_problems(asked, address):
        return Answer(address, gettext("Articles"), problems=problems)
    criteria = asked.criteria
    title = title_of(criteria, asked.names)
    after, before = (address.value_of(name) for name in CURSORS)
    try:
        result = _find(asked, criteria, after=after, before=before, limit=limit)
    except CursorError as error:
        cursor = CURSORS[0] if after else CURSORS[1]
        return Answer(address, title, problems=[problem(asked, cursor, str(error), address)])
    except WordsError as error:
        return Answer(address, title, problems=[problem(asked, "q", str(error), address)])
    return Answer(address, title, criteria, result, has_moved=asked.has_moved)


def _find(asked: ArticleFilter, criteria: Criteria, *, after: str, before: str, limit: int) -> Result:
    try:
        return sync.search(criteria, limit=limit, after=after, before=before)
    except IndexUnusable:
        if criteria.words:
            raise
        return find_in_database(asked.qs, criteria.order, after=after, before=before, limit=limit)
