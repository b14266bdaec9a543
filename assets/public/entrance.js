// What the entrance pages can do beyond a plain form: show a password, notice caps lock, switch the theme.
(function () {
  const page = document.documentElement;
  const NEXT = { system: "light", light: "dark", dark: "system" };

  for (const button of document.querySelectorAll("[data-reveal]")) {
    const field = document.getElementById(button.dataset.reveal);
    button.hidden = false;
    button.addEventListener("click", () => {
      const isShown = field.type === "password";
      field.type = isShown ? "text" : "password";
      button.setAttribute("aria-pressed", String(isShown));
      button.firstElementChild.className = isShown ? "icon icon-eye-slash" : "icon icon-eye";
      field.focus();
    });
  }

  for (const notice of document.querySelectorAll("[data-caps]")) {
    const field = document.getElementById(notice.dataset.caps);
    const look = (event) => {
      if (event.getModifierState) notice.hidden = !event.getModifierState("CapsLock");
    };
    field.addEventListener("keydown", look);
    field.addEventListener("keyup", look);
    field.addEventListener("blur", () => { notice.hidden = true; });
  }

  for (const button of document.querySelectorAll("[data-theme-button]")) {
    const field = document.querySelector("[data-theme-choice-field]");
    const name = () => {
      button.querySelector("[data-theme-name]").textContent = button.dataset[page.dataset.themeChoice];
    };
    button.hidden = false;
    button.addEventListener("click", () => {
      window.vigie.chooseTheme(NEXT[page.dataset.themeChoice]);
      if (field) field.value = page.dataset.themeChoice;
      name();
    });
    name();
  }
})();
