// Handles on the two cut lines of a chart with logarithmic axes. While one is dragged the line
// and the counts of the quadrants follow in the browser; on release Python hears of it once.
//
// The handles lie over the plot and not inside it: the chart stays Plotly's. Nothing of Plotly's
// own is read but where it drew its plot area.

const PLOT = ".js-plotly-plot";
const AREA = ".nsewdrag";
const OWN_DRAWING = ".infolayer .annotation, .layer-above .shapelayer path";
const NAMES = ["x", "y"];
const KEY_PAUSE = 500; // milliseconds after the last key before Python hears

export default function draw({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".cuts");
  const state = (root.state ??= begin(root));
  state.data = data;
  state.send = (cuts) => setTriggerValue("moved", cuts);
  if (!state.held) settle(state, { ...data.cuts });
  state.place();
  return () => state.end();
}

// Once for each place on the page -------------------------------------------------

function begin(root) {
  const state = { root, held: false, cuts: {}, live: false };
  state.layer = add(root, "div", "layer");
  state.handles = Object.fromEntries(NAMES.map((name) => [name, handle(state, name)]));
  state.labels = {};
  state.said = add(root, "div", "said");
  state.said.setAttribute("aria-live", "polite");
  const soon = () => (state.frame ??= requestAnimationFrame(() => {
    state.frame = undefined;
    place(state);
  }));
  state.place = soon;
  const page = root.getRootNode().host ?? root;
  state.around = () => page.closest(`.st-key-${state.data.within}`);
  state.sizes = new ResizeObserver(soon);
  state.changes = new MutationObserver(soon);
  state.end = () => {
    state.sizes.disconnect();
    state.changes.disconnect();
    clearTimeout(state.pause);
  };
  return state;
}

function add(parent, kind, name) {
  const made = document.createElement(kind);
  made.className = name;
  parent.append(made);
  return made;
}

function handle(state, name) {
  const made = add(state.layer, "div", `handle ${name}`);
  made.tabIndex = 0;
  made.setAttribute("role", "slider");
  made.setAttribute("aria-orientation", name === "x" ? "horizontal" : "vertical");
  add(made, "span", "line");
  add(made, "span", "knob");
  add(made, "span", "value");
  made.onpointerdown = (event) => {
    made.setPointerCapture(event.pointerId);
    state.held = true;
    show(state, true);
    event.preventDefault();
    made.focus({ preventScroll: true });
  };
  made.onpointermove = (event) => {
    if (state.held && made.hasPointerCapture(event.pointerId)) {
      move(state, name, under(state, name, event));
    }
  };
  made.onpointerup = () => release(state);
  made.onpointercancel = () => release(state);
  made.onkeydown = (event) => pressed(state, name, event);
  return made;
}

// Where things stand ---------------------------------------------------------------

function place(state) {
  const around = state.around();
  const plot = around?.querySelector(PLOT);
  if (around && state.watched !== around) {
    state.watched = around;
    state.changes.observe(around, { childList: true, subtree: true });
    state.sizes.observe(around);
  }
  const area = plot?.querySelector(AREA);
  state.layer.hidden = !area;
  if (!area) return;
  state.plot = plot;
  const on = area.getBoundingClientRect();
  const base = state.root.getBoundingClientRect();
  const box = [on.left - base.left, on.top - base.top, on.width, on.height].map(Math.round);
  if (String(box) !== String(state.box)) {
    state.box = box;
    const sides = ["left", "top", "width", "height"];
    sides.forEach((side, i) => (state.layer.style[side] = `${box[i]}px`));
  }
  stand(state);
}

function share(state, name, value) {
  const [low, high] = state.data.ranges[name].map(Math.log10);
  return (Math.log10(value) - low) / (high - low);
}

