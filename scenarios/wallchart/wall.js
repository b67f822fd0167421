"use strict";
(() => {
const data = JSON.parse(document.getElementById("data").textContent);
const today = new Date(data.today + "T00:00:00Z");
const DAY = 86400000, ROW = 34, NODE = 22, LEFT = 400, MARGIN = 6;
const PAPERS = { A0: [1189, 841, 2], A1: [841, 594, 1.5], A2: [594, 420, 1.2], A3: [420, 297, 1] };
const LIGHTS = ["green", "amber", "red"];

// -- state, kept in the address so that a view can be sent as a link -------------------------------------------
const USUAL = { lang: data.lang, q: "", sort: "file", zoom: "all", paper: "A3" };
const state = { ...USUAL, shift: 0, open: new Set() };
const words = key => (data.words[key] || [key, key])[state.lang === "zh" ? 0 : 1];
const pick = pair => (Array.isArray(pair) ? pair[state.lang === "zh" ? 0 : 1] : pair);
const named = place => (place === undefined || place === null ? "" : pick(data.names[place]));
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key]);

// Every filter: what it is called, and the values that a project has. A new filter is a new line.
const FILTERS = [
  ["light", p => [p.light || "none"], value => (value === "none" ? words("wall_no_light") : words(value))],
  ["district", p => [p.district]],
  ["sector", p => [p.sector && p.sector.join("\u0000")], value => pick(value.split("\u0000"))],
  ["group", p => [p.group]],
  ["category", p => [p.category]],
  ["department", p => p.departments.map(String), value => named(Number(value))],
  ["leader", p => [p.leader]],
  ["lead_unit", p => [p.lead_unit]],
  ["responsible", p => [p.responsible, p.responsible_person]],
];
const chosen = Object.fromEntries(FILTERS.map(([key]) => [key, ""]));

for (const p of data.projects) {
  p.departments = [...new Set(p.nodes.filter(n => n.s !== 0 && n.d !== undefined).map(n => n.d))];
  const said = [p.id, ...p.name, p.district, p.group, p.leader, p.lead_unit, p.responsible, p.responsible_person, p.developer, ...(p.sector || []), ...(p.blocker || [])];
  p.text = said.filter(Boolean).join("\n").toLowerCase();
  p.lines = p.nodes.filter(n => n.dl !== undefined);
  const open = p.lines.filter(n => n.s !== 0).map(n => n.dl);
  p.due = open.length ? Math.min(...open) : Infinity;
}

function readHash() {
  const hash = new URLSearchParams(location.hash.slice(1));
  for (const [key, usual] of Object.entries(USUAL)) state[key] = hash.get(key) || usual;
  if (!["zh", "en"].includes(state.lang)) state.lang = data.lang;
  if (!(state.paper in PAPERS)) state.paper = "A3";
  state.shift = Number(hash.get("shift")) || 0;
  for (const key in chosen) chosen[key] = hash.get(key) || "";
  state.open = new Set(hash.getAll("open"));
}
function writeHash() {
  const hash = new URLSearchParams();
  for (const key of ["lang", "q", "sort", "zoom", "paper", "shift"]) if (state[key]) hash.set(key, state[key]);
  for (const key in chosen) if (chosen[key]) hash.set(key, chosen[key]);
  for (const id of state.open) hash.append("open", id);
  history.replaceState(null, "", "#" + hash);
}

// -- small builders: text is only ever set as text -------------------------------------------------------------
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) if (value !== null && value !== undefined) element.setAttribute(key, value);
  element.append(...children.filter(child => child !== null && child !== ""));
  return element;
}
function draw(parent, tag, attributes, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}
const dated = day => new Date(today.getTime() + day * DAY).toISOString().slice(0, 10);
const gained = ([name, gain]) => filled(words("cause_gain"), { name: named(name), gain });
const span = pair => (pair ? (pair[0] === pair[1] ? dated(pair[1]) : dated(pair[0]) + (state.lang === "zh" ? "至" : " – ") + dated(pair[1])) : "");

