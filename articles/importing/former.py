"""What an undo makes of one article: its former columns, authors and taggings, save what an editor decided.

Decides in memory, from rows that `undo` has read; nothing is written here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from articles.importing.corrections import Held
from articles.importing.taggings import (
    Step,
    Texts,
    Values,
    columns_of,
    moved_mentions,
    suggestion,
    texts_of,
)
from articles.importing.trail import COLUMNS, Authors
from articles.models import Article, Change, Tagging

STATUS = ("status", "withdrawal")


@dataclass(frozen=True, slots=True)
class Remark:
    """What to tell people of one article: what was kept in it, or why it was left as it is."""

    article_id: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Merged:
    """Which record stands today for each that was merged into another: their ids, table by table."""

    tags: Mapping[int, int]
    outlets: Mapping[int, int]
    authors: Mapping[int, int]

    def followed(self, values: Values) -> Values:
        """Return what the trail keeps of an article, in the ids of today."""
        followed = dict(values)
        if "taggings" in values:
            rows = _dict(values, "taggings")
            today = {str(self.tags.get(int(tag), int(tag))): columns for tag, columns in rows.items()}
            # Of two that are one now, what was said of the one that stands.
            followed["taggings"] = today | {tag: rows[tag] for tag in rows if int(tag) not in self.tags}
        if "outlet_id" in values:
            outlet = cast("int", values["outlet_id"])
            followed["outlet_id"] = self.outlets.get(outlet, outlet)
        if isinstance(authors := values.get("authors"), list):
            followed["authors"] = [*dict.fromkeys(self.authors.get(pk, pk) for pk in authors)]
        return followed


@dataclass(slots=True)
class Past:
    """One article as a run found it: what the run changed in it, folded into one step.

    ``before`` is None if the run made it.
    """

    before: Values | None
    after: Values

    @classmethod
    def of(cls, changes: Iterable[Change], merged: Merged) -> Past:
        """Return the changes of one article, in their order, as one, in the ids of today."""
        changes = list(changes)
        before: Values = {}
        after: Values = {}
        for change in changes:
            after |= _folded(after, change.after or {})
        for change in reversed(changes):
            before |= _folded(before, change.before or {})
        is_new = any(change.before is None for change in changes)
        return cls(None if is_new else merged.followed(before), merged.followed(after))

    def steps(self) -> list[Step]:
        """Return what the run did to taggings: tag, columns before, columns after."""
        after = _dict(self.after, "taggings")
        steps = ((tag, old, after.get(tag)) for tag, old in _dict(self.before or {}, "taggings").items())
        return [(int(tag), old, new) for tag, old, new in steps if old is not None or new is not None]

    def authors(self) -> list[int] | None:
        """Return the former authors, None if the run did not change them."""
        return cast("list[int] | None", (self.before or {}).get("authors"))

    def corrections(self) -> Held:
        """Return what the article's file had said in fields that editors corrected, where that changed."""
        return cast("Held", (self.before or {}).get("corrections") or {})


def _folded(values: Values, over: Values) -> Values:
    """Return the values of ``over``, its taggings column by column upon those of ``values``."""
    if "taggings" not in over:
        return over
    rows = _dict(values, "taggings")
    for tag, columns in _dict(over, "taggings").items():
        known = rows.get(tag)
        rows = {**rows, tag: {**known, **columns} if known and columns else columns}
    return {**over, "taggings": rows}


def _dict(values: Mapping[str, object], name: str) -> dict[str, Values | None]:
    return cast("dict[str, Values | None]", values.get(name) or {})


@dataclass(slots=True)
class Facts:
    """What else deciding needs to know of the archive as it stands."""

    release: str  # of the gazetteer that the run tagged by
    outlets: Collection[int]
    authors: Collection[int]
    tags: Mapping[int, str]  # names
    authors_of: Mapping[int, list[int]]
    taggings_of: Mapping[int, dict[int, Tagging]]  # by article and tag
    edited_since: Mapping[int, Collection[str]]  # columns by article


@dataclass(slots=True)
class Former:
    """One article as it will be: set in memory; what to write beside it, and what was kept."""

    article: Article
    authors: Authors | None = None
    added: list[Values] = field(default_factory=list)
    changed: list[Tagging] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def withdraw(article: Article, facts: Facts) -> Former:
    """Take an article back that the run made."""
    former = Former(article)
    if "status" in article.edited_fields:
        former.kept.append("its status, which an editor set")
        return former
    article.status, article.withdrawal = Article.Status.WITHDRAWN, Article.Withdrawal.UNDONE
    decided = [row for row in facts.taggings_of.get(article.pk, {}).values() if row.is_decided]
    if article.edited_fields:
        former.kept.append(f"withdrawn with what an editor corrected: {_words(article.edited_fields)}")
    if decided:
        names = _words(facts.tags[row.tag_id] for row in decided)
        former.kept.append(f"withdrawn with the tags an editor decided: {names}")
    return former


