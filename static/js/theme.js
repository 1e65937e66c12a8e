// Light, dark or the system's: kept in this browser under the key that the admin uses as well.
// A classic script, for a module would run after the first paint.
(() => {
  const THEMES = ["auto", "light", "dark"];

  const stored = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null; // storage is switched off: the choice lasts for this page
    }
  };

  let theme = THEMES.includes(stored()) ? stored() : "auto";
  document.documentElement.dataset.theme = theme;

  const choose = (next) => {
    theme = next;
    document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // see above
    }
  };

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-theme-toggle]");
    const name = button.querySelector("[data-theme-name]");
    const show = () => {
      name.textContent = button.dataset[theme];
      button.title = name.textContent;
    };
    button.hidden = false;
    show();
    button.addEventListener("click", () => {
      choose(THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]);
      show();
    });
  });
})();