// A light is a colour and a shape, so that it is read in black and white too.
function shape(parent, light, x, y, r, classes = "") {
  const all = "mark " + (light || "none") + " " + classes;
  if (light === "green") return draw(parent, "circle", { cx: x, cy: y, r, class: all });
  if (light === "amber") return draw(parent, "path", { d: `M${x} ${y - r * 1.15}L${x + r * 1.15} ${y + r * 0.9}H${x - r * 1.15}Z`, class: all });
  if (light === "red") return draw(parent, "rect", { x: x - r * 0.95, y: y - r * 0.95, width: r * 1.9, height: r * 1.9, class: all });
  return draw(parent, "path", { d: `M${x} ${y - r}L${x + r} ${y}L${x} ${y + r}L${x - r} ${y}Z`, class: all });
}
function lamp(light) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "lamp"); svg.setAttribute("viewBox", "0 0 14 14");
  if (light) { shape(svg, light, 7, 7, 5.4); svg.setAttribute("role", "img"); svg.setAttribute("aria-label", words(light)); }
  return svg;
}

// -- which projects, in which order ----------------------------------------------------------------------------
function matching() {
  const parts = state.q.toLowerCase().split(/\s+/).filter(Boolean);
  const found = data.projects.filter(p =>
    parts.every(part => p.text.includes(part)) &&
    FILTERS.every(([key, values]) => !chosen[key] || values(p).includes(chosen[key])));
  const by = {
    due: (a, b) => a.due - b.due,
    probability: (a, b) => (a.p ? a.p[0] : 2) - (b.p ? b.p[0] : 2),
    light: (a, b) => LIGHTS.indexOf(b.light) - LIGHTS.indexOf(a.light),
  }[state.sort];
  return by ? [...found].sort(by) : found;
}
function rowsOf(projects) {
  const rows = [];
  projects.forEach((p, k) => {
    rows.push({ p, height: ROW, odd: k % 2 });
    if (state.open.has(p.id)) for (const n of p.nodes) rows.push({ p, n, height: NODE });
  });
  let top = 0;
  for (const row of rows) { row.top = top; top += row.height; }
  rows.total = top;
  return rows;
}

// -- time scale ------------------------------------------------------------------------------------------------
const reach = (() => {
  let low = 0, high = 30;
  for (const p of data.projects) for (const n of p.nodes) {
    const shown = n.a || n.p || n.e;
    low = Math.min(low, shown[0]); high = Math.max(high, shown[1], n.dl || 0, n.q ? n.q[1] : 0);
  }
  return [low - 10, high + 20];
})();
function timescale(width) {
  const months = { all: 0, year: 12, half: 6, quarter: 3 }[state.zoom] || 0;
  let [low, high] = reach;
  if (months) { low = -months * 3 + Math.round(state.shift * months * 15); high = low + months * 30.5; }
  const unit = (width - 2 * MARGIN) / (high - low);
  const starts = monthStarts(low, high);
  return { low, high, width, unit, starts, x: day => MARGIN + (day - low) * unit, inside: day => day >= low && day <= high };
}
function monthStarts(low, high) {
  const found = [];
  const first = new Date(today.getTime() + low * DAY);
  let year = first.getUTCFullYear(), month = first.getUTCMonth() + 1;
  for (;;) {
    if (month > 11) { month = 0; year++; }
    const day = (Date.UTC(year, month, 1) - today.getTime()) / DAY;
    if (day > high) return found;
    found.push({ day, month, year });
    month++;
  }
}
function ruled(svg, scale, height) {
  const starts = scale.starts.filter(({ month }) => scale.unit * 30 >= 9 || month % 3 === 0);
  const rules = starts => starts.map(({ day }) => `M${scale.x(day).toFixed(1)} 0V${height}`).join("");
  draw(svg, "path", { d: rules(starts.filter(({ month }) => month)), class: "grid" });
  draw(svg, "path", { d: rules(starts.filter(({ month }) => !month)), class: "grid year" });
  if (scale.inside(0)) draw(svg, "line", { x1: scale.x(0), x2: scale.x(0), y1: 0, y2: height, class: "today" });
}
function scaleBar(scale) {
  const box = make("div", { class: "row", style: "position:static;--row:36px;border:0;background:none" });
  const info = make("div", { class: "info" }, make("span", { class: "title" }, words("project")), make("span", { class: "p" }, words("on_time")));
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "scale"); svg.setAttribute("width", scale.width);
  ruled(svg, scale, 36);
  const wide = scale.unit * 30, starts = scale.starts;
  const edge = scale.inside(0) ? scale.x(0) : -1e6;
  let last = -1e6;
  for (const { day, month, year } of starts) {
    const x = scale.x(day);
    if (wide > 22 || (wide > 8 && month % 3 === 0)) {
      const label = wide > 22 ? String(month + 1) + (state.lang === "zh" && wide > 30 ? "月" : "") : (state.lang === "zh" ? "" : "Q") + (month / 3 + 1) + (state.lang === "zh" ? "季" : "");
      if (x + 24 < scale.width) draw(svg, "text", { x: x + 2, y: 30 }, label);
    }
    if ((month === 0 || day === starts[0].day) && x - last > 44) {
      const clear = x + 36 > edge && x + 3 < edge + 76 ? edge + 78 : x + 3;
      draw(svg, "text", { x: clear, y: 14, class: "year" }, year); last = clear;
    }
  }
  if (edge > 0) draw(svg, "text", { x: Math.min(edge + 3, scale.width - 70), y: 14, class: "now" }, data.today);
  box.append(info, svg);
  return box;
}

