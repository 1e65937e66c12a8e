// Keys 1 to 5 answer the question of an audit.  Without this its buttons do the same.
// Who dictates, or hits keys by chance, switches them off here or in the reading room; this browser remembers it.
const form = document.querySelector("[data-audit]");
const choice = form?.querySelector("[data-keys-choice]");

function remembered() {
  try {
    return localStorage.getItem("keys") !== "off";
  } catch {
    return true; // storage is switched off: the choice lasts for this page
  }
}

if (form) {
  choice.checked = remembered();
  choice.closest("[hidden]").hidden = false;
  choice.addEventListener("change", () => {
    try {
      localStorage.setItem("keys", choice.checked ? "on" : "off");
    } catch {
      // as above
    }
  });
  document.addEventListener("keydown", (event) => {
    const isTaken = event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey;
    if (isTaken || !choice.checked || event.target.closest("input:not([type=checkbox]), textarea, select")) {
      return;
    }
    const button = form.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (button) {
      event.preventDefault();
      form.requestSubmit(button);
    }
  });
}
