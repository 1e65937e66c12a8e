// Charts whose bars are links: arrow keys walk along them, and the bar that is meant says what it stands for.

// One bar of a chart is a stop of the tab key; from it the arrow keys go on.
const STEPS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

document.addEventListener("keydown", (event) => {
  const chart = event.target.closest("[data-bars]");
  if (!chart || !(event.key in STEPS) || event.altKey || event.ctrlKey || event.metaKey) {
    return;
  }
  const bars = [...chart.querySelectorAll("a")];
  const place = bars.indexOf(document.activeElement) + STEPS[event.key];
  const next = bars[Math.min(Math.max(place, 0), bars.length - 1)];
  for (const bar of bars) {
    bar.setAttribute("tabindex", bar === next ? "0" : "-1");
  }
  next.focus();
  event.preventDefault();
});

// What a bar stands for is written above the chart while it is pointed at, or reached by keys.
const MEETINGS = { focusin: true, pointerover: true, focusout: false, pointerout: false };

for (const [meeting, isBegun] of Object.entries(MEETINGS)) {
  document.addEventListener(meeting, ({ target }) => {
    const bar = target.closest?.("[data-bars] a");
    if (bar) {
      const name = isBegun ? bar.querySelector("title").textContent : "";
      document.querySelector("[data-bar-name]").textContent = name;
    }
  });
}
