// Keys for readers whose hands stay on the keyboard, and the sheet that lists them.
// A screen reader takes single keys for itself before a page sees them.
import { areKeysOn, offerChoice } from "./keys.js";

const PAUSE_MS = 1500; // from g to the letter of a place
const STOPS = ".story-title a, .articles-table th a, .directory-link";

const help = document.querySelector("[data-help]");
const opener = document.querySelector("[data-help-open]");
const places = new Map([...help.querySelectorAll("[data-go]")].map((link) => [link.dataset.go, link.href]));
let goSince = -Infinity;

function step(by) {
  const stops = [...document.querySelectorAll(STOPS)];
  const at = stops.indexOf(document.activeElement);
  // From nowhere, the first one that is not above the window.
  const first = stops.findIndex((stop) => stop.getBoundingClientRect().top >= 0);
  const next = at < 0 ? first : Math.min(Math.max(at + by, 0), stops.length - 1);
  stops[next]?.focus();
}

const KEYS = {
  "/": () => document.querySelector("[role=search] input").select(),
  "?": () => help.showModal(),
  j: () => step(1),
  k: () => step(-1),
  o: () => document.activeElement.matches(STOPS) && document.activeElement.click(),
};

document.addEventListener("keydown", (event) => {
  const isTaken = event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
  if (isTaken || !areKeysOn() || event.target.closest("input, textarea, select, dialog, [contenteditable]")) {
    return;
  }
  const isGoing = event.timeStamp - goSince < PAUSE_MS;
  goSince = event.key === "g" ? event.timeStamp : -Infinity;
  if (isGoing && places.has(event.key)) {
    location.assign(places.get(event.key));
  } else if (Object.hasOwn(KEYS, event.key)) {
    KEYS[event.key]();
  } else {
    return;
  }
  event.preventDefault();
});

opener.addEventListener("click", () => help.showModal());
opener.hidden = false;
offerChoice(help.querySelector("[data-keys-choice]"));