// -- rows ------------------------------------------------------------------------------------------------------
function projectRow(row, scale) {
  const { p } = row, open = state.open.has(p.id);
  const element = make("div", { class: "row project" + (row.odd ? " odd" : ""), tabindex: 0, role: "button", "aria-expanded": open });
  element.row = row;
  const units = [p.district, p.leader, p.lead_unit].filter(Boolean).join(" · ");
  element.append(make("div", { class: "info" },
    make("span", { class: "fold" }, open ? "▾" : "▸"), lamp(p.light),
    make("span", { class: "title" }, make("span", { class: "name", title: pick(p.name) }, pick(p.name)), make("span", { class: "sub" }, p.id + (units ? " · " + units : ""))),
    make("span", { class: "p" }, p.p ? p.p[1] : "–")));
  const svg = lane(scale, ROW);
  const spans = p.nodes.map(n => n.a || n.p || n.e);
  if (spans.length) {
    const from = Math.min(...spans.map(s => s[0])), to = Math.max(...spans.map(s => s[1])) + 1;
    const begun = p.nodes.some(n => n.as !== undefined || n.a);
    bar(svg, scale, from, to, 13, 8, "bar-span");
    if (begun && from < 0) bar(svg, scale, from, Math.min(0, to), 15, 4, "bar-done");
  }
  const late = p.lines.filter(n => n.q && n.q[1] !== null && n.p);
  for (const n of late) whisker(svg, scale, n.p[1], n.q[1], 17);
  for (const n of p.nodes) if (n.key && n.s === 0) mark(svg, scale, n, 17, 3.6);
  for (const n of p.nodes) if (n.key && n.s !== 0) mark(svg, scale, n, 17, n.dl === undefined ? 4 : 6);
  for (const n of p.lines) line(svg, scale, n, 3, 31);
  element.append(svg);
  return element;
}
function nodeRow(row, scale) {
  const { n } = row;
  const element = make("div", { class: "row node", tabindex: 0 });
  element.row = row;
  element.append(make("div", { class: "info" }, lamp(n.li),
    make("span", { class: "title" }, make("span", { class: "name", title: named(n.n) }, named(n.n), make("span", { class: "who" }, named(n.d)))),
    make("span", { class: "p" }, n.ot ? n.ot[1] : words("state_" + ["done", "in_progress", "open"][n.s]))));
  const svg = lane(scale, NODE);
  const shown = n.a || n.p || n.e;
  if (n.l && n.l[1] > shown[1]) bar(svg, scale, shown[1] + 1, n.l[1] + 1, 9, 4, "bar-float");
  if (shown[1] > shown[0]) {
    bar(svg, scale, n.as !== undefined ? n.as : shown[0], shown[1] + 1, 6, 10, n.s === 0 ? "bar-done" : "bar-plan");
    if (n.s === 1) bar(svg, scale, n.as, 0, 9, 4, "bar-done");
  }
  if (n.q && n.q[1] !== null) whisker(svg, scale, shown[1], n.q[1], 11);
  if (n.key || shown[1] === shown[0]) mark(svg, scale, n, 11, 4.6);
  if (n.dl !== undefined) line(svg, scale, n, 2, 20);
  element.append(svg);
  return element;
}
function lane(scale, height) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("width", scale.width); svg.setAttribute("height", height);
  ruled(svg, scale, height);
  return svg;
}
function bar(svg, scale, from, to, y, height, kind) {
  const a = Math.max(scale.x(from), 0), b = Math.min(scale.x(to), scale.width);
  if (b > a) draw(svg, "rect", { x: a, y, width: Math.max(b - a, 1), height, rx: 2, class: kind });
}
function whisker(svg, scale, from, to, y) {
  const a = Math.max(scale.x(from), 0), b = Math.min(scale.x(to + 1), scale.width);
  if (b <= a) return;
  draw(svg, "line", { x1: a, x2: b, y1: y, y2: y, class: "whisker" });
  if (scale.inside(to)) draw(svg, "line", { x1: b, x2: b, y1: y - 4, y2: y + 4, class: "whisker" });
}
function mark(svg, scale, n, y, r) {
  const day = (n.a || n.p || n.e)[1] + 0.5;
  if (!scale.inside(day)) return;
  const x = scale.x(day);
  const element = n.s === 0 ? draw(svg, "circle", { cx: x, cy: y, r: r * 0.8, class: "mark done" }) : shape(svg, n.li, x, y, r, n.c ? "critical" : "");
  element.node = n;
}
function line(svg, scale, n, top, bottom) {
  if (!scale.inside(n.dl)) return;
  const x = scale.x(n.dl + 1);
  const element = draw(svg, "path", { d: `M${x - 3} ${top}H${x + 3}M${x} ${top}V${bottom}`, class: "line" + (n.h ? " hard" : "") });
  element.node = n;
}