function stand(state) {
  for (const name of NAMES) {
    const at = 100 * share(state, name, state.cuts[name]);
    const made = state.handles[name];
    made.style[name === "x" ? "left" : "bottom"] = `${at}%`;
    const { least, most, names, signs } = state.data;
    made.querySelector(".value").textContent = `${signs[name]} ${state.cuts[name]}`;
    made.setAttribute("aria-label", names[name]);
    made.setAttribute("aria-valuemin", least[name]);
    made.setAttribute("aria-valuemax", most[name]);
    made.setAttribute("aria-valuenow", state.cuts[name]);
    made.setAttribute("aria-valuetext", `${state.cuts[name]} times the upper limit`);
  }
}

function under(state, name, event) {
  const on = state.layer.getBoundingClientRect();
  const across = (event.clientX - on.left) / on.width;
  const part = name === "x" ? across : (on.bottom - event.clientY) / on.height;
  const [low, high] = state.data.ranges[name].map(Math.log10);
  return 10 ** (low + part * (high - low));
}

// Moving ------------------------------------------------------------------------------

function move(state, name, value) {
  const { least, most, step } = state.data;
  const stepped = Math.round(value / step) * step;
  state.cuts[name] = Number(Math.min(most[name], Math.max(least[name], stepped)).toFixed(2));
  stand(state);
  count(state);
}

function pressed(state, name, event) {
  const { least, most, step } = state.data;
  const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
  const ends = { Home: least[name], End: most[name] };
  if (!(event.key in by) && !(event.key in ends)) return;
  event.preventDefault();
  show(state, true);
  move(state, name, ends[event.key] ?? state.cuts[name] + by[event.key] * step);
  clearTimeout(state.pause);
  state.pause = setTimeout(() => release(state), KEY_PAUSE);
}

function release(state) {
  if (!state.live) return;
  state.held = false;
  const { cuts } = state.data;
  if (NAMES.every((name) => cuts[name] === state.cuts[name])) settle(state, { ...cuts });
  else state.send({ ...state.cuts });
}

function settle(state, cuts) {
  state.cuts = cuts;
  // The chart follows a moment later: until then its lines are the ones that were moved.
  clearTimeout(state.settling);
  state.settling = setTimeout(() => !state.held && show(state, false), state.live ? 250 : 0);
  if (state.box) stand(state);
}

// Counting ----------------------------------------------------------------------------

function show(state, live) {
  state.live = live;
  state.root.classList.toggle("live", live);
  for (const drawn of state.plot?.querySelectorAll(OWN_DRAWING) ?? []) {
    drawn.style.visibility = live ? "hidden" : "";
  }
  if (live) count(state);
}

function count(state) {
  const { x, y, arm, arms, quadrants } = state.data;
  const counts = quadrants.map(() => arms.map(() => 0));
  const place = Object.fromEntries(quadrants.map((one, i) => [`${one.right}${one.above}`, i]));
  for (let i = 0; i < x.length; i++) {
    counts[place[`${x[i] >= state.cuts.x}${y[i] > state.cuts.y}`]][arm[i]]++;
  }
  quadrants.forEach((one, i) => write(state, one, counts[i]));
  state.said.textContent = quadrants
    .map((one, i) => `${one.name}: ${counts[i].reduce((a, b) => a + b, 0)}`)
    .join(", ");
}

function write(state, quadrant, counts) {
  const side = `${quadrant.above ? "above" : "below"} ${quadrant.right ? "right" : "left"}`;
  const label = (state.labels[quadrant.name] ??= add(state.layer, "div", `label ${side}`));
  const total = counts.reduce((a, b) => a + b, 0);
  label.replaceChildren();
  add(label, "strong", "").textContent = `${quadrant.name}: ${total.toLocaleString("en")}`;
  const { arms } = state.data;
  if (arms.length < 2) return;
  const row = add(label, "div", "");
  arms.forEach((one, i) => {
    const mark = add(row, "span", "mark");
    mark.textContent = one.glyph;
    mark.style.color = one.colour;
    row.append(` ${counts[i].toLocaleString("en")} `);
  });
}
