"""What many taggings are called by: their tags, one for all that name it, and the titles of their articles.

Rows that are given back together would else each hold a tag of its own, or ask for it one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import batched

from articles.history.effects import BATCH
from articles.models import Article, Tag, Tagging


class SharedTags(dict[int, Tag]):
    """Tags by their numbers, read once."""

    def give(self, rows: Sequence[Tagging]) -> None:
        """Let taggings know their tags; one whose tag is gone knows none."""
        if missing := {row.tag_id for row in rows} - self.keys():
            self.update(Tag.objects.in_bulk(missing))
        for row in rows:
            if row.tag_id in self:
                row.tag = self[row.tag_id]


def give_titles(rows: Iterable[Tagging]) -> None:
    """Let taggings know the titles of their articles, for their names in the trail."""
    for some in batched(rows, BATCH):
        pks = [row.article_id for row in some]
        titles = dict(Article.objects.filter(pk__in=pks).values_list("pk", "title"))
        for row in some:
            row.title = titles[row.article_id]  # type: ignore[attr-defined]  # as `lock_rows` has it
