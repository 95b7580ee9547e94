// Sends a list in slices and shows how far it is; without this script the form sends it whole.
const page = document.getElementById("bulk");
const form = document.getElementById("bulk-form");
const part = (name) => document.getElementById(`bulk-${name}`);
let address = "";

form.addEventListener("submit", (event) => {
  event.preventDefault();
  verifyList().catch((error) => complain(error.sentence || page.dataset.broken));
});

async function verifyList() {
  clear();
  const begun = await ask(page.dataset.start, new FormData(form));
  const table = newTable(begun.columns);
  const counts = new Map();
  const pieces = [begun.csv];
  progress(0, begun.rows.length);
  part("progress").hidden = false;
  try {
    for (let start = 0; start < begun.rows.length; start += begun.slice) {
      const rows = begun.rows.slice(start, start + begun.slice);
      const told = await ask(page.dataset.slice, JSON.stringify({ ticket: begun.ticket, rows }));
      told.answers.forEach((one) => table.append(newRow(one)));
      count(counts, told);
      pieces.push(told.csv);
      part("answer").hidden = false;
      progress(start + rows.length, begun.rows.length);
    }
    part("said").textContent = part("said").dataset.words;
  } finally {
    form.querySelector("button").disabled = false;
    if (pieces.length > 1) offer(pieces);
  }
}

async function ask(url, body) {
  const headers = { Accept: "application/json", "X-CSRFToken": form.elements.csrf_token.value };
  if (typeof body === "string") headers["Content-Type"] = "application/json";
  const answer = await fetch(url, { method: "POST", headers, body });
  const told = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(answer.status), { sentence: told.detail });
  return told;
}

function clear() {
  form.querySelector("button").disabled = true;
  part("table").replaceChildren();
  part("counts").replaceChildren();
  part("said").textContent = "";
  part("note").hidden = false;
  for (const name of ["problem", "progress", "answer", "download"]) part(name).hidden = true;
}

function progress(done, all) {
  part("bar").max = all;
  part("bar").value = done;
  part("count").textContent = part("count").dataset.words.replace("{done}", done).replace("{all}", all);
  part("note").hidden = done === all;
}

function newTable(columns) {
  const table = element("table", "table");
  table.append(element("caption", "sr", page.dataset.caption));
  const head = element("tr");
  for (const name of columns) head.append(Object.assign(element("th", "", name), { scope: "col" }));
  const body = element("tbody");
  table.append(element("thead"), body);
  table.querySelector("thead").append(head);
  part("table").append(table);
  return body;
}

function newRow({ tone, number, cells }) {
  const row = element("tr");
  cells.forEach((text, place) => {
    const cell = place ? element("td") : Object.assign(element("th"), { scope: "row" });
    if (place === 1 && number) {
      cell.append(Object.assign(element("a", "hash", text), { href: `${page.dataset.verify}/${number}` }));
    } else if (place === 1) cell.append(element("span", "hash", text));
    else if (place === 2) cell.append(element("span", `tag ${tone}`.trim(), text));
    else if (place === 4 || place === 5) cell.append(element("span", "nobr", text));
    else cell.textContent = text;
    row.append(cell);
  });
  return row;
}

function count(counts, { answers, words }) {
  for (const { state } of answers) {
    const known = counts.get(state) || { words: words[state], number: 0 };
    counts.set(state, { ...known, number: known.number + 1 });
  }
  const said = [...counts.values()].sort((a, b) => b.number - a.number);
  const shown = part("counts").dataset.words;
  const line = (one) => shown.replace("{verdict}", one.words).replace("{count}", one.number);
  part("counts").replaceChildren(...said.map((one) => element("span", "", line(one))));
}

function offer(pieces) {
  if (address) URL.revokeObjectURL(address);
  address = URL.createObjectURL(new Blob(pieces, { type: "text/csv;charset=utf-8" }));
  part("download").href = address;
  part("download").hidden = false;
}

function complain(sentence) {
  form.querySelector("button").disabled = false;
  part("problem").querySelector("p:last-child").textContent = sentence;
  part("problem").hidden = false;
}

function element(name, classes = "", text = "") {
  const made = document.createElement(name);
  if (classes) made.className = classes;
  if (text) made.textContent = text;
  return made;
}
