// How closely the stories of a list stand: what the reader chose is kept in this browser, and holds where the
// address does not say.  A classic script, for a module would run after the first paint.
(() => {
  const DENSITIES = ["comfortable", "compact"];

  try {
    const stored = localStorage.getItem("density");
    if (DENSITIES.includes(stored)) {
      document.documentElement.dataset.density = stored;
    }
  } catch {
    // storage is switched off: the address alone says it
  }

  document.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-density-choice]")?.dataset.densityChoice;
    if (!DENSITIES.includes(choice)) {
      return;
    }
    document.documentElement.dataset.density = choice;
    try {
      localStorage.setItem("density", choice);
    } catch {
      // see above
    }
  });
})();