// -- card ------------------------------------------------------------------------------------------------------
const card = document.getElementById("card");
function showCard(p, n, x, y) {
  const fields = n ? nodeFields(n) : projectFields(p);
  card.replaceChildren(make("h2", {}, n ? n.id + " " + named(n.n) : pick(p.name)), make("table", {}, make("tbody", {},
    ...fields.filter(([, value]) => value).map(([key, value]) => make("tr", {}, make("td", {}, words(key)), make("td", {}, value))))));
  card.hidden = false;
  const box = card.getBoundingClientRect();
  card.style.left = Math.max(4, Math.min(x + 14, innerWidth - box.width - 8)) + "px";
  card.style.top = Math.max(4, y + 18 + box.height > innerHeight ? y - box.height - 12 : y + 18) + "px";
}
function nodeFields(n) {
  return [
    ["state", words("state_" + ["done", "in_progress", "open"][n.s])], ["department", named(n.d)],
    ["actual", n.a ? span(n.a) : n.as !== undefined ? dated(n.as) + " –" : ""],
    ["earliest", n.s === 0 ? "" : span(n.e)], ["planned", span(n.p)], ["latest", span(n.l)],
    ["deadline", n.dl === undefined ? "" : dated(n.dl)], ["on_time", n.ot ? n.ot[1] : ""],
    ["wall_quantiles", n.q ? n.q.map(day => (day === null ? "–" : dated(day))).join(" / ") : ""],
    ["light", n.li ? words(n.li) : ""], ["cause", n.ca ? gained(n.ca) : ""],
    ["total_float", n.f === undefined || n.f === null ? "" : String(n.f)], ["critical", n.c ? words("wall_yes") : ""], ["assumed", n.x ? words("wall_yes") : ""],
  ];
}
function projectFields(p) {
  return [
    ["on_time", p.p ? p.p[1] : ""], ["light", p.light ? words(p.light) : ""], ["district", p.district], ["sector", pick(p.sector)],
    ["group", p.group], ["category", p.category], ["leader", p.leader], ["lead_unit", p.lead_unit], ["responsible", p.responsible],
    ["responsible_person", p.responsible_person], ["developer", p.developer], ["blocker", pick(p.blocker)],
    ["cause", p.causes.map(gained).join(words("semicolon"))],
    ["deadline", p.lines.filter(n => n.s !== 0).map(n => named(n.n) + " " + dated(n.dl)).join(words("semicolon"))],
  ];
}

// -- the page --------------------------------------------------------------------------------------------------
const view = document.getElementById("view"), canvas = document.getElementById("canvas");
let rows = rowsOf([]), projects = [], scale = timescale(800);

