// What is new since the last visit.  This browser alone remembers it: the highest number of an article that
// was there, and when.  Without this the front page shows what came last, unmarked.
import { LOCALE } from "./locale.js";

const REST_MS = 30 * 60 * 1000; // away for longer, and it is another visit
const KEY = "visit";

const line = document.querySelector("[data-added]");
const pattern = document.querySelector("[data-new]").content;
const added = line.dataset.added.split(" ").filter(Boolean).map(Number);
const newest = added[0] ?? 0;

// { newest, at }: what is there now, and when it was last looked at; { since, left }: what was there before.
function recall() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {}; // storage is switched off, or holds something else
  }
}

function remember(visit) {
  try {
    localStorage.setItem(KEY, JSON.stringify(visit));
  } catch {
    // storage is switched off: every visit is the first
  }
}

function begin(last, now) {
  // Another archive under the same address, or none remembered: nothing to compare with.
  if (!(last.newest <= newest)) {
    return { newest, at: now };
  }
  const isAnother = now - last.at > REST_MS;
  const before = isAnother ? { since: last.newest, left: last.at } : { since: last.since, left: last.left };
  return { ...before, newest, at: now };
}

function show({ since, left }) {
  const count = added.filter((number) => number > since).length;
  const { first, none, one, many, more } = line.dataset;
  const words = count === added.length ? more : [none, one][count] ?? many;
  const date = new Date(left);
  const month = date.toLocaleDateString(LOCALE, { month: "short" });
  const isFirst = date.getDate() === 1; // which languages write in their own way, and browsers do not
  const day = isFirst
    ? first.replace("{month}", month)
    : date.toLocaleDateString(LOCALE, { day: "numeric", month: "short" });
  line.textContent = words.replace("{count}", count).replace("{day}", day);
  for (const link of document.querySelectorAll("[data-arrivals] a[href*='/articles/']")) {
    const number = Number(link.pathname.match(/\/articles\/(\d+)-/)?.[1]);
    if (number > since && added.includes(number)) {
      // Behind the date and outlet: nothing that stands there already moves.
      link.closest("article, li").querySelector(".story-meta, .soft").append(pattern.cloneNode(true));
    }
  }
}

const visit = begin(recall(), Date.now());
remember(visit);
if (visit.since !== undefined) {
  show(visit);
}
