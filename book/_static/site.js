// The switch for the code of a page, and the button that copies a citation.
function toggleCode(button) {
  const root = document.documentElement;
  const shown = root.dataset.code === "hidden";
  root.dataset.code = shown ? "shown" : "hidden";
  button.setAttribute("aria-pressed", String(shown));
  button.querySelector(".btn__text-container").textContent = shown ? /*text*/ "Hide code" : /*text*/ "Show code";
}
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.(".copy-citation");
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById("citation").textContent.trim());
  button.textContent = /*text*/ "Copied";
});
// The other edition opens in this window, at the same place, and is the one to open next time.
document.addEventListener("DOMContentLoaded", () => {
  for (const link of document.querySelectorAll("a.btn-edition-button")) {
    const [, folder] = link.getAttribute("href").match(/(zh|en)\/book\//);
    link.removeAttribute("target");
    link.lang = link.hreflang = folder === "zh" ? "zh-Hant" : "en";
    link.addEventListener("click", () => {
      try { localStorage.setItem("edition", folder); } catch {}
      link.hash = location.hash;
    });
  }
});
// Paper is white, whichever mode the screen is in.
let screenTheme;
addEventListener("beforeprint", () => {
  screenTheme = document.documentElement.dataset.theme;
  document.documentElement.dataset.theme = "light";
});
addEventListener("afterprint", () => { document.documentElement.dataset.theme = screenTheme; });
