"use strict";
// What a page can do beyond being read: sort, filter, search, compare. Texts are only ever set as text, never as markup.

const root = document.body.dataset.root;
const board = (window.board = { models: Object.create(null), shards: Object.create(null), left: Object.create(null), model: (slug, rows, left) => { board.models[slug] = rows; board.left[slug] = left; }, shard: (key, rows) => { board.shards[key] = rows; } });

function make(tag, text, attributes = {}) {
  const element = document.createElement(tag);
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

// Data come as scripts, which a page may load from the file system, where it may not fetch.
function load(place) {
  return new Promise((done) => {
    const script = make("script", "", { src: root + place });
    script.onload = script.onerror = done;
    document.head.append(script);
  });
}

for (const element of document.querySelectorAll(".needs-script")) element.hidden = false;

// --- sorting ---------------------------------------------------------------------------------------------------------

function content(row, column, numeric) {
  const cell = row.cells[column];
  const text = (cell.dataset.value ?? cell.textContent).trim();
  return numeric ? (text === "" ? NaN : parseFloat(text)) : text.toLowerCase();
}

function sort(table, column, descending, numeric) {
  const rows = [...table.tBodies[0].rows].map((row) => [content(row, column, numeric), row]);
  rows.sort(([a], [b]) => {
    if (numeric && (isNaN(a) || isNaN(b))) return isNaN(a) - isNaN(b); // what has no number comes last either way
    const order = numeric ? a - b : a.localeCompare(b);
    return descending ? -order : order;
  });
  table.tBodies[0].append(...rows.map(([, row]) => row));
}

for (const table of document.querySelectorAll("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = make("button", head.textContent, { type: "button" });
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const descending = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      sort(table, column, descending, head.dataset.kind === "number");
    });
  });
}

// --- filtering -------------------------------------------------------------------------------------------------------

const filters = document.querySelector("form.filters");
function filter() {
  const { protocol, source } = Object.fromEntries(new FormData(filters));
  const found = [0, 0];
  for (const row of document.querySelectorAll("tr[data-source]")) {
    const measured = row.closest("[data-protocol]").dataset.protocol;
    const meant = !source || row.dataset.source === source;
    row.hidden = Boolean((protocol && measured !== protocol) || (!meant && !row.matches(".baseline")));
    row.classList.toggle("beside", !row.hidden && !meant);
  }
  for (const section of document.querySelectorAll("section.board")) { // baselines alone are no answer
    section.hidden = !section.querySelector("tr[data-source]:not([hidden], .beside)");
  }
  for (const row of document.querySelectorAll("tr[data-source]:not([hidden])")) {
    if (!row.closest("section.board[hidden]")) found[Number(row.matches(".beside"))] += 1;
  }
  let heading = null;
  for (const element of document.querySelectorAll("h2.task, section.board")) {
    if (element.matches("h2")) { heading = element; heading.hidden = true; }
    else if (heading && !element.hidden) heading.hidden = false;
  }
  const output = filters.querySelector("output");
  const besides = found[1] ? ` and ${found[1]} baselines` : "";
  const whole = protocol || source ? "; ranks and pictures are of all" : "";
  output.textContent = `${found[0]} ${found[0] === 1 ? "result" : "results"}${besides}${output.dataset.part}${whole}`;
}
if (filters) {
  filters.addEventListener("change", filter);
  filters.addEventListener("submit", (event) => event.preventDefault());
  filter(); // a browser may have kept what was chosen
}

// --- search ----------------------------------------------------------------------------------------------------------

const field = document.querySelector("#search");
async function search() {
  const asked = field.value.trim().toLowerCase();
  const found = document.querySelector("#found");
  const first = asked.split(/[^\p{L}\p{N}]+/u).find((word) => word) ?? asked; // marks alone are where names begin with one
  const key = /^[a-z0-9]/.test(first) ? first[0] : "other";
  if (asked && field.dataset.shards.split(" ").includes(key) && !(key in board.shards)) await load(`search/${key}.js`);
  if (asked !== field.value.trim().toLowerCase()) return; // typed on meanwhile
  const words = asked.split(/\s+/);
  const hits = asked ? (board.shards[key] ?? []).filter(([name]) => words.every((word) => name.toLowerCase().includes(word))) : [];
  found.replaceChildren(...hits.slice(0, 20).map(([name, kind, place]) => {
    const item = make("li", "");
    const link = make("a", "", { href: root + place });
    link.append(make("bdi", name));
    item.append(link, ` ${kind}`);
    return item;
  }));
  if (asked && !hits.length) found.append(make("li", "Nothing is called so."));
}
if (field) {
  field.addEventListener("input", search);
  field.form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await search();
    const first = document.querySelector("#found a");
    if (first) location.href = first.href;
  });
}

// --- comparing -------------------------------------------------------------------------------------------------------

