// Says aloud what a filter did: the new title and count, in the status line that stays when results change.
const status = document.querySelector("[data-announce]");

document.addEventListener("htmx:after:swap", () => {
  const title = document.querySelector("h1").textContent;
  const count = document.querySelector("[data-count]").textContent;
  document.title = `${title} · Newsroom`;
  status.textContent = `${title}. ${count}`;
});
