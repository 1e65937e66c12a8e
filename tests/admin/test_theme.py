"""The desk and the reading room are printed on the same paper."""

from __future__ import annotations

import re
from pathlib import Path

CSS = Path(__file__).resolve().parents[2] / "static" / "css"


def tokens(name: str) -> dict[str, str]:
    """Return the custom properties of a style sheet that both sheets may have, as first declared."""
    found: dict[str, str] = {}
    for key, value in re.findall(r"(--[a-z-]+):\s*([^;]+);", (CSS / name).read_text(encoding="utf-8")):
        found.setdefault(key, value)
    return found


def test_colours_and_type_are_those_of_the_reading_room():
    desk, room = tokens("admin.css"), tokens("newsroom.css")
    shared = [name for name in desk if name in room]

    assert len(shared) > 15
    assert {name: desk[name] for name in shared} == {name: room[name] for name in shared}
