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
// The other edition opens at the same place, and is the one to open next time.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href*="/zh/book/"], a[href*="/en/book/"]');
  if (!link || !link.closest(".article-header-buttons, .header-article-items")) return;
  const folder = link.getAttribute("href").match(/\/(zh|en)\/book\//)[1];
  try { localStorage.setItem("edition", folder); } catch {}
  link.hash = location.hash;
});