function refresh() {
  projects = matching();
  rows = rowsOf(projects);
  scale = timescale(Math.max(200, view.clientWidth - LEFT));
  canvas.style.height = rows.total + "px";
  document.getElementById("scale").replaceChildren(scaleBar(scale));
  const count = document.getElementById("count");
  if (count) count.textContent = filled(words("wall_count"), { shown: projects.length, total: data.projects.length });
  paint();
  writeHash();
}
function paint() {
  const top = view.scrollTop - 200, bottom = view.scrollTop + view.clientHeight + 200;
  const seen = rows.filter(row => row.top + row.height > top && row.top < bottom);
  const focused = document.activeElement && document.activeElement.row;
  // Scrolling keeps the rows that stay in sight: building them anew took most of a frame.
  const kept = new Map([...canvas.children].map(element => [element.row, element]));
  for (const row of seen) if (!kept.has(row)) {
    const element = row.n ? nodeRow(row, scale) : projectRow(row, scale);
    element.style.top = row.top + "px";
    kept.set(row, element);
  }
  const wanted = new Set(seen);
  for (const element of [...canvas.children]) if (!wanted.has(element.row)) element.remove();
  let place = canvas.firstChild;
  for (const row of seen) {
    const element = kept.get(row);
    if (element === place) place = place.nextSibling; else canvas.insertBefore(element, place);
  }
  if (!rows.length) canvas.append(make("div", { id: "empty" }, words("wall_empty")));
  if (focused) for (const element of canvas.children) if (element.row && element.row.p === focused.p && element.row.n === focused.n) element.focus({ preventScroll: true });
}
function controls() {
  const form = document.getElementById("controls");
  const choice = (key, label, options, value, change) => {
    const select = make("select", { name: key }, ...options.map(([id, text]) => make("option", { value: id }, text)));
    select.value = value;
    select.addEventListener("change", () => { change(select.value); refresh(); });
    return make("label", {}, label, select);
  };
  const search = make("input", { type: "search", name: "q", placeholder: words("wall_search"), "aria-label": words("wall_search") });
  search.value = state.q;
  search.addEventListener("input", () => { state.q = search.value; view.scrollTop = 0; refresh(); });
  const parts = [search];
  for (const [key, values, shown] of FILTERS) {
    const known = [...new Set(data.projects.flatMap(values))].filter(Boolean);
    if (known.length < 2 && !chosen[key]) continue;
    const options = known.map(value => [value, shown ? shown(value) : value]);
    if (key === "light") options.sort((a, b) => [...LIGHTS, "none"].indexOf(a[0]) - [...LIGHTS, "none"].indexOf(b[0]));
    else options.sort((a, b) => a[1].localeCompare(b[1], state.lang));
    parts.push(choice(key, words(key), [["", words("wall_all")], ...options], chosen[key], value => { chosen[key] = value; view.scrollTop = 0; }));
  }
  parts.push(choice("sort", words("wall_sort"), ["file", "due", "probability", "light"].map(key => [key, words("wall_sort_" + key)]), state.sort, value => { state.sort = value; }));
  parts.push(choice("zoom", words("wall_zoom"), ["all", "year", "half", "quarter"].map(key => [key, words("wall_zoom_" + key)]), state.zoom, value => { state.zoom = value; state.shift = 0; }));
  const button = (name, text, title, act) => {
    const element = make("button", { type: "button", name, title }, text);
    element.addEventListener("click", act);
    return element;
  };
  parts.push(button("back", "◀", words("wall_back"), () => { state.shift--; refresh(); }), button("forth", "▶", words("wall_forth"), () => { state.shift++; refresh(); }));
  parts.push(button("unfold", words("wall_unfold"), null, () => { state.open = state.open.size ? new Set() : new Set(projects.map(p => p.id)); refresh(); }));
  parts.push(choice("paper", words("wall_paper"), Object.keys(PAPERS).map(key => [key, key]), state.paper, value => { state.paper = value; paper(); }));
  parts.push(button("print", words("wall_print"), null, () => window.print()));
  parts.push(button("lang", state.lang === "zh" ? "English" : "中文", null, () => { state.lang = state.lang === "zh" ? "en" : "zh"; whole(); }));
  parts.push(make("span", { id: "count", role: "status" }));
  form.replaceChildren(...parts);
  form.onsubmit = event => event.preventDefault();
}
function whole() {
  document.documentElement.lang = state.lang === "zh" ? "zh-CN" : "en";
  document.title = pick(data.title);
  document.querySelector("h1").textContent = pick(data.title);
  const facts = [words("data_date") + words("colon") + data.today, data.source ? words("wall_source") + words("colon") + data.source : ""];
  document.getElementById("facts").textContent = facts.filter(Boolean).join("　");
  const counts = LIGHTS.map(light => [light, data.projects.filter(p => p.light === light).length]);
  const chip = (...parts) => make("span", { class: "chip" }, ...parts);
  document.getElementById("summary").replaceChildren(
    chip(words("wall_projects") + " ", make("b", {}, String(data.projects.length))),
    ...counts.map(([light, n]) => chip(lamp(light), " " + words(light) + " ", make("b", { class: "word-" + light }, String(n)))),
    chip(words("wall_expected") + " ", make("b", {}, data.expected.toFixed(1)), " / " + data.judged),
    ...data.quotas.map(q => chip(pick(q.name) + " ", make("b", {}, q.expected.toFixed(1)), " / " + q.target + (q.reached ? filled(words("wall_reached"), q) : "") + "　" + words("wall_met") + " " + q.met)));
  const legend = [["green", "green"], ["amber", "amber"], ["red", "red"]].map(([light, key]) => make("span", {}, lamp(light), " " + words(key)));
  const drawn = (text, paint) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 14 14"); paint(svg);
    return make("span", {}, svg, " " + text);
  };
  legend.push(drawn(words("wall_done"), svg => draw(svg, "circle", { cx: 7, cy: 7, r: 4, class: "mark done" })));
  legend.push(drawn(words("wall_key"), svg => shape(svg, null, 7, 7, 5)));
  legend.push(drawn(words("critical"), svg => shape(svg, null, 7, 7, 5, "critical")));
  legend.push(drawn(words("deadline"), svg => draw(svg, "path", { d: "M4 1H10M7 1V13", class: "line" })));
  legend.push(drawn(words("wall_p80"), svg => { draw(svg, "line", { x1: 0, x2: 13, y1: 7, y2: 7, class: "whisker" }); draw(svg, "line", { x1: 13, x2: 13, y1: 3, y2: 11, class: "whisker" }); }));
  document.getElementById("foot").replaceChildren(
    make("div", { class: "legend" }, ...legend), make("div", {}, pick(data.rule)),
    ...data.notes[state.lang === "zh" ? 0 : 1].map(text => make("div", { class: "warn" }, "! " + text)));
  controls();
  paper();
  refresh();
}
function toggle(row) {
  if (row.n) return;
  if (state.open.has(row.p.id)) state.open.delete(row.p.id); else state.open.add(row.p.id);
  refresh();
}

