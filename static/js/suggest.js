// The search box as a combobox: names of what the archive has, offered while one types.
// Without this it is a plain form.  Keys as in the ARIA Authoring Practices: the arrows walk through the list,
// Enter takes a suggestion and searches, Escape closes the list, all other keys belong to the text.
import { LOCALE } from "./locale.js";

const WAIT_MS = 90; // after a key: who types on needs no answer
const KEPT = 200; // answers; going back over a word asks nothing

const form = document.querySelector("[data-suggest]");
const input = form.querySelector("input");
const list = form.querySelector("[data-suggestions]");
const status = form.querySelector("[data-suggest-status]");
const pattern = form.querySelector("template").content.firstElementChild;
const answers = new Map();
// The page's words for one and for several; French has one of nothing, too.
const plurals = new Intl.PluralRules(LOCALE);
const formOf = (count, one, many) => (plurals.select(count) === "one" ? one : many);
let options = []; // of the list as shown: { element, suggestion }
let active = -1;
let timer = 0;
let pending = new AbortController();

// A search field may not be a combobox; the button beside it says what it is.
input.type = "text";
input.setAttribute("role", "combobox");
input.setAttribute("aria-autocomplete", "list");
input.setAttribute("aria-controls", list.id);
input.setAttribute("aria-expanded", "false");
input.setAttribute("enterkeyhint", "search");

const typed = () => input.value.slice(0, input.selectionEnd);
const isOpen = () => !list.hidden;

async function ask(text) {
  if (!answers.has(text)) {
    pending.abort();
    pending = new AbortController();
    const url = `${form.dataset.suggest}?${new URLSearchParams({ q: text })}`;
    const response = await fetch(url, { signal: pending.signal, headers: { Accept: "application/json" } });
    if (!response.ok) {
      return [];
    }
    answers.set(text, (await response.json()).suggestions);
    if (answers.size > KEPT) {
      answers.delete(answers.keys().next().value);
    }
  }
  return answers.get(text);
}

// What cannot be had is no reason to disturb: the form still works.
async function offer() {
  const text = typed();
  const suggestions = text.trim() ? await ask(text).catch(() => []) : [];
  if (text === typed() && document.activeElement === input) {
    show(suggestions);
  }
}

function show(suggestions) {
  options = suggestions.map((suggestion, number) => {
    const element = pattern.cloneNode(true);
    element.id = `${list.id}-${number}`;
    element.classList.add(`is-${suggestion.kind}`);
    const texts = {
      name: suggestion.name,
      other: suggestion.other,
      kind: suggestion.label.toLowerCase(),
      count: suggestion.count.toLocaleString(LOCALE),
      unit: ` ${formOf(suggestion.count, form.dataset.unitOne, form.dataset.unitMany)}`,
    };
    for (const [part, words] of Object.entries(texts)) {
      element.querySelector(`[data-part="${part}"]`).textContent = words;
    }
    return { element, suggestion };
  });
  list.replaceChildren(...options.map((option) => option.element));
  list.hidden = !options.length;
  input.setAttribute("aria-expanded", String(isOpen()));
  activate(-1);
  const { foundOne, foundMany } = form.dataset;
  const found = formOf(options.length, foundOne, foundMany).replace("{count}", options.length);
  status.textContent = isOpen() ? found : "";
}

function close() {
  clearTimeout(timer);
  pending.abort();
  show([]);
}

function activate(number) {
  options[active]?.element.setAttribute("aria-selected", "false");
  active = number;
  const element = options[active]?.element;
  if (element) {
    element.setAttribute("aria-selected", "true");
    element.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", element.id);
  } else {
    input.removeAttribute("aria-activedescendant");
  }
}

// Positions are counted in characters, of which JavaScript's strings may need two units.
function choose({ suggestion }) {
  const before = [...typed()].slice(0, suggestion.start).join("");
  const after = input.value.slice(input.selectionEnd).trim();
  input.value = `${before}${suggestion.operator}${after ? ` ${after}` : ""}`;
  close();
  form.requestSubmit();
}

async function walk(step) {
  if (!isOpen()) {
    await offer();
  }
  // One stop more than there are options: the text itself.
  const stops = options.length + 1;
  activate(((active + 1 + step + stops) % stops) - 1);
}

const KEYS = {
  ArrowDown: () => walk(1),
  ArrowUp: () => walk(-1),
  Escape: () => isOpen() && close(),
  Enter: () => active >= 0 && choose(options[active]),
};

input.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.shiftKey) {
    return;
  }
  if (event.key in KEYS) {
    if (KEYS[event.key]() !== false) {
      event.preventDefault();
    }
  } else if (["Home", "End", "ArrowLeft", "ArrowRight"].includes(event.key)) {
    activate(-1);
  } else if (event.key === "Tab") {
    close();
  }
});

input.addEventListener("input", (event) => {
  clearTimeout(timer);
  if (!event.isComposing) {
    timer = setTimeout(offer, WAIT_MS);
  }
});
input.addEventListener("compositionend", () => offer());
input.addEventListener("blur", close);

// The focus stays in the text while a suggestion is clicked.
list.addEventListener("mousedown", (event) => event.preventDefault());
list.addEventListener("click", (event) => {
  const chosen = options.find((option) => option.element.contains(event.target));
  if (chosen) {
    choose(chosen);
  }
});

// A filter chosen beside the list changes the search without loading the page.
document.addEventListener("htmx:after:swap", () => {
  input.value = document.querySelector("main").dataset.box ?? input.value;
});
