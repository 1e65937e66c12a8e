"""Writes which front-matter tags name nothing in the gazetteer, and which articles' files give them.

A chunk of articles takes a fixed number of statements, however many keywords they have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Greatest

from articles.models import KeywordUse, UnmatchedKeyword
from articles.tagging.folding import fold_keyword

BATCH = 500  # rows by one statement
LONGEST = 200  # characters of a keyword, as the column has it; a longer one is a sentence


def write_unmatched(words: Mapping[int, Iterable[str]]) -> None:
    """Store the unmatched keywords of some articles, by the articles' ids, in place of those they had before.

    Call inside the transaction that wrote the articles.
    """
    if not words:
        return
    wanted = {article_id: _by_folded(given) for article_id, given in words.items()}
    stored = {
        (use.article_id, use.keyword.folded): use
        for use in KeywordUse.objects.filter(article__among=words).select_related("keyword")
    }
    keywords = _keywords(wanted)
    added = [
        KeywordUse(article_id=article_id, keyword_id=keywords[folded])
        for article_id, given in wanted.items()
        for folded in given
        if stored.pop((article_id, folded), None) is None
    ]
    # Two imports never run at once, but a re-tag of the same article may have come between.
    KeywordUse.objects.bulk_create(added, batch_size=BATCH, ignore_conflicts=True)
    changed = Counter(use.keyword_id for use in added)
    changed.subtract(use.keyword_id for use in stored.values())
    _count(changed)
    if stored:
        KeywordUse.objects.filter(pk__in=[use.pk for use in stored.values()]).delete()
        in_use = Exists(KeywordUse.objects.filter(keyword=OuterRef("pk")))
        gone = {use.keyword_id for use in stored.values()}
        UnmatchedKeyword.objects.filter(pk__in=gone).exclude(in_use).delete()


def _count(changed: Mapping[int, int]) -> None:
    """Add to the kept numbers of uses, all keywords that change by the same number at once."""
    by_number: dict[int, list[int]] = {}
    for pk, number in changed.items():
        if number:
            by_number.setdefault(number, []).append(pk)
    for number, pks in sorted(by_number.items()):
        rows = UnmatchedKeyword.objects.filter(pk__in=pks)
        rows.update(use_count=Greatest(F("use_count") + number, 0))


def _by_folded(words: Iterable[str]) -> dict[str, str]:
    folded = {fold_keyword(word): word for word in words if len(word) <= LONGEST}
    return {name: word for name, word in folded.items() if name and len(name) <= LONGEST}


def _keywords(wanted: Mapping[int, Mapping[str, str]]) -> dict[str, int]:
    """Return the ids of these keywords by folded name, made where there are none yet."""
    texts: dict[str, str] = {}
    for article_id in sorted(wanted):
        texts = {**wanted[article_id], **texts}  # the first spelling stays
    if not texts:
        return {}
    there = UnmatchedKeyword.objects.filter(folded__among=texts)
    ids = dict(there.values_list("folded", "pk"))
    made = [UnmatchedKeyword(folded=folded, text=text) for folded, text in texts.items() if folded not in ids]
    UnmatchedKeyword.objects.bulk_create(made, batch_size=BATCH)
    return ids | {row.folded: row.pk for row in made}