// -- printing: every row that the filters leave, with the scale on each page -----------------------------------
function paper() {
  const [width, height] = PAPERS[state.paper];
  document.getElementById("paper-size").textContent = `@page { size: ${width}mm ${height}mm; margin: 10mm; }`;
}
function prepare() {
  const [width, , zoom] = PAPERS[state.paper];
  const inner = Math.floor(((width - 20) / 25.4) * 96 / zoom) - 2;
  const wide = timescale(inner - LEFT);
  const body = make("tbody", {}, ...rows.map(row => make("tr", {}, make("td", {}, row.n ? nodeRow(row, wide) : projectRow(row, wide)))));
  const table = make("table", {}, make("thead", {}, make("tr", {}, make("th", {}, scaleBar(wide)))), body);
  const box = document.getElementById("print");
  box.style.zoom = zoom;
  box.replaceChildren(table);
}
addEventListener("beforeprint", prepare);
addEventListener("afterprint", () => document.getElementById("print").replaceChildren());

// -- hands -----------------------------------------------------------------------------------------------------
const rowAt = target => target.closest && target.closest(".row") && target.closest(".row").row;
canvas.addEventListener("click", event => { const row = rowAt(event.target); if (row) toggle(row); });
canvas.addEventListener("pointermove", event => {
  const row = rowAt(event.target);
  if (!row) { card.hidden = true; return; }
  showCard(row.p, event.target.node || row.n, event.clientX, event.clientY);
});
canvas.addEventListener("pointerleave", () => { card.hidden = true; });
canvas.addEventListener("focusin", event => {
  const row = rowAt(event.target);
  if (!row || !event.target.matches(":focus-visible")) return;
  const box = event.target.getBoundingClientRect();
  showCard(row.p, row.n, box.left + 60, box.bottom - 14);
});
canvas.addEventListener("focusout", () => { card.hidden = true; });
view.addEventListener("keydown", event => {
  const row = rowAt(event.target);
  if (event.key === "Escape") card.hidden = true;
  if (row && (event.key === "Enter" || event.key === " ")) { event.preventDefault(); toggle(row); }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (row && step) {
    event.preventDefault();
    const next = rows[rows.indexOf(row) + step];
    if (!next) return;
    if (next.top < view.scrollTop) view.scrollTop = next.top;
    if (next.top + next.height > view.scrollTop + view.clientHeight) view.scrollTop = next.top + next.height - view.clientHeight;
    paint();
    for (const element of canvas.children) if (element.row === next) element.focus({ preventScroll: true });
  }
});
let waiting = false;
view.addEventListener("scroll", () => { if (!waiting) { waiting = true; requestAnimationFrame(() => { waiting = false; paint(); }); } });
addEventListener("resize", refresh);
addEventListener("hashchange", () => { readHash(); whole(); });
readHash();
whole();
})();
