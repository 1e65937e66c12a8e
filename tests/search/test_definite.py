"""Which names people say with the definite article."""

from __future__ import annotations

import pytest

from articles.search.definite import takes_article

WITH = [
    "United States", "United Kingdom", "United Arab Emirates", "Netherlands", "Philippines",
    "Bahamas", "Gambia", "Czech Republic", "Dominican Republic", "Marshall Islands", "Isle of Man",
    "Soviet Union", "West Bank", "Gaza Strip", "Strait of Hormuz", "South China Sea",
    "European Union", "United Nations", "African Union", "Arab League", "IMF", "IAEA", "World Bank",
    "International Court of Justice", "UN Security Council", "UN Mission in Kosovo", "Wagner Group",
    "Kurdistan Workers' Party", "Taliban", "Committee to Protect Journalists",
    "Gulf of Guinea Commission",
]  # fmt: skip
WITHOUT = [
    "The Elders Council",
    "Russia", "China", "South Korea", "DR Congo", "Congo-Brazzaville", "New Zealand", "Ivory Coast",
    "Timor-Leste", "NATO", "ASEAN", "UNESCO", "Hamas", "Boko Haram", "Islamic State",
    "Human Rights Watch", "UN Women", "Amnesty International", "Reporters Without Borders",
    "Frontex", "Freedom House", "ru",
]  # fmt: skip


@pytest.mark.parametrize("name", WITH)
def test_a_name_that_people_say_with_an_article_has_it(name):
    assert takes_article(name)


@pytest.mark.parametrize("name", WITHOUT)
def test_a_name_that_people_say_without_an_article_has_none(name):
    assert not takes_article(name)
