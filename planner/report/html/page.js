"use strict";
(() => {
  // The library writes style attributes, which the page's policy forbids; setting the same through the
  // style object is allowed and does the same.
  const set = Element.prototype.setAttribute;
  Element.prototype.setAttribute = function (name, value) {
    if (name === "style") this.style.cssText = value; else set.call(this, name, value);
  };

  const NARROW = 620;
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const put = (object, path, value) => {
    const keys = path.split("."), last = keys.pop();
    keys.reduce((at, key) => (at[key] ??= {}), object)[last] = value;
  };

  const fitted = (chart, narrow) => {
    const made = structuredClone(chart), patch = made.layout.meta.narrow;
    if (!narrow) return made;
    for (const [path, value] of Object.entries(patch.layout || {})) put(made.layout, path, value);
    for (const [path, value] of Object.entries(patch.traces || {}))
      made.data.forEach((trace, at) => put(trace, path, Array.isArray(value) ? value[at] : value));
    if (patch.height) made.layout.height = patch.height;
    return made;
  };

  const draw = (box) => {
    const width = box.clientWidth, made = fitted(charts[box.dataset.key], width < (charts[box.dataset.key].layout.meta.narrow.below ?? NARROW));
    made.layout.width = width;
    return Plotly.newPlot(box, made.data, made.layout, {
      displayModeBar: false, responsive: false, showTips: false, scrollZoom: false, doubleClick: false,
    }).then(() => { box.dataset.drawn = String(width); });
  };

  const boxes = [...document.querySelectorAll(".chart")];
  const drawAll = () => Promise.all(boxes.filter((box) => box.dataset.drawn !== String(box.clientWidth)).map(draw));
  let waiting;
  addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(drawAll, 150); });
  addEventListener("beforeprint", drawAll);
  drawAll().then(() => { document.documentElement.dataset.ready = "yes"; });
})();
