"""What a reader looks at stays where it is: nothing that comes later moves it."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

# The sum of all shifts since the page began, as Chromium scores them: 0 is none, 0.1 is called good.
SHIFTS = """
() => new Promise((resolve) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      sum += entry.value;
    }
  }).observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(sum))));
})
"""


@pytest.mark.parametrize("width", [360, 1440])
def test_nothing_moves_once_it_can_be_seen(archive, open_page, width):
    page = open_page(width=width)

    shifts = {}
    for address in ("/", "/articles/", archive.get_absolute_url(), "/countries/russia/", "/actors/"):
        page.goto(address, wait_until="networkidle")
        shifts[address] = page.evaluate(SHIFTS)
    assert {address: shift for address, shift in shifts.items() if shift > 0.001} == {}
