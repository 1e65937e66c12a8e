// What a filter changes by htmx stays quiet: open parts stay open, focus stays where it was, and the new
// title and count are said aloud in the status line, which is not replaced.
const status = document.querySelector("[data-announce]");
let open = [];
let focused = "";

document.addEventListener("htmx:before:swap", () => {
  open = [...document.querySelectorAll("details[open]")].map((details) => details.id);
  focused = document.activeElement?.id;
});

document.addEventListener("htmx:after:swap", () => {
  for (const id of open) {
    document.getElementById(id)?.setAttribute("open", "");
  }
  // The link that was followed may be gone: a chip that removed itself.
  const heir = document.getElementById(focused) ?? document.querySelector("main");
  heir.focus({ preventScroll: true });

  const title = document.querySelector("h1").textContent;
  const count = document.querySelector("[data-count]").textContent;
  document.title = `${title} · Newsroom`;
  status.textContent = `${title}. ${count}`;
});
