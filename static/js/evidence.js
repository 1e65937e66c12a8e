// Lights a tag's words without leaving the place one reads at, unless none of them is in sight there, and goes
// from one to the next.  Without this the same links load the page at the first one, and numbers lead to others.
const status = document.querySelector("[data-announce]");
let shown = location.pathname + location.search;
let place = 0; // of the mention last gone to, counted from 1

async function show(url, chosen) {
  const response = await fetch(url, { headers: { Accept: "text/html" } });
  if (!response.ok) {
    throw new Error(`${response.status}`);
  }
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const before = chosen && document.getElementById(chosen)?.getBoundingClientRect().top;
  const isOpen = document.querySelector(".index")?.open;
  document.querySelector("main").replaceWith(page.querySelector("main"));
  const index = document.querySelector(".index");
  if (index) {
    index.open = isOpen;
  }
  const link = chosen && document.getElementById(chosen);
  if (link) {
    link.focus({ preventScroll: true });
    window.scrollBy(0, link.getBoundingClientRect().top - before);
  }
  const lit = [...document.querySelectorAll("[data-lit]")].map((name) => name.textContent);
  const { litWords, unlitWords } = status.dataset;
  status.textContent = lit.length ? litWords.replace("{names}", () => lit.join(", ")) : unlitWords;
  place = 0;
  if (link?.hasAttribute("aria-current")) {
    lead(link);
  }
  document.dispatchEvent(new Event("newsroom:shown"));
}

function isInSight(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return top >= 0 && bottom <= window.innerHeight;
}

// Shows the first mention of the tag just chosen if none is in sight.  The focus goes along only where it would
// be left off the screen: beside the text, the next tag can be chosen at once.
function lead(link) {
  const tag = link.id.replace(/^tag-([a-z]+)-/, "$1:");
  const marks = [...document.querySelectorAll(`mark[id^=evidence-][data-tag~="${CSS.escape(tag)}"]`)];
  if (!marks.length || marks.some(isInSight)) {
    return;
  }
  marks[0].scrollIntoView({ block: "center", behavior: "instant" });
  if (!isInSight(link)) {
    marks[0].tabIndex = -1;
    marks[0].focus({ preventScroll: true });
    place = Number(marks[0].id.replace("evidence-", ""));
  }
}

function step(by) {
  const marks = document.querySelectorAll("mark[id^=evidence-]");
  if (!marks.length) {
    document.querySelector("a[data-light-all]")?.click();
    return;
  }
  // From nowhere, back is the last one; after the last comes the first again.
  place = place ? ((place - 1 + by + marks.length) % marks.length) + 1 : by > 0 ? 1 : marks.length;
  const mark = marks[place - 1];
  mark.tabIndex = -1;
  mark.focus({ preventScroll: true });
  mark.scrollIntoView({ block: "center" });
  const fill = (words) => words.replace("{place}", place).replace("{count}", marks.length);
  document.querySelector("[data-place]").textContent = fill(status.dataset.placeWords);
  status.textContent = fill(status.dataset.mentionWords).replace("{words}", () => mark.textContent);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-step]");
  if (button) {
    step(Number(button.dataset.step));
    return;
  }
  const link = event.target.closest("a[data-evidence]");
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) {
    return;
  }
  event.preventDefault();
  const url = new URL(link.href);
  url.hash = "";
  try {
    await show(url, link.id);
    history.pushState(null, "", url);
    shown = url.pathname + url.search;
  } catch {
    location.assign(link.href);
  }
});

const KEYS = {
  Escape: () => document.querySelector("a[data-clear]")?.click(),
  n: () => step(1),
  p: () => step(-1),
};

// A key means something else where the reader is typing, and together with others.
document.addEventListener("keydown", (event) => {
  const isTaken = event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey;
  // Who switched single keys off (shortcuts.js) still has Escape.
  const isOff = event.key !== "Escape" && document.documentElement.dataset.keys === "off";
  const isTyping = event.target.closest("input, textarea, select, dialog");
  if (!isTaken && !isOff && !isTyping && Object.hasOwn(KEYS, event.key)) {
    KEYS[event.key]();
  }
});

window.addEventListener("popstate", () => {
  const wanted = location.pathname + location.search;
  // Following a link within the page is a popstate as well.
  if (wanted !== shown) {
    shown = wanted;
    show(wanted, document.activeElement?.id).catch(() => location.reload());
  }
});
