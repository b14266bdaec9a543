// Sets the theme before anything is painted, and keeps it: light, dark, or as the system.
(function () {
  const page = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  function kept() {
    try {
      return localStorage.getItem("vigie-theme");
    } catch {
      return null;
    }
  }

  function paint() {
    const choice = page.dataset.themeChoice;
    const theme = choice === "light" || choice === "dark" ? choice : dark.matches ? "dark" : "light";
    page.dataset.bsTheme = theme;
    page.dataset.agThemeMode = theme;
  }

  function choose(choice) {
    page.dataset.themeChoice = choice;
    try {
      localStorage.setItem("vigie-theme", choice);
    } catch {
      // A browser that keeps nothing still shows the theme on this page.
    }
    paint();
  }

  // Without its scripts the page cannot say itself that they did not arrive.
  function missing(event) {
    const notice = document.getElementById("notice");
    if (!(event.target instanceof HTMLScriptElement) || !notice) return;
    notice.querySelector(".toast-title").textContent = notice.dataset.silent;
    notice.hidden = false;
  }

  window.addEventListener("error", missing, true);
  window.vigie = Object.assign(window.vigie || {}, { chooseTheme: choose });
  dark.addEventListener("change", paint);
  if (page.dataset.themeChoice) {
    choose(page.dataset.themeChoice);
  } else {
    page.dataset.themeChoice = kept() || "system";
    paint();
  }
})();