def give_back(article: Article, past: Past, facts: Facts) -> Former:
    """Give an article back what it was before the run changed it."""
    former = Former(article)
    texts = texts_of(article)
    for name, value in (past.before or {}).items():
        if name in COLUMNS:
            _give_back_column(former, name, value, facts)
    _give_back_authors(former, past.authors(), facts)
    steps = past.steps()
    for step in steps:
        _give_back_tagging(former, step, texts, facts)
    # Given since, by whomever: their words may stand elsewhere, or nowhere, in the former text.
    others = facts.taggings_of.get(article.pk, {}).keys() - {tag for tag, _, _ in steps}
    for tag in sorted(others) if texts != texts_of(article) else ():
        row = facts.taggings_of[article.pk][tag]
        now = columns_of(row)
        row.mentions = moved_mentions(row.mentions, texts, texts_of(article))
        _note(former, row, now)
    return former


def _give_back_column(former: Former, name: str, value: object, facts: Facts) -> None:
    article = former.article
    shown = "status" if name in STATUS else name.removesuffix("_id")
    if shown in article.edited_fields:
        if name != "withdrawal":
            former.kept.append(f"its {shown.replace('_', ' ')}, which an editor set")
    elif name == "outlet_id" and value is not None and value not in facts.outlets:
        former.kept.append("its outlet, for the former one is gone")
    else:
        setattr(article, name, COLUMNS[name].to_python(value))


def _give_back_authors(former: Former, wanted: Sequence[int] | None, facts: Facts) -> None:
    if wanted is None:
        return
    if "authors" in former.article.edited_fields:
        former.kept.append("its authors, which an editor set")
        return
    there = [pk for pk in wanted if pk in facts.authors]
    former.authors = (facts.authors_of.get(former.article.pk, []), there)


def _give_back_tagging(former: Former, step: Step, texts: Texts, facts: Facts) -> None:
    """Give back one tagging; ``texts`` are those the current mentions point into."""
    tag, before, after = step
    article = former.article
    row = facts.taggings_of.get(article.pk, {}).get(tag)
    edited = facts.edited_since.get(article.pk, ())
    if row is None:
        if before is not None and tag in facts.tags:
            values = {**before, "mentions": _former_mentions(before, [], edited)}
            former.added.append(suggestion(article, tag, values))
            former.steps.append((tag, None, values))
        return
    now = columns_of(row)
    if not row.is_decided and before is None:
        former.gone.append(row.pk)
        former.steps.append((tag, now, None))
        return
    if row.is_decided and (before is None or after is None or set(before) - {"mentions", "release"}):
        former.kept.append(f"the tag {facts.tags[tag]}, which an editor decided")
    if before is None or after is None:
        row.mentions = moved_mentions(row.mentions, texts, texts_of(article))
    elif "mentions" in before:
        row.mentions = _former_mentions(before, row.mentions, edited)
    if not row.is_decided and before is not None:
        for name in set(before) - {"mentions"}:
            setattr(row, name, before[name])
    _note(former, row, now)


def _note(former: Former, row: Tagging, before: Values) -> None:
    """Note how a tagging differs from its columns before, if it does."""
    names = [name for name, value in before.items() if getattr(row, name) != value]
    if names:
        former.changed.append(row)
        former.steps.append((row.tag_id, {name: before[name] for name in names}, columns_of(row, names)))


def _former_mentions(
    before: Values, current: Sequence[Sequence[object]], edited: Collection[str]
) -> list[list[object]]:
    """Return the former mentions; in a text that an editor has edited since, those that follow its words."""
    mentions = cast("list[list[object]]", before.get("mentions") or [])
    return [
        *(mention for mention in mentions if mention[0] not in edited),
        *(list(mention) for mention in current if mention[0] in edited),
    ]


def was_tagged_again(article: Article, past: Past, facts: Facts) -> bool:
    """Return whether a later release of the gazetteer has changed what the run did to the tags."""
    rows = facts.taggings_of.get(article.pk, {})
    for tag, _, after in past.steps():
        row = rows.get(tag)
        if row is None:
            if after is not None:
                return True
        elif not row.is_decided and (after is None or row.release != facts.release):
            return True
    return False


def _words(names: Iterable[str]) -> str:
    return ", ".join(sorted(name.replace("_", " ") for name in names))
