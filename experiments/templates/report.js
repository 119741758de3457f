"use strict";
// The course over days, drawn from the data of the page: series to choose, arms on and off, values where one points.
const course = JSON.parse(document.getElementById("course-data").textContent), box = document.getElementById("course");
const colours = ["#d55e00", "#0072b2", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#222222", "#8c8c8c"];
const shown = new Set(course.arms.filter((arm) => arm.on).map((arm) => arm.name));
let chosen = course.series[0];
const colour = (name) => colours[[...shown].indexOf(name) % colours.length];
const number = (value) => value.toLocaleString(undefined, { maximumSignificantDigits: 3 });

function html(name, parent, attributes = {}) { const e = document.createElement(name); Object.assign(e, attributes); parent.append(e); return e; }
function words(parent, label) { for (const [language, text] of Object.entries(label)) html("span", parent, { className: language, textContent: text, lang: language }); }
function svg(name, parent, attributes, text = "") {
  const e = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
  e.textContent = text;
  parent.append(e);
  return e;
}

const choices = html("p", box, { className: "choices" }), picture = html("div", box), told = html("div", box, { className: "told" });
const arms = html("p", box, { className: "choices" });
function choice(parent, label, press, pressed, name) {
  const button = html("button", parent, { type: "button", onclick: () => { press(); show(); } });
  words(button, label);
  button.update = () => { button.setAttribute("aria-pressed", pressed()); button.style.borderColor = shown.has(name) ? colour(name) : ""; };
}
course.series.forEach((series) => choice(choices, series.label, () => { chosen = series; }, () => chosen === series));
course.arms.forEach((arm) => choice(arms, arm.label, () => { if (!shown.delete(arm.name)) shown.add(arm.name); }, () => shown.has(arm.name), arm.name));

function show() {
  box.querySelectorAll("button").forEach((button) => button.update());
  picture.replaceChildren(); told.replaceChildren();
  const lines = course.arms.filter((arm) => shown.has(arm.name) && chosen.arms[arm.name]);
  const ends = lines.flatMap((arm) => chosen.arms[arm.name].flatMap(([mean, half]) => [mean - half, mean + half]));
  if (!ends.length) return;
  const least = Math.min(...ends), most = Math.max(...ends), w = box.clientWidth, h = 260, left = 52, bottom = 24, last = course.days.length - 1;
  const x = (day) => left + day / course.days[last] * (w - left - 6), y = (v) => 8 + (most - v) / (most - least || 1) * (h - 8 - bottom);
  const rough = (most - least || 1) / 4, power = 10 ** Math.floor(Math.log10(rough)), step = [1, 2, 5, 10].find((s) => s * power >= rough) * power;
  const root = svg("svg", picture, { width: w, height: h, role: "img" });
  if (course.burn_in) svg("rect", root, { x: x(0), y: 0, width: x(course.burn_in) - x(0), height: h - bottom, fill: "#f1f1f1" });
  for (let value = Math.ceil(least / step) * step; value <= most; value += step) {
    svg("text", root, { x: left - 4, y: y(value) + 4, "text-anchor": "end" }, number(value));
    svg("line", root, { x1: left, x2: w, y1: y(value), y2: y(value), stroke: "#e4e4e4" });
  }
  for (let day = 0; day <= course.days[last]; day += 60) svg("text", root, { x: x(day), y: h - 6, "text-anchor": "middle" }, String(day));
  for (const arm of lines) {
    const places = chosen.arms[arm.name].map(([mean, half], i) => [x(course.days[i]), y(mean), y(mean + half), y(mean - half)].map((p) => p.toFixed(1)));
    const band = [...places.map((p) => `${p[0]},${p[2]}`), ...places.map((p) => `${p[0]},${p[3]}`).reverse()].join(" ");
    svg("polygon", root, { points: band, fill: colour(arm.name), opacity: 0.15 });
    svg("polyline", root, { points: places.map((p) => `${p[0]},${p[1]}`).join(" "), fill: "none", stroke: colour(arm.name), "stroke-width": 2 });
  }
  const mark = svg("line", root, { y1: 0, y2: h - bottom, stroke: "#222" });
  const point = (at) => {
    const day = (at - left) / (w - left - 6) * course.days[last];
    const i = course.days.reduce((best, each, k) => (Math.abs(each - day) < Math.abs(course.days[best] - day) ? k : best), 0);
    mark.setAttribute("x1", x(course.days[i])); mark.setAttribute("x2", x(course.days[i]));
    told.replaceChildren();
    for (const arm of lines) {
      const [mean, half] = chosen.arms[arm.name][i], line = html("div", told);
      line.style.color = colour(arm.name);
      words(line, arm.label);
      html("b", line, { textContent: ` ${number(mean)} (${number(mean - half)} – ${number(mean + half)})` });
    }
  };
  root.onpointermove = root.onpointerdown = (event) => point(event.clientX - root.getBoundingClientRect().left);
  point(w);
}
addEventListener("resize", show);
show();
