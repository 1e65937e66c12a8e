// Lights a tag's words without leaving the place one reads at.  Without this the same links load the page.
const status = document.querySelector("[data-announce]");
let shown = location.pathname + location.search;

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
  status.textContent = lit.length ? `Marked in the text: ${lit.join(", ")}` : "Nothing is marked in the text";
}

document.addEventListener("click", async (event) => {
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

// Escape puts the light out, unless it means something where the reader is typing.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented && !event.target.closest("input, textarea, select")) {
    document.querySelector("a[data-clear]")?.click();
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
