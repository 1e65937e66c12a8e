"""Front-matter tags that the gazetteer lacks: kept, counted, and gone once they are known."""

from __future__ import annotations

import pytest

from articles import gazetteer
from articles.importing.run import import_paths
from articles.importing.unmatched import write_unmatched
from articles.models import KeywordUse, Tagging, UnmatchedKeyword
from articles.tagging.records import Alias, Entry, Kind
from tests.factories import make_article

pytestmark = pytest.mark.django_db

RUSSIA = Entry(
    kind=Kind.COUNTRY, slug="russia", name="Russia", key="ru", aliases=(Alias("Russia"),), source="test"
)
ARCTIC = Entry(
    kind=Kind.TOPIC, slug="arctic", name="Arctic", key="arctic", aliases=(Alias("High North"),), source="test"
)


def counts() -> dict[str, int]:
    """Return the kept numbers, which are those of the uses."""
    kept = dict(UnmatchedKeyword.objects.values_list("text", "use_count"))
    assert kept == {word.text: word.uses.count() for word in UnmatchedKeyword.objects.all()}
    return kept


def write(folder, name, *keywords):
    tags = "".join(f"- {keyword}\n" for keyword in keywords)
    (folder / name).write_text(
        f"---\ntitle: {name}\ndate: 2025-10-17\ntags:\n{tags}---\nThe talks of {name}.\n"
    )


def test_a_tag_of_a_file_that_names_nothing_is_kept_and_counted(tmp_path):
    gazetteer.load([RUSSIA], release="1")
    write(tmp_path, "one.md", "Russia", "High North", "Longreads")
    write(tmp_path, "two.md", "high north")

    import_paths([tmp_path])

    assert counts() == {"High North": 2, "Longreads": 1}
    assert list(Tagging.objects.values_list("tag__slug", "origin")) == [("russia", "frontmatter")]


def test_a_keyword_that_the_gazetteer_learns_is_no_longer_listed(tmp_path):
    gazetteer.load([RUSSIA], release="1")
    write(tmp_path, "one.md", "High North", "Longreads")
    import_paths([tmp_path])

    gazetteer.load([RUSSIA, ARCTIC], release="2")
    import_paths([tmp_path])

    assert counts() == {"Longreads": 1}
    assert list(Tagging.objects.values_list("tag__slug", "origin")) == [("arctic", "frontmatter")]


def test_a_keyword_that_left_its_file_is_no_longer_listed(tmp_path):
    gazetteer.load([RUSSIA], release="1")
    write(tmp_path, "one.md", "Longreads", "Opinion")
    import_paths([tmp_path])

    write(tmp_path, "one.md", "Opinion")
    import_paths([tmp_path])

    assert counts() == {"Opinion": 1}


def test_every_article_counts_that_the_list_of_uses_shows():
    withdrawn = make_article(status="withdrawn")
    write_unmatched({withdrawn.pk: ["Opinion"], make_article().pk: ["opinion", "Other"]})
    write_unmatched({withdrawn.pk: ["Opinion"]})
    assert counts() == {"Opinion": 2, "Other": 1}

    write_unmatched({withdrawn.pk: ["Other", "other", "New"]})

    assert counts() == {"Opinion": 1, "Other": 2, "New": 1}


def test_the_statements_do_not_grow_with_the_keywords(django_assert_num_queries):
    few, many = make_article(), make_article()

    with django_assert_num_queries(5):
        write_unmatched({few.pk: ["one"]})
    with django_assert_num_queries(5):
        write_unmatched({many.pk: [f"word {number}" for number in range(60)]})

    assert KeywordUse.objects.count() == 61
