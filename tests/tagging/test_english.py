"""Texts that the tagger does not read: stated to be in another language, or in another script."""

from __future__ import annotations

import pytest

from articles.tagging.english import Foreign, foreign

ARABIC = "التقى وزير الخارجية نظيره في القاهرة يوم الخميس"
ADDRESS = f"https://example.org/{'talks-in-cairo-' * 20}"
ENGLISH = "The ministers met in Cairo on Thursday, “as friends”."


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("", ENGLISH, None),
        ("en", ENGLISH, None),
        ("en-GB", ENGLISH, None),
        ("eng", ENGLISH, None),
        ("und", ENGLISH, None),
        ("", "Les ministres se sont rencontrés à Paris, où l'été s'achève déjà.", None),
        ("fr", "Les ministres se sont rencontrés.", Foreign.LANGUAGE),
        ("pt-BR", "Os ministros encontraram-se.", Foreign.LANGUAGE),
        ("ar", ARABIC, Foreign.LANGUAGE),
        ("", ARABIC, Foreign.SCRIPT),
        ("en", ARABIC, Foreign.SCRIPT),
        ("", f"{ARABIC} [here]({ADDRESS}) {ADDRESS}", Foreign.SCRIPT),
        ("", f"{ENGLISH} {ENGLISH} The minister is called عباس عراقچی.", None),
        ("", "", None),
        ("", "2 + 2 = 4 …………………………", None),
    ],
)  # fmt: skip
def test_foreign(language, text, expected):
    assert foreign(language, text) is expected


def test_the_title_is_looked_at_with_the_text():
    assert foreign("", "لقاء في القاهرة", "") is Foreign.SCRIPT
