// Draws the charts that stand in boxes of class "chart"; the report and the browser app share it.
const NARROW = 620;

const put = (object, path, value) => {
  const keys = path.split("."), last = keys.pop();
  keys.reduce((at, key) => (at[key] ??= {}), object)[last] = value;
};

// A copy of a chart as it is drawn in a box of some width: `layout.meta.narrow` says what a small one changes.
const fitted = (chart, width) => {
  const made = structuredClone(chart), patch = made.layout.meta.narrow;
  made.layout.width = width;
  if (width >= (patch.below ?? NARROW)) return made;
  for (const [path, value] of Object.entries(patch.layout || {})) put(made.layout, path, value);
  for (const [path, value] of Object.entries(patch.traces || {}))
    made.data.forEach((trace, at) => put(trace, path, Array.isArray(value) ? value[at] : value));
  if (patch.height) made.layout.height = patch.height;
  return made;
};

const draw = (Plotly, box, chart) => {
  const width = box.clientWidth, made = fitted(chart, width);
  return Plotly.newPlot(box, made.data, made.layout, {
    displayModeBar: false, responsive: false, showTips: false, scrollZoom: false, doubleClick: false,
  }).then(() => { box.dataset.drawn = String(width); });
};

// Draws the boxes whose width is not the one they were drawn for; a hidden one waits.
export const drawAll = (Plotly, boxes, charts) => Promise.all([...boxes]
  .filter((box) => box.clientWidth && box.dataset.drawn !== String(box.clientWidth))
  .map((box) => draw(Plotly, box, charts[box.dataset.key])));
