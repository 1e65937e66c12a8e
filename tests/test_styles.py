"""The style sheet and the pages know the same classes."""

from __future__ import annotations

import re

import pytest

from articles.lists.worldmap import TINTS, Tint
from articles.models import TagKind
from articles.search.query import Density
from tests.conftest import PROJECT

# Written by htmx while a request is under way.
FOREIGN = {"htmx-request"}


@pytest.fixture(scope="module")
def styled() -> set[str]:
    css = (PROJECT / "static/css/newsroom.css").read_text(encoding="utf-8")
    return set(re.findall(r"\.([a-z][\w-]*)", re.sub(r"/\*.*?\*/|\"[^\"]*\"", "", css, flags=re.DOTALL)))


@pytest.fixture(scope="module")
def used() -> set[str]:
    # What only the style guide shows is left over.
    pages = [
        path
        for path in PROJECT.glob("templates/**/*.html")
        if "admin" not in path.parts and path.name != "styleguide.html"
    ]
    # Where markup is made without a template, for speed.
    makers = [
        PROJECT / "articles/charts.py",
        PROJECT / "articles/lists/worldmap.py",
        *PROJECT.glob("articles/templatetags/*.py"),
    ]
    names = {f"is-{state}" for state in ("active", "excluded", "spare", *Density)}
    names |= {Tint(number, 1, 1).name for number in range(1, TINTS + 1)}
    for html in (path.read_text(encoding="utf-8") for path in (*pages, *makers)):
        if "<style>" in html:  # a page that is saved as a file brings its own
            continue
        for classes in re.findall(r'class="([^"]*)"', html):
            # class="facet is-{{ group.name }}{% if group.is_used %} is-used{% endif %}"; class="chip{state}"
            classes = re.sub(r"is-\{\{.*?\}\}", " ".join(f"is-{kind}" for kind in TagKind.values), classes)
            names |= set(re.sub(r"\{.*?\}+", "", classes).split())
    scripts = "".join(path.read_text(encoding="utf-8") for path in PROJECT.glob("static/js/*.js"))
    evidence = {"evidence", *(f"evidence-{kind}" for kind in TagKind.values)}
    return names | evidence | set(re.findall(r'classList\.\w+\("([\w-]+)", "([\w-]+)"\)', scripts).pop())


def test_no_style_is_left_over(styled, used):
    assert styled - used - FOREIGN == set()


def test_no_class_is_without_a_style(styled, used):
    assert used - styled == set()
