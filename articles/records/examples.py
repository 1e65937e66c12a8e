"""A handful of the articles that a merge would change: what its preview shows beside the numbers.

Read before the merge, in a number of queries that does not grow with its articles.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from articles.models import Article, Authorship, Tag, Tagging
from articles.records.combining import Choice, unite
from articles.records.kinds import Record, column_of

SHOWN = 5  # articles of each kind
DECIDED = {Tagging.Status.CONFIRMED.value, Tagging.Status.REJECTED.value}
LISTED = ("title", "status", "published_on", "published_precision", "outlet__name")


@dataclass(frozen=True, slots=True)
class Example:
    """One article that changes: what was said of each tag, those that go first, and what is left of it.

    Of outlets and authors nothing is said.
    """

    article: Article
    said: list[Tagging] = field(default_factory=list)
    left: Tagging | None = None

    @property
    def is_unlike(self) -> bool:
        """Return whether one tag was decided otherwise than another."""
        return len({row.status for row in self.said}) > 1

    @property
    def is_disputed(self) -> bool:
        """Return whether editors contradicted each other, so that a choice says what is left."""
        return {row.status for row in self.said} >= DECIDED


@dataclass(slots=True)
class Examples:
    """Articles that only one of the records has, that have several, and those of these where words differ.

    ``overruled``: a decision beats a suggestion; ``contradicting``: one was confirmed, the other rejected.
    """

    moved: list[Example] = field(default_factory=list)
    united: list[Example] = field(default_factory=list)
    overruled: list[Example] = field(default_factory=list)
    contradicting: list[Example] = field(default_factory=list)


def find_examples(
    merged: Sequence[Record], survivor: Record, *, looked: int, choice: Choice = Choice.NEWER
) -> Examples:
    """Return up to `SHOWN` articles of each kind, what was written last first.  Four queries.

    Up to ``looked`` rows of the records that go are looked at: if they have no more, what is not found is
    not there.
    """
    picked = _pick(_words_by_article(merged, survivor, looked))
    wanted = [pk for pks in picked.values() for pk in pks]
    articles = Article.objects.select_related("outlet").only(*LISTED).in_bulk(wanted)
    said = _said(wanted, merged, survivor)
    return Examples(**{
        # One that went between the two queries is no example.
        name: [
            _example(articles[pk], said.get(pk, {}), merged, survivor, choice) for pk in pks if pk in articles
        ]
        for name, pks in picked.items()
    })  # fmt: skip


def _words_by_article(merged: Sequence[Record], survivor: Record, looked: int) -> dict[int, list[str]]:
    """Return the statuses under which articles have the records, one for each record; of no tag "" each."""
    going = [one.pk for one in merged]
    if column_of(survivor) == "outlet":
        of_them = Article.objects.filter(outlet__in=going).order_by("-sort_on", "-pk")
        return {pk: [""] for pk in of_them.values_list("pk", flat=True)[:SHOWN]}
    model: type[Tagging | Authorship] = Tagging if isinstance(survivor, Tag) else Authorship
    column = f"{column_of(survivor)}__in"
    rows = model._default_manager.filter(**{column: going}).order_by("-pk")
    last = list(rows.values_list("article_id", flat=True)[:looked])
    words: dict[int, list[str]] = {pk: [] for pk in last}
    beside = model._default_manager.filter(**{column: [*going, survivor.pk]}, article__in=list(words))
    status = ["status"] if model is Tagging else []
    for article, *said in beside.order_by().values_list("article_id", *status):
        words[article] += said or [""]
    return words


def _pick(words: Mapping[int, Sequence[str]]) -> dict[str, list[int]]:
    """Return the first articles of each kind."""
    picked: dict[str, list[int]] = {"moved": [], "united": [], "overruled": [], "contradicting": []}
    for article, said in words.items():
        pks = picked[_kind_of(said)]
        if len(pks) < SHOWN:
            pks.append(article)
    return picked


def _kind_of(said: Sequence[str]) -> str:
    if len(said) == 1:
        return "moved"
    if set(said) >= DECIDED:
        return "contradicting"
    return "overruled" if len(set(said)) > 1 else "united"


def _said(
    articles: Sequence[int], merged: Sequence[Record], survivor: Record
) -> dict[int, dict[int, Tagging]]:
    """Return the taggings of some articles by article and tag."""
    found: dict[int, dict[int, Tagging]] = defaultdict(dict)
    if isinstance(survivor, Tag):
        tags = [*(one.pk for one in merged), survivor.pk]
        rows = Tagging.objects.filter(article__in=articles, tag__in=tags)
        for row in rows.select_related("tag", "decided_by"):
            found[row.article_id][row.tag_id] = row
    return found


def _example(
    article: Article,
    said: Mapping[int, Tagging],
    merged: Sequence[Record],
    survivor: Record,
    choice: Choice,
) -> Example:
    """Return an article with what becomes of it, in the order in which `merging` takes the records."""
    left = copy.copy(said.get(survivor.pk))
    going = [said[one.pk] for one in merged if one.pk in said]
    for row in going:
        if left is None:
            left = copy.copy(row)
        else:
            unite(row, left, choice)
    staying = [said[survivor.pk]] if survivor.pk in said else []
    return Example(article, [*going, *staying], left)