// Nadeau & Bengio 2003: the variance of the mean of n paired differences is (1 / n + test / train) s^2.
function paired(first, second, share, quantiles) {
  const seeds = Object.keys(first).filter((seed) => seed in second);
  const gaps = seeds.map((seed) => first[seed] - second[seed]);
  const n = gaps.length;
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / n;
  if (n < 2) return { n, mean };
  const largest = seeds.reduce((most, seed) => Math.max(most, Math.abs(first[seed]), Math.abs(second[seed])), 0);
  const same = gaps.every((gap) => gap === 0);
  if (same) return { n, mean, low: 0, high: 0 };
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / (n - 1);
  if (Math.sqrt(variance) <= 1e-12 * largest) return { n, mean }; // they do not say how they vary
  const half = quantiles[Math.min(n - 1, quantiles.length) - 1] * Math.sqrt((1 / n + share) * variance);
  return { n, mean, low: mean - half, high: mean + half };
}

function signed(value, digits) {
  const size = Math.abs(value);
  const text = size === 0 ? (0).toFixed(2) : digits === undefined ? size.toPrecision(3) : size.toFixed(digits);
  return (value < 0 && Number(text) ? "-" : "+") + text;
}

function line(one, other, quantiles) {
  const alike = one.split === other.split; // else the same seed is another split
  const share = Math.max(one.share, other.share);
  const found = alike ? paired(one.values, other.values, share, quantiles) : { n: 0 };
  const row = make("tr", "");
  const name = (model) => model.text + (model.trained && `, ${model.trained}`) + (model.probe && ` (${model.probe})`);
  const texts = (found) => found.map((text) => { const cell = make("td", ""); cell.append(make("bdi", text)); return cell; });
  const head = make("th", "", { scope: "row" });
  head.append(make("a", one.dataset, { href: root + one.page }));
  row.append(head, ...texts([one.task, one.metric, one.protocol]));
  const digits = one.points ? 2 : undefined;
  const both = found.n ? found.mean : one.value - other.value;
  row.append(make("td", signed(both, digits), { "data-value": both }));
  const reach = found.low === undefined || !share ? "" : `${signed(found.low, digits)} to ${signed(found.high, digits)}`;
  const why = !alike ? "other splits" : found.n < 2 ? "not paired" : share ? "the same on every seed" : "sizes of parts unknown";
  row.append(make("td", reach || why, { "data-value": reach ? found.low : "" }));
  row.append(...texts([name(one), name(other)]), make("td", String(found.n)));
  return row;
}

// Those that were trained for the same and are read alike; else those read alike; else all.
function closest(one, others) {
  const alike = others.filter((other) => other.probe === one.probe);
  const twins = alike.filter((other) => other.trained === one.trained);
  return twins.length ? twins : alike.length ? alike : others;
}

async function compare(form) {
  const { a, b } = Object.fromEntries(new FormData(form));
  await Promise.all([a, b].filter((slug) => !(slug in board.models)).map((slug) => load(`data/${slug}.js`)));
  const now = Object.fromEntries(new FormData(form));
  if (now.a !== a || now.b !== b) return; // others were chosen meanwhile
  const unknown = [a, b].filter((slug) => !(slug in board.models));
  try { history.replaceState(null, "", `?a=${a}&b=${b}`); } catch { /* some browsers keep addresses of files */ }
  const quantiles = JSON.parse(document.querySelector("#quantiles").textContent);
  const others = new Map();
  for (const one of board.models[b] ?? []) others.set(one.question, [...(others.get(one.question) ?? []), one]);
  const rows = [];
  for (const one of board.models[a] ?? []) {
    const same = others.get(one.question) ?? [];
    for (const other of closest(one, same)) if (other !== one) rows.push(line(one, other, quantiles));
  }
  const table = document.querySelector("#paired");
  table.tBodies[0].replaceChildren(...rows);
  for (const head of table.tHead.rows[0].cells) head.removeAttribute("aria-sort");
  table.hidden = !rows.length;
  const left = (board.left[a] ?? 0) + (board.left[b] ?? 0);
  const more = left ? ` ${left} results of models with very many are left out.` : "";
  document.querySelector("#said").textContent = (rows.length
    ? `${rows.length} ${rows.length === 1 ? "comparison" : "comparisons"}, on questions that both answer. Shares in percentage points; of errors less is better.`
    : unknown.length ? `There is no model ${unknown.join(", nor ")} here.` : "There is no question that both answer.") + more;
}

const comparing = document.querySelector("form.compare");
if (comparing) {
  const wanted = new URLSearchParams(location.search);
  for (const name of ["a", "b"]) {
    const slug = wanted.get(name);
    const select = comparing.elements[name];
    if (slug && /^[a-z0-9-]+$/.test(slug)) {
      if (![...select.options].some((option) => option.value === slug)) select.append(make("option", slug, { value: slug }));
      select.value = slug;
    }
  }
  const { a, b } = comparing.elements;
  if (a.value === b.value) {
    const other = wanted.get("b") ? a : b;
    other.value = [...other.options].find((option) => option.value !== a.value)?.value ?? a.value;
  }
  comparing.addEventListener("change", () => compare(comparing));
  compare(comparing);
}
