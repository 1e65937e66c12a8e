"""The cards of the review queue: what a person has to see of a suggestion to decide it at a glance."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from articles.admin.desk import link_to
from articles.admin.taggings import show_evidence
from articles.models import Article, Tagging
from articles.review.decisions import version
from articles.review.queue import Place
from articles.tagging.doubt import GROUND_WORDS, Reason, Seen, doubt_of, reasons_of

SENTENCES = 3
OTHERS_SHOWN = 12  # tags of the same article, the most central first
WORDS_SHOWN = 4  # different words that earned the tag, the most frequent first
UNREAD = ("article__extra", "article__cuts", "article__keywords")
# From this salience on; half is where a finding becomes a main subject.
SALIENCES = ((0.7, "central"), (0.5, "prominent"), (0.3, "touched on"), (0.0, "in passing"))
# A rule as it stands behind the words it found.
BY_RULE = {
    "name": "by name", "office": "by office", "demonym": "by its people", "place": "a place in it",
    "capital": "its capital", "implied": "from another tag", "former": "by a former name",
    "metonym": "a word that stands for it", "surname": "by surname", "trigger": "a phrase of the topic",
    "dateline": "filed from there", "company": "home of a company",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class OtherTag:
    """Another tag of the same article, and what somebody said of it."""

    name: str
    kind: str
    is_main: bool
    status: str
    decided_by: str
    decided_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Card:
    """One suggestion: the tag, the article, the evidence, and why it is to be doubted."""

    tagging: Tagging
    version: str
    evidence: str
    words: list[str]
    salience: str
    doubt: int
    reasons: list[Reason]
    others: list[OtherTag]
    more: int

    @property
    def article(self) -> Article:
        """Return the article that the suggestion is about."""
        return self.tagging.article

    @property
    def article_link(self) -> SafeString:
        """Return the way to the article on the desk."""
        return link_to(self.article)

    @property
    def place(self) -> Place:
        """Return where the queue goes on behind this card."""
        return Place(self.tagging.review_rank, self.tagging.pk)

    @property
    def public_url(self) -> str:
        """Return the article's page, if readers may see it."""
        is_public = self.article.status == Article.Status.PUBLIC
        return self.article.get_absolute_url() if is_public else ""


def read_cards(pks: Sequence[int]) -> list[Card]:
    """Return the cards of these suggestions, in this order; of those that are gone none.  Two queries."""
    rows = Tagging.objects.filter(pk__in=pks).select_related("tag", "article__outlet").defer(*UNREAD)
    found = {row.pk: row for row in rows}
    others = _read_others({row.article_id for row in found.values()})
    return [_card(found[pk], others[found[pk].article_id]) for pk in pks if pk in found]


def seen_of(tagging: Tagging) -> Seen:
    """Return what its doubt rests on."""
    is_in_file = tagging.origin == Tagging.Origin.FRONT_MATTER
    rules = [rule for *_, rule in tagging.mentions]
    tag = tagging.tag
    return Seen(tag.kind, tagging.role, tagging.salience, rules, is_in_file, tag.is_ambiguous)


def _card(tagging: Tagging, others: Mapping[int, OtherTag]) -> Card:
    seen = seen_of(tagging)
    besides = [other for pk, other in others.items() if pk != tagging.pk]
    return Card(
        tagging=tagging,
        version=version(tagging),
        evidence=show_evidence(tagging, shown=SENTENCES),
        words=list(_words(tagging)),
        salience=next(words for least, words in SALIENCES if tagging.salience >= least),
        doubt=doubt_of(seen),
        reasons=reasons_of(seen),
        others=besides[:OTHERS_SHOWN],
        more=max(len(besides) - OTHERS_SHOWN, 0),
    )


def _read_others(articles: Iterable[int]) -> dict[int, dict[int, OtherTag]]:
    """Return the tags of these articles by article and number, main ones first."""
    rows = Tagging.objects.filter(article__in=articles, tag__is_retired=False)
    columns = (
        "article_id", "pk", "tag__name", "tag__kind", "role", "status", "decided_by__username", "decided_at",
    )  # fmt: skip
    found: dict[int, dict[int, OtherTag]] = defaultdict(dict)
    for article, pk, name, kind, role, status, who, at in rows.order_by("role", "-salience").values_list(
        *columns
    ):
        is_main = role == Tagging.Role.MAIN
        found[article][pk] = OtherTag(name, kind, is_main, status, who or "somebody who left", at)
    return found


def _words(tagging: Tagging) -> Iterable[str]:
    """Yield the words that earned the tag with their rule: ``“Xi” 3 times, by surname``."""
    article = tagging.article
    counts: Counter[tuple[str, str]] = Counter()
    for mention in tagging.mentions:
        match mention:
            case [("title" | "standfirst" | "body") as part, int(start), int(end), str(rule)]:
                words = " ".join(getattr(article, part)[max(start, 0) : end].split())
                counts[words, rule] += bool(words)
    for (words, rule), count in counts.most_common(WORDS_SHOWN):
        times = f" {count} times" if count > 1 else ""
        yield f"“{words}”{times}, {BY_RULE.get(rule, rule)}"


def rule_choices() -> list[tuple[str, str]]:
    """Return the rules a queue may be narrowed to, in words."""
    return list(GROUND_WORDS.items())
