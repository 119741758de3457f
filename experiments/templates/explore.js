"use strict";
// Predictions of a Gaussian process with a Matern 5/2 covariance, as experiments/measures/surrogate.py makes them.
const data = JSON.parse(document.getElementById("data").textContent);
const floats = (text, Kind) => new Kind(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
const $ = (id) => document.getElementById(id);

const models = {};
for (const [arm, outcomes] of Object.entries(data.models)) {
  models[arm] = {};
  for (const [key, m] of Object.entries(outcomes)) {
    models[arm][key] = { ...m, inputs: floats(m.inputs, Float64Array), weights: floats(m.weights, Float64Array),
      root: floats(m.root, Float32Array) };
  }
}

function matern(square, signal) {
  const step = Math.sqrt(5 * square);
  return signal * (1 + step + step * step / 3) * Math.exp(-step);
}

function distance(model, place, inputs, at) {
  let square = 0;
  for (let j = 0; j < place.length; j += 1) {
    const d = (place[j] - inputs[at + j]) / model.lengths[j];
    square += d * d;
  }
  return square;
}

function covariances(model, place) {
  return Float64Array.from(model.weights, (_, i) => matern(distance(model, place, model.inputs, i * place.length), model.signal));
}

function explained(root, v) { // squared length of a lower triangle, given by its rows, times v
  let total = 0;
  for (let i = 0, at = 0; i < v.length; i += 1) {
    let row = 0;
    for (let j = 0; j <= i; j += 1, at += 1) row += root[at] * v[j];
    total += row * row;
  }
  return total;
}

function level(model, place) {
  const k = covariances(model, place);
  let mean = 0;
  for (let i = 0; i < k.length; i += 1) mean += k[i] * model.weights[i];
  const variance = Math.max(model.signal - explained(model.root, k), 0);
  return { mean: model.centre + model.spread * mean, deviation: model.spread * Math.sqrt(variance), k };
}

function change(model, from, to) { // what both places share of what is not known cancels
  const a = level(model, from), b = level(model, to);
  const d = b.k.map((value, i) => value - a.k[i]);
  const own = 2 * (model.signal - matern(distance(model, from, to, 0), model.signal));
  const variance = Math.max(own - explained(model.root, d), 0);
  return { from: a, to: b, mean: b.mean - a.mean, deviation: model.spread * Math.sqrt(variance) };
}

const unit = (s, value) => s.log ? Math.log(value / s.low) / Math.log(s.high / s.low) : (value - s.low) / (s.high - s.low);
const value = (s, u) => { const x = s.log ? s.low * (s.high / s.low) ** u : s.low + (s.high - s.low) * u; return s.whole ? Math.round(x) : x; };
const start = data.sliders.map((s) => Math.min(Math.max(unit(s, s.default), 0), 1));
const state = { place: [...start], reference: [...start], arm: data.arms[0].name, shown: data.outcomes[0].key, slider: 0,
  language: data.language || ((navigator.language || "en").startsWith("zh") ? "zh" : "en") };

const text = (key) => data.words.text[key][state.language];
const said = (s, x) => s.high <= 1 && (s.unit === "1" || s.unit.startsWith("share")) ? `${(100 * x).toFixed(1)} %` : Number(x.toPrecision(3)).toString();
function number(x, signed) {
  const size = Math.abs(x), digits = size >= 100 || size === 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  const shown = size.toLocaleString(state.language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return (Number(size.toFixed(digits)) === 0 ? "" : x < 0 ? "\u2212" : signed ? "+" : "") + shown;
}
const unitOfChange = (o) => o.percent ? text("points") : unitOf(o);
const span = (low, high, signed) => `${number(low, signed)} ${text("to")} ${number(high, signed)}`;
const unitOf = (o) => (data.words.units[o.unit] || {})[state.language] || o.unit;

function fragment() {
  const round = (places) => places.map((u) => u.toFixed(4)).join(",");
  return new URLSearchParams({ place: round(state.place), reference: round(state.reference), arm: state.arm,
    shown: state.shown, slider: state.slider, language: state.language }).toString();
}

function restore() {
  const given = new URLSearchParams(location.hash.slice(1));
  for (const key of ["place", "reference"]) {
    const read = (given.get(key) || "").split(",").map(Number);
    if (read.length === start.length && read.every((u) => u >= 0 && u <= 1)) state[key] = read;
  }
  if (models[given.get("arm")]) state.arm = given.get("arm");
  if (data.outcomes.some((o) => o.key === given.get("shown"))) state.shown = given.get("shown");
  if (data.sliders[Number(given.get("slider"))]) state.slider = Number(given.get("slider"));
  if (data.languages.includes(given.get("language"))) state.language = given.get("language");
}

function slider(s, i) {
  const label = document.createElement("label");
  label.className = "slider";
  label.innerHTML = "<span><i style='font-style:normal'></i><output></output></span><input type='range' min='0' max='1' step='0.0025'>";
  const input = label.querySelector("input");
  input.id = s.path;
  input.oninput = () => { state.place[i] = Number(input.value); state.slider = i; show(); };
  $(s.lever ? "levers" : "soft").append(label);
}

function outcome(o) {
  const row = document.createElement("div");
  row.className = "outcome";
  row.id = `outcome-${o.key}`;
  row.onclick = () => { state.shown = o.key; show(); };
  $("outcomes").append(row);
}

const isReference = () => state.place.every((u, i) => u === state.reference[i]);

function showOutcome(o) {
  const row = $(`outcome-${o.key}`), model = models[state.arm][o.key];
  row.className = `outcome${o.key === state.shown ? " chosen" : ""}`;
  const line = (right, below) => { row.innerHTML = ""; const top = document.createElement("div"), name = document.createElement("span"), b = document.createElement("b"), small = document.createElement("small");
    name.textContent = o.label[state.language]; b.textContent = right; small.textContent = below; top.append(name, b); row.append(top, small); };
  if (!model || model.r2 < data.least_r2) { line("", text("unknown")); return; }
  const c = change(model, state.reference, state.place), half = data.z * c.deviation;
  Object.assign(row.dataset, { mean: c.mean, deviation: c.deviation, level: c.to.mean, leveldeviation: c.to.deviation });
  const level = `${text("level")} ${number(c.to.mean)} ${unitOf(o)}`;
  const far = c.to.deviation > data.least_known * model.spread ? `; ${text("far")}` : "";
  if (isReference()) { line(`${number(c.to.mean)} ${unitOf(o)}`, text("no_change") + far); return; }
  const clear = Math.abs(c.mean) > half;
  if (clear && o.better) row.classList.add(c.mean * o.better > 0 ? "good" : "bad");
  line(`${number(c.mean, true)} ${unitOfChange(o)}`,
    `${span(c.mean - half, c.mean + half, true)}; ${level}${clear ? "" : `; ${text("open")}`}${far}`);
}

function showCurve() {
  const o = data.outcomes.find((each) => each.key === state.shown), s = data.sliders[state.slider], model = models[state.arm][o.key];
  $("curve").innerHTML = "";
  if (!model || model.r2 < data.least_r2) return;
  const nodes = Array.from({ length: 31 }, (_, i) => i / 30);
  const levels = nodes.map((u) => level(model, state.place.map((own, i) => i === state.slider ? u : own)));
  const low = levels.map((l) => l.mean - data.z * l.deviation), high = levels.map((l) => l.mean + data.z * l.deviation);
  const least = Math.min(...low), most = Math.max(...high), w = 640, h = 260, left = 96, bottom = 48, top = 32;
  const x = (u) => left + u * (w - left - 10), y = (v) => top + (most - v) / (most - least || 1) * (h - top - bottom);
  const path = (values, back) => values.map((v, i) => `${i || back ? "L" : "M"}${x(nodes[i]).toFixed(1)},${y(v).toFixed(1)}`);
  const band = [...path(high), ...path(low, true).reverse()].join("") + "Z";
  const now = level(model, state.place), label = (v) => number(v);
  $("curve").innerHTML = `<svg viewBox="0 0 ${w} ${h}" role="img"><path d="${band}" fill="#cfe3f1"/>
    <path d="${path(levels.map((l) => l.mean)).join("")}" fill="none" stroke="#0072b2" stroke-width="2"/>
    <line x1="${left}" x2="${w - 10}" y1="${h - bottom}" y2="${h - bottom}" stroke="#999"/>
    <circle cx="${x(state.place[state.slider])}" cy="${y(now.mean)}" r="5" fill="#222"/>
    <text x="${left - 6}" y="${y(most) + 10}" text-anchor="end">${label(most)}</text>
    <text x="${left - 6}" y="${y(least)}" text-anchor="end">${label(least)}</text>
    <text x="${left}" y="${h - bottom + 20}">${said(s, s.low)}</text>
    <text x="${w - 10}" y="${h - bottom + 20}" text-anchor="end">${said(s, s.high)}</text>
    <text class="title" x="0" y="18"></text><text class="axis" x="${(left + w) / 2}" y="${h - 6}" text-anchor="middle"></text></svg>`;
  $("curve").querySelector(".title").textContent = `${o.label[state.language]}, ${unitOf(o)}`;
  $("curve").querySelector(".axis").textContent = `${text("curve")} ${s.label[state.language]}`;
}

function showMine() {
  const model = models[state.arm].gmv_kept, box = $("mine");
  box.innerHTML = "";
  if (!model || model.r2 < data.least_r2) return;
  const c = change(model, state.reference, state.place), half = data.z * c.deviation;
  const [sales, margin, price] = ["sales", "margin", "price"].map((id) => Number($(id).value));
  const rows = [["mine_sales", sales, "yuan a month"], ["mine_margin", sales * margin / 100, "yuan a month"], ["mine_orders", sales / price, ""]];
  for (const [key, base, of] of rows) {
    if (!Number.isFinite(base) || base < 0) continue;
    const times = base / c.from.mean, p = document.createElement("div");
    p.className = "outcome";
    p.textContent = isReference() ? `${text(key)}: ${text("no_change")}` : `${text(key)}: ${number(times * c.mean, true)} (${span(times * (c.mean - half), times * (c.mean + half), true)}) ${of ? unitOf({ unit: of }) : text("a_month")}`;
    box.append(p);
  }
}

function show() {
  document.documentElement.lang = state.language;
  document.querySelectorAll("[data-text]").forEach((e) => { e.textContent = text(e.dataset.text); });
  document.querySelectorAll("#languages button").forEach((b) => b.setAttribute("aria-pressed", b.dataset.language === state.language));
  document.querySelectorAll("#arms button").forEach((b, i) => {
    b.textContent = data.arms[i].label[state.language];
    b.setAttribute("aria-pressed", data.arms[i].name === state.arm);
  });
  data.sliders.forEach((s, i) => {
    const label = $(s.path).parentElement;
    label.querySelector("i").textContent = s.label[state.language];
    label.querySelector("output").textContent = said(s, value(s, state.place[i]));
    label.querySelector("input").value = state.place[i];
  });
  $("how").textContent = text("how").replace(/\{(\w+)\}/g, (_, key) => Number(data[key]).toLocaleString(state.language));
  const at = data.sliders.map((s, i) => `${s.path}: [${Number(value(s, state.place[i]).toPrecision(4))}]`).join(", ");
  $("command").textContent = `koc run experiment=explore experiment.design.sample=grid 'experiment.design.vary={${at}}'`;
  data.outcomes.forEach(showOutcome);
  $("now").replaceChildren(...[...$(`outcome-${state.shown}`).children].map((e) => e.cloneNode(true)));
  $("now").className = $(`outcome-${state.shown}`).className;
  showCurve();
  showMine();
  try { history.replaceState(null, "", `#${fragment()}`); } catch { location.hash = fragment(); }
}

data.sliders.forEach(slider);
data.outcomes.forEach(outcome);
for (const [name, label] of [["en", "English"], ["zh", "中文"]]) {
  const button = document.createElement("button");
  Object.assign(button, { textContent: label, onclick: () => { state.language = name; show(); } });
  button.dataset.language = name;
  $("languages").append(button, " ");
}
if (data.arms.length > 1) for (const arm of data.arms) {
  const button = document.createElement("button");
  button.onclick = () => { state.arm = arm.name; show(); };
  $("arms").append(button, " ");
}
for (const id of ["sales", "margin", "price"]) $(id).oninput = showMine;
$("reference").onclick = () => { state.reference = [...state.place]; show(); };
$("reset").onclick = () => { state.place = [...start]; state.reference = [...start]; show(); };
restore();
show();
