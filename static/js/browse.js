// What a filter changes by htmx stays quiet: open parts stay open, focus stays where it was, and the new
// title and count are said aloud in the status line, which is not replaced.
const status = document.querySelector("[data-announce]");
let open = [];
let focused = "";

// An answer that is no list is not squeezed into this page: the browser loads it, and says so if it cannot.
document.addEventListener("htmx:before:response", (event) => {
  const { response } = event.detail.ctx;
  if (response.status >= 400) {
    event.preventDefault();
    location.assign(response.raw.url);
  }
});

document.addEventListener("htmx:error", (event) => {
  if (event.detail.error?.name !== "AbortError") {
    status.textContent = status.dataset.failed;
    status.classList.replace("hidden", "page-alert");
  }
});

document.addEventListener("htmx:before:swap", () => {
  open = [...document.querySelectorAll("details[open]")].map((details) => details.id);
  focused = document.activeElement?.id;
});

document.addEventListener("htmx:after:swap", () => {
  for (const id of open) {
    document.getElementById(id)?.setAttribute("open", "");
  }
  markDensity();
  // The link that was followed may be gone: a chip that removed itself.
  const heir = document.getElementById(focused) ?? document.querySelector("main");
  heir.focus({ preventScroll: true });

  const title = document.querySelector("h1").textContent;
  const count = document.querySelector("[data-count]").textContent;
  document.title = `${title} · Newsroom`;
  status.classList.replace("page-alert", "hidden");
  status.textContent = `${title}. ${count}`;
});

// The same page in another language is that of the address as it stands now.
document.addEventListener("htmx:after:history:update", () => {
  const own = document.querySelector("[data-prefix]").dataset.prefix;
  const rest = location.pathname.slice(own.length) + location.search;
  for (const link of document.querySelectorAll("a[data-language]")) {
    link.setAttribute("href", link.dataset.language + rest);
  }
});

// Where the address does not say how closely stories stand, the browser does (density.js).
function markDensity() {
  const main = document.querySelector("main");
  const stored = document.documentElement.dataset.density;
  if (!stored || main.matches(".is-compact, .is-comfortable")) {
    return;
  }
  for (const link of main.querySelectorAll("[data-density-choice]")) {
    if (link.dataset.densityChoice === stored) {
      link.setAttribute("aria-current", "true");
    } else {
      link.removeAttribute("aria-current");
    }
  }
}

markDensity();
