"""Make the world map of articles/lists/data from outlines: ``python docs/world_map.py OUTLINES.json``.

The outlines are Natural Earth's of 1:110 million, projected to a map 1,000 units wide: ``paths`` holds an SVG
path for each country code, ``points`` a place on the map for each.  Each point is rounded to whole units by
itself, so that the borders of neighbours still meet; what has no shape of any size then becomes a dot.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

MADE = Path(__file__).resolve().parent.parent / "articles/lists/data/world-map.json"
LEAST = 2  # units in both directions; an island smaller than that is left out
NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")

type Ring = list[tuple[int, int]]


def rings(path: str) -> Iterator[Ring]:
    """Yield the outlines of a path of ``M``, ``l`` and ``z``, rounded, without points that say nothing."""
    for part in path.split("M")[1:]:
        numbers = [float(number) for number in NUMBERS.findall(part)]
        x = y = 0.0
        points: Ring = []
        for across, down in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + across, y + down
            if (rounded := (round(x), round(y))) not in points[-1:]:
                points.append(rounded)
        width, height = (max(side) - min(side) for side in zip(*points, strict=True))
        if len(points) > 2 and width >= LEAST and height >= LEAST:
            yield points


def written(found: list[Ring]) -> str:
    """Return outlines as one path of relative steps, as short as can be."""
    text = ""
    for ring in found:
        text += f"M{ring[0][0]} {ring[0][1]}l"
        steps = [(x - a, y - b) for (a, b), (x, y) in pairwise(ring)]
        text += " ".join(f"{across} {down}" for across, down in steps) + "z"
    return text.replace(" -", "-")


def main() -> None:
    """Write the file."""
    source = json.loads(Path(sys.argv[1]).read_text())
    shapes = {code.lower(): written(list(rings(one["d"]))) for code, one in sorted(source["paths"].items())}
    dots = {
        code.lower(): [round(number) for number in point["xy"]]
        for code, point in sorted(source["points"].items())
        if not shapes.get(code.lower())
    }
    _, _, width, height = map(int, source["viewBox"].split())
    made = {
        "source": source["source"],
        "width": width,
        "height": height,
        "shapes": {code: path for code, path in shapes.items() if path},
        "dots": dots,
    }
    MADE.write_text(json.dumps(made, indent=0) + "\n")


if __name__ == "__main__":
    main()
