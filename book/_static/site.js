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
// The theme takes the focus from a button that is pressed, to hide its hint. With the keyboard the focus stays, so that dialogs can give it back.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button");
  if (button && event.detail === 0) button.blur = () => {};
  else if (button) delete button.blur;
}, true);
// Chinese headings break between words, where the browser knows them (custom.css forbids the other places).
document.addEventListener("DOMContentLoaded", () => {
  if (!document.documentElement.lang.startsWith("zh") || !Intl.Segmenter) return;
  const words = new Intl.Segmenter("zh-TW", { granularity: "word" });
  const HAN = /\p{Script=Han}/u;
  for (const heading of document.querySelectorAll(".bd-article :is(h1, h2, h3, h4)"))
    for (const node of [...heading.childNodes]) {
      if (node.nodeType !== Node.TEXT_NODE) continue;
      const parts = [...words.segment(node.data)].map(({ segment }) => segment);
      // a word of one character begins a line only if it leads on to the next, and then ends none
      const leads = (word) => "以由與及其在將並或為是不較".includes(word);
      const apart = (i) =>
        i > 0 && HAN.test(parts[i][0]) && HAN.test(parts[i - 1].at(-1)) && (parts[i].length > 1 || leads(parts[i])) && !leads(parts[i - 1]);
      node.replaceWith(...parts.flatMap((part, i) => (apart(i) ? [document.createElement("wbr"), part] : [part])));
    }
});
// Paper is white, whichever mode the screen is in.
let screenTheme;
addEventListener("beforeprint", () => {
  screenTheme = document.documentElement.dataset.theme;
  document.documentElement.dataset.theme = "light";
});
addEventListener("afterprint", () => { document.documentElement.dataset.theme = screenTheme; });
