// Text that is too faint on what lies behind it (WCAG AA: 4.5 to 1, large text 3 to 1), as "ratio needed: words".
// Measured from computed colours, so that every page can be judged in both modes within milliseconds.
() => {
  const parse = (text) => {
    const m = text.match(/^rgba?\(([\d.]+),? ([\d.]+),? ([\d.]+)(?:,? ?\/? ?([\d.]+))?\)$/);
    if (m) return [m[1], m[2], m[3], m[4] ?? 1].map(Number);
    const s = text.match(/^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.]+))?\)$/);
    return s ? [s[1] * 255, s[2] * 255, s[3] * 255, Number(s[4] ?? 1)] : [0, 0, 0, 0];
  };
  const over = (top, below, alpha = top[3]) => [0, 1, 2].map((i) => top[i] * alpha + below[i] * (1 - alpha));
  const luminance = (c) => {
    const [r, g, b] = c.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  };
  const kept = (measure, known = new Map()) => (e) => known.get(e) ?? known.set(e, measure(e)).get(e);
  const seen = kept((e) => (e ? getComputedStyle(e).opacity * seen(e.parentElement) : 1));
  const behind = kept((e) => {
    const colour = e ? parse(getComputedStyle(e).backgroundColor) : [255, 255, 255, 1];
    return colour[3] === 1 ? colour.slice(0, 3) : over(colour, behind(e.parentElement));
  });
  // In a drawing: the last shape painted before the words and lying under their middle.
  const shapes = kept((svg) =>
    [...svg.querySelectorAll(":is(rect, path, circle, polygon, ellipse):not(:is(defs, clipPath) *)")].flatMap((shape) => {
      const style = getComputedStyle(shape);
      const fill = style.fill === "none" ? [0, 0, 0, 0] : parse(style.fill);
      const matrix = fill[3] && shape.getScreenCTM();
      return matrix ? [[shape, fill, fill[3] * style.fillOpacity * style.opacity, matrix.inverse()]] : [];
    }));
  const painted = (words, svg, page) => {
    const box = words.getBoundingClientRect();
    const middle = new DOMPoint(box.x + box.width / 2, box.y + box.height / 2);
    let found = page;
    for (const [shape, fill, alpha, matrix] of shapes(svg)) {
      if (!(shape.compareDocumentPosition(words) & Node.DOCUMENT_POSITION_FOLLOWING)) break;
      if (shape.isPointInFill(middle.matrixTransform(matrix))) found = over(fill, found, alpha);
    }
    return found;
  };
  const faint = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const words = node.data.trim();
    const element = node.parentElement;
    if (!words || element.closest("script, style, noscript, :disabled, annotation")) continue;
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const style = getComputedStyle(element);
    const svg = element.closest("svg");
    const shown = parse(svg ? style.fill : style.color);
    const page = behind(svg ?? element);
    const ground = svg ? painted(element, svg, page) : page;
    const size = parseFloat(style.fontSize);
    const needed = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    const found = ratio(over(shown, ground, shown[3] * seen(element)), ground);
    if (found < needed) faint.add(`${found.toFixed(1)} of ${needed}: ${words.slice(0, 50)} (${element.tagName.toLowerCase()}.${element.className?.baseVal ?? element.className})`);
  }
  return [...faint];
}
