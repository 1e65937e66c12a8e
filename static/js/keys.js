// Whether single keys are shortcuts: in the reading room and at the desk one choice, which this browser remembers.
// Who dictates, or hits keys by chance, switches them off by the box that is handed in.
// It stands on the page as `data-keys`, for styles and for whoever listens to keys.
const page = document.documentElement.dataset;

export const areKeysOn = () => page.keys !== "off";

function recall() {
  try {
    return localStorage.getItem("keys") !== "off";
  } catch {
    return true; // storage is switched off
  }
}

function remember(isOn) {
  try {
    localStorage.setItem("keys", isOn ? "on" : "off");
  } catch {
    // storage is switched off: the choice lasts for this page
  }
}

export function offerChoice(box) {
  page.keys = recall() ? "on" : "off";
  if (box) {
    box.checked = areKeysOn();
    box.addEventListener("change", () => {
      page.keys = box.checked ? "on" : "off";
      remember(box.checked);
    });
  }
}
