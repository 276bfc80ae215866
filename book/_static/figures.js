// Figures: the value under the pointer, the finger or the arrow keys; a line to choose; pictures to take away.
// Without scripts the figures stand as they were drawn, and values show as the browser shows titles.
(() => {
  const base = document.currentScript.src.replace(/[^/]*$/, "");
  const SVG = "http://www.w3.org/2000/svg";
  const make = (tag, attributes = {}, ...children) => {
    const node = Object.assign(document.createElement(tag), attributes);
    node.append(...children);
    return node;
  };
  const shape = (tag, attributes, text = "") => {
    const node = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.textContent = text;
    return node;
  };

  // The picture alone: without what only the page needs, with the fonts inside.
  const fonts = () =>
    window.figureFont !== undefined
      ? Promise.resolve(window.figureFont)
      : new Promise((done) => {
          const script = make("script", { src: `${base}figures-font.js` });
          script.onload = script.onerror = () => done(window.figureFont ?? "");
          document.head.append(script);
        });
  const alone = async (svg) => {
    const copy = svg.cloneNode(true);
    copy.querySelectorAll(".values").forEach((node) => node.remove());
    copy.prepend(shape("style", {}, `${await fonts()}.chosen{color:#1f2430}.chosen polyline{fill:none;stroke:#1f2430;stroke-width:2}` +
      ".chosen text{fill:#1f2430;font-size:9px;paint-order:stroke;stroke:#fff;stroke-width:3px}"));
    return new XMLSerializer().serializeToString(copy);
  };
  const save = (address, name) => make("a", { href: address, download: name }).click();
  const asSvg = async (svg, name) =>
    save(URL.createObjectURL(new Blob([await alone(svg)], { type: "image/svg+xml" })), `${name}.svg`);
  const asPng = async (svg, name) => {
    const picture = new Image();
    picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(await alone(svg))}`;
    await picture.decode();
    await new Promise((done) => setTimeout(done, 100)); // the fonts inside are decoded after the picture
    const [width, height] = [svg.getAttribute("width"), svg.getAttribute("height")].map(Number);
    const canvas = make("canvas", { width: 2 * width, height: 2 * height });
    canvas.getContext("2d").drawImage(picture, 0, 0, 2 * width, 2 * height);
    save(canvas.toDataURL("image/png"), `${name}.png`);
  };
  const downloads = (svg, name) => {
    const csv = document.querySelector(`a.numbers[download="${name}.csv"]`);
    if (!csv) return;
    for (const [label, take] of [["PNG", asPng], ["SVG", asSvg]]) {
      const button = make("button", { type: "button", className: "take", textContent: label });
      button.setAttribute("aria-label", /*text*/ "Download this figure as {format}".replace("{format}", label));
      button.addEventListener("click", () => take(svg, name));
      csv.before(button, " ");
    }
  };

  const values = (box, side) => {
    const circles = [...side.querySelectorAll(".values circle")];
    if (!circles.length) return;
    const said = circles.map((circle) => circle.querySelector("title").textContent);
    circles.forEach((circle) => circle.querySelector("title").remove()); // else the browser shows it as well
    const note = make("div", { className: "figure-value", hidden: true });
    note.setAttribute("role", "status");
    box.append(note);
    let at = -1;
    const hide = () => {
      note.hidden = true;
      circles[at]?.classList.remove("current");
    };
    const show = (index) => {
      hide();
      at = index;
      const [dot, frame] = [circles[at].getBoundingClientRect(), box.getBoundingClientRect()];
      circles[at].classList.add("current");
      // what lies on the same spot is said with it
      const spot = (circle) => [Number(circle.getAttribute("cx")), Number(circle.getAttribute("cy"))];
      const [x0, y0] = spot(circles[at]);
      const near = said.filter((_, i) => i !== at && Math.hypot(spot(circles[i])[0] - x0, spot(circles[i])[1] - y0) < 3);
      note.textContent = [said[at], ...near.slice(0, 4)].join("\n");
      note.hidden = false;
      const half = note.offsetWidth / 2;
      const x = dot.left + dot.width / 2 - frame.left;
      note.style.left = `${Math.max(half, Math.min(x, frame.width - half))}px`;
      note.style.top = `${dot.top - frame.top}px`;
    };
    circles.forEach((circle, index) => {
      circle.addEventListener("pointerenter", () => show(index));
      circle.addEventListener("click", () => {
        show(index);
        const finding = circle.dataset.doubt;
        const link = finding && [...document.querySelectorAll("a.finding")].find((a) => a.textContent === finding);
        if (link) link.click();
      });
    });
    side.addEventListener("pointerleave", hide);
    side.addEventListener("blur", hide);
    side.tabIndex = 0;
    side.setAttribute("role", "group");
    side.setAttribute("aria-label", /*text*/ "Figure. Arrow keys read its values.");
    side.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape") hide();
      if (!step) return;
      event.preventDefault();
      show((at + step + circles.length) % circles.length);
    });
  };

  // Draw a line that was one of the crowd once more, strong and with its name.
  const emphasise = (svg, name) => {
    svg.querySelector(".chosen")?.remove();
    const dots = [...svg.querySelectorAll(".values g")].find((g) => g.dataset.series === name)?.children;
    if (!dots) return;
    const spots = [...dots].map((dot) => [dot.getAttribute("cx"), dot.getAttribute("cy")]);
    const [x, y] = spots.at(-1);
    const group = shape("g", { class: "chosen" });
    group.append(shape("polyline", { points: spots.map((spot) => spot.join(",")).join(" ") }));
    group.append(...spots.map(([cx, cy]) => shape("circle", { cx, cy, r: 2.4 })));
    group.append(shape("text", { x: x - 4, y: y - 6, "text-anchor": "end" }, name));
    svg.querySelector(".values").before(group);
  };
  const choice = (box, drawings) => {
    const groups = [...drawings[0].querySelectorAll(".values[data-choice] > g")];
    if (!groups.length) return;
    const select = make("select", {}, make("option", { value: "", textContent: "–" }));
    select.append(...groups.map((g) => make("option", { value: g.dataset.series, textContent: g.dataset.series })));
    select.addEventListener("change", () => drawings.forEach((svg) => emphasise(svg, select.value)));
    box.after(make("label", { className: "figure-choice" }, /*text*/ "Show also", select));
  };

  const prepare = (box) => {
    const drawings = [...box.querySelectorAll("svg.figure")];
    [...box.children].forEach((side) => values(box, side));
    choice(box, drawings);
    downloads(drawings[0], drawings[0].dataset.name);
  };
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll(".exhibit-figure").forEach(prepare));
})();
