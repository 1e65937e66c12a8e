"""The page of all components."""

from __future__ import annotations

import re

from articles import styleguide, urls
from tests.conftest import PROJECT


def test_it_is_there_for_who_works_on_it_alone(client, rf, db):
    assert client.get("/styleguide/").status_code == 404
    assert styleguide.show(rf.get("/styleguide/")).status_code == 200
    assert "styleguide" not in {getattr(route, "name", "") for route in urls.urlpatterns}


def test_it_shows_nothing_that_the_pages_do_not_have(rf, db):
    html = styleguide.show(rf.get("/styleguide/")).content.decode()
    css = (PROJECT / "static/css/newsroom.css").read_text(encoding="utf-8")

    shown = {name for names in re.findall(r'class="([^"]*)"', html) for name in names.split()}
    assert {name for name in shown if not re.search(rf"\.{name}\b", css)} == set()
