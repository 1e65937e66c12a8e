// Keys 1 to 5 answer the question of an audit.  Without this its buttons do the same.
import { areKeysOn, offerChoice } from "./keys.js";

const form = document.querySelector("[data-audit]");
const choice = form?.querySelector("[data-keys-choice]");

if (form) {
  offerChoice(choice);
  choice.closest("[hidden]").hidden = false;
  document.addEventListener("keydown", (event) => {
    const isTaken = event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey;
    if (isTaken || !areKeysOn() || event.target.closest("input:not([type=checkbox]), textarea, select")) {
      return;
    }
    const button = form.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (button) {
      event.preventDefault();
      form.requestSubmit(button);
    }
  });
}
