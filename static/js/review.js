// The review queue without waiting: a decision is sent while the next suggestion is shown already, and more are
// fetched before they are needed.  Without this every button is a form that comes back with the next page.
// Single keys are switched off in the list of keys.
import { areKeysOn, offerChoice } from "./keys.js";

const FETCH_BELOW = 8; // cards left on the page
const VERDICTS = { a: "accept", r: "reject", m: "main", n: "mentioned" };

const root = document.querySelector("[data-review]");
const list = root.querySelector("[data-cards]");
const said = root.querySelector("[data-said]");
const end = root.querySelector("[data-end]");
const undoForm = root.querySelector("[data-undo]");
const undoButton = undoForm?.querySelector("button");
const help = root.querySelector("[data-help]");
const opener = root.querySelector("[data-help-open]");
const choice = root.querySelector("[data-keys-choice]");
const here = new URL(root.dataset.here, location.href);
const gone = new Set(); // decided on this page, though perhaps not stored yet
let sending = Promise.resolve(); // one request after the other, so that undo means the last decision
let fetching = null;
let isAtEnd = false;
let place = list.lastElementChild?.dataset.place;

const current = () => list.querySelector("[aria-current]");
const cardOf = (element) => element.closest("[data-card]");

function tell(words, isWrong = false) {
  said.textContent = words;
  said.classList.toggle("is-wrong", isWrong);
}

function show(card) {
  current()?.removeAttribute("aria-current");
  end.hidden = Boolean(card);
  if (card) {
    card.setAttribute("aria-current", "true");
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest" });
  }
}

async function ask(options, url = here) {
  const response = await fetch(url, { credentials: "same-origin", ...options });
  if (!response.ok || response.redirected) {
    throw new Error(`${response.status}`); // logged out, mostly: the page says so once it is loaded anew
  }
  return response;
}

async function cardsFrom(name, value, how) {
  const url = new URL(here);
  url.searchParams.set(name, value);
  url.searchParams.set("cards", how);
  const page = new DOMParser().parseFromString(await (await ask({}, url)).text(), "text/html");
  // The queue goes on behind what was looked at: its end then leads there.
  const words = page.querySelector("[data-end-words]");
  if (words) {
    end.replaceChildren(...document.adoptNode(words).childNodes);
  }
  const cards = [...page.querySelectorAll("[data-card]")];
  cards.forEach((card) => card.removeAttribute("aria-current"));
  return cards.map((card) => document.adoptNode(card));
}

// Cards that were skipped stay on the page; it is those behind the current one that may run short.
function isShort() {
  const cards = [...list.children];
  return cards.length - cards.indexOf(current()) - 1 < FETCH_BELOW;
}

function fetchMore() {
  if (fetching || isAtEnd || !place || !isShort()) {
    return;
  }
  // In its turn among the decisions: what they decided is then no longer among what comes.
  fetching = sending.then(() => cardsFrom("after", place, "more"));
  sending = fetching.catch(() => {});
  fetching
    .then((cards) => {
      isAtEnd = cards.length === 0;
      place = cards.at(-1)?.dataset.place ?? place;
      list.append(...cards.filter((card) => !gone.has(card.dataset.card) && !document.getElementById(card.id)));
      if (!current()) {
        show(list.firstElementChild);
      }
      fetching = null;
      fetchMore();
    })
    .catch(() => {
      fetching = null;
      tell("More could not be fetched. Load the page again.", true);
    });
}

// "1,204 wait" counts down; "10,000+ wait" says no more than it knows.
function count(by) {
  const waiting = root.querySelector("[data-waiting]");
  const number = waiting && /^[\d,]+(?= )/.exec(waiting.textContent)?.[0];
  if (number && by) {
    const left = Math.max(Number(number.replaceAll(",", "")) - by, 0);
    waiting.textContent = `${left.toLocaleString("en")} ${left === 1 ? "waits" : "wait"}`;
  }
}

function send(form, verdict) {
  const body = new URLSearchParams(new FormData(form));
  body.set("verdict", verdict);
  const answer = sending.then(async () => {
    const response = await ask({ method: "POST", body, headers: { Accept: "application/json" } });
    return response.json();
  });
  sending = answer.catch(() => {});
  return answer;
}

function decide(card, verdict) {
  const form = card.querySelector("[data-decide]");
  if (!form) {
    return;
  }
  const isCurrent = card === current();
  const next = card.nextElementSibling ?? card.previousElementSibling;
  gone.add(card.dataset.card);
  card.remove();
  if (isCurrent) {
    show(next);
  }
  fetchMore();
  send(form, verdict)
    .then((answer) => {
      tell(answer.words, !answer.is_done);
      count(answer.done);
      undoButton.disabled = undoButton.disabled && !answer.is_done;
    })
    .catch(() => {
      gone.delete(card.dataset.card);
      card.removeAttribute("aria-current");
      list.prepend(card);
      show(card);
      tell("That decision did not arrive, and is not stored. Try again, or load the page again.", true);
    });
}

async function undo() {
  try {
    const answer = await send(undoForm, "undo");
    tell(answer.words, !answer.is_done);
    count(answer.done);
    if (answer.at) {
      gone.delete(String(answer.at));
      const [card] = await cardsFrom("at", answer.at, "one");
      document.getElementById(card?.id)?.remove();
      if (card) {
        list.prepend(card);
        show(card);
      }
    }
  } catch {
    tell("That did not arrive. Try again, or load the page again.", true);
  }
}

function step(by) {
  const card = current();
  const next = by > 0 ? card?.nextElementSibling : card?.previousElementSibling;
  if (next) {
    show(next);
  }
  fetchMore();
}

root.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-decide]")) {
    event.preventDefault();
    decide(cardOf(form), event.submitter.value);
  } else if (form === undoForm) {
    event.preventDefault();
    undo();
  }
});

root.addEventListener("click", (event) => {
  const skip = event.target.closest("[data-skip]");
  if (skip && !event.button && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey) {
    event.preventDefault();
    show(cardOf(skip));
    step(1);
  }
});

// Who tabs into another card, or clicks in it, means that one.
list.addEventListener("focusin", (event) => {
  const card = cardOf(event.target);
  if (card && card !== current()) {
    current()?.removeAttribute("aria-current");
    card.setAttribute("aria-current", "true");
  }
});

const KEYS = {
  s: () => step(1),
  j: () => step(1),
  k: () => step(-1),
  u: () => undoButton && !undoButton.disabled && undo(),
  o: () => window.open(current()?.querySelector("[data-open]").href, "_blank", "noopener"),
  "?": () => help?.showModal(),
};

document.addEventListener("keydown", (event) => {
  const isTaken = event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
  const isTyping = event.target.closest("input, textarea, select, dialog, [contenteditable], .select2-container");
  if (isTaken || !areKeysOn() || isTyping || event.repeat) {
    return;
  }
  if (Object.hasOwn(VERDICTS, event.key)) {
    const card = current();
    if (card) {
      decide(card, VERDICTS[event.key]);
    }
  } else if (Object.hasOwn(KEYS, event.key)) {
    KEYS[event.key]();
  } else {
    return;
  }
  event.preventDefault();
});

if (opener) {
  opener.addEventListener("click", () => help.showModal());
  opener.hidden = false;
}
offerChoice(choice);
