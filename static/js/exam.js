// Saves each answer as it is given and says when the server has it. Without this file the form's button saves.
// An answer waits in the browser's storage until the server has acknowledged it: neither a dead network nor a
// closed browser loses it. The same key goes with every retry, so that no answer can ever count twice.
const form = document.getElementById("answer-form");
const handIn = document.getElementById("hand-in");
const here = form ?? handIn;
const status = document.getElementById("saved");
const clock = document.querySelector("time[data-deadline]");
const announcer = document.getElementById("announcer");
const DEBOUNCE_MS = 1000;
const RETRY_MS = 5000;
const GRACE_MS = 62000;
const tab = crypto.randomUUID();
const prefix = `answer:${here.dataset.attempt}:`;

const queue = (() => {
  const memory = new Map();
  const inMemory = {
    setItem: (name, value) => memory.set(name, value),
    getItem: (name) => memory.get(name) ?? null,
    removeItem: (name) => memory.delete(name),
    names: () => [...memory.keys()],
  };
  try {
    localStorage.setItem(`${prefix}probe`, "");
    localStorage.removeItem(`${prefix}probe`);
  } catch {
    return inMemory;
  }
  return {
    setItem: (name, value) => localStorage.setItem(name, value),
    getItem: (name) => localStorage.getItem(name),
    removeItem: (name) => localStorage.removeItem(name),
    names: () => Object.keys(localStorage),
  };
})();

const waitingFor = (slot) => JSON.parse(queue.getItem(prefix + slot) ?? "null");
const waiting = () => queue.names().filter((name) => name.startsWith(prefix)).map((name) => JSON.parse(queue.getItem(name)));

function say(state, words) {
  if (!status) return;
  status.dataset.state = state;
  status.classList.toggle("wait", state === "failed" || state === "unread");
  status.querySelector("span:last-child").textContent = words;
}

// Where the answer to each part of a question goes, its field being named answer-token.
const PARTS = { matching: "pairs", matrix: "rows", ordering: "places", cloze: "gaps" };

function parts(kind) {
  const given = {};
  for (const [name, value] of new FormData(form)) {
    if (!name.startsWith("answer-") || value.trim() === "") continue;
    given[name.slice("answer-".length)] = kind === "ordering" ? Number(value) : value;
  }
  if (Object.keys(given).length === 0) return null;
  return { [PARTS[kind]]: given, ...(kind === "cloze" ? { lang: form.dataset.language } : {}) };
}

function payload() {
  if (form.dataset.kind in PARTS) return parts(form.dataset.kind);
  const values = new FormData(form).getAll("answer").filter((value) => value.trim() !== "");
  if (values.length === 0) return null;
  if (form.dataset.kind === "essay") return { text: values[0].replaceAll("\r\n", "\n") };
  if (form.dataset.kind === "multiple") return { choices: values };
  if (form.dataset.kind === "numeric" || form.dataset.kind === "text") return { text: values[0], lang: form.dataset.language };
  return { choice: values[0] };
}

let inFlight = null;
let draining = null;
let timer = 0;
let submitted = false;
let arrived = false;

function changed() {
  const ahead = inFlight?.slot === form.dataset.slot ? 1 : 0;
  const entry = {
    slot: form.dataset.slot,
    url: form.dataset.save,
    key: crypto.randomUUID().replaceAll("-", ""),
    rev: Number(form.elements.rev.value) + ahead,
    payload: payload(),
  };
  queue.setItem(prefix + entry.slot, JSON.stringify(entry));
  clearTimeout(timer);
  timer = setTimeout(drain, DEBOUNCE_MS);
}

async function send(entry) {
  const { key, rev, payload: answer } = entry;
  const response = await fetch(entry.url, {
    method: "PUT",
    keepalive: true,
    headers: {
      Accept: "application/json",
      "Content-Type": "application/json",
      "Idempotency-Key": key,
      "X-CSRFToken": here.elements.csrf_token.value,
    },
    body: JSON.stringify({ v: 1, rev, payload: answer, tab, client_at: new Date().toISOString() }),
  });
  if (response.status >= 500 || response.status === 429) throw new Error(String(response.status));
  return { code: response.status, reply: await response.json() };
}

// Sends what waits, oldest slot first, one at a time; resolves when nothing waits any more.
function drain() {
  clearTimeout(timer);
  draining ??= drainAll().finally(() => { draining = null; });
  return draining;
}

async function drainAll() {
  for (let entry = waiting()[0]; entry; entry = waiting()[0]) {
    inFlight = entry;
    say("saving", here.dataset.saving);
    try {
      settle(entry, await send(entry));
    } catch {
      say("failed", here.dataset.failed);
    }
    inFlight = null;
    if (waitingFor(entry.slot)?.key === entry.key) {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS * (1 + Math.random() / 2)));
    }
  }
}

// A payload as text, whatever the order of its keys: the server sorts them.
function sorted(payload) {
  return JSON.stringify(payload, (_key, value) =>
    value && typeof value === "object" && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort()) : value,
  );
}

function forget(entry) {
  if (waitingFor(entry.slot)?.key === entry.key) queue.removeItem(prefix + entry.slot);
}

function settle(entry, { code, reply }) {
  const current = form?.dataset.slot === entry.slot;
  if (code === 400 || code === 401 || code === 403) {
    say("failed", here.dataset.signedOut);
    return;
  }
  forget(entry);
  arrived ||= current || !reply.duplicate;
  if (reply.remaining_s !== null && reply.remaining_s !== undefined) endsAt = Date.now() + reply.remaining_s * 1000;
  if (code === 200 || code === 409) {
    if (current) form.elements.rev.value = String(reply.rev + 1);
  }
  const same = sorted(reply.payload) === sorted(entry.payload);
  if (code === 200 || (code === 409 && same)) {
    const time = new Date(reply.server_time).toLocaleTimeString(document.documentElement.lang, { timeZone: "Europe/Paris", hourCycle: "h23" });
    if (reply.unread) say("unread", here.dataset.unread.replace("{time}", time));
    else say("saved", here.dataset.saved.replace("{time}", time));
    if (current && reply.unread !== undefined) showReading(reply);
  } else if (code === 202) {
    say("failed", reply.on_break ? here.dataset.break : here.dataset.late);
  } else if (code === 409) {
    say("failed", here.dataset.conflict.replace("{answer}", reply.said || here.dataset.blank));
  } else {
    say("failed", here.dataset.refused);
  }
}

function showReading({ read_as: reading, unread }) {
  const read = reading === null ? "" : form.dataset.read.replace("{value}", reading);
  const words = unread ? form.dataset.number : read;
  let line = document.getElementById("answer-read");
  if (!line && words) {
    line = document.createElement("p");
    line.id = "answer-read";
    line.className = "hint";
    const place = form.dataset.kind in PARTS ? form.querySelector(".hint") : form.querySelector(".field > :last-child");
    place.after(line);
  }
  if (line) line.textContent = words;
}

// A page that opens with unsent answers sends them first, then shows itself again as the server now has it. One that
// the form of the page before has already carried is only confirmed: nothing to show again.
if (waiting().length > 0) drain().then(() => arrived && location.reload());

if (form) {
  form.addEventListener("input", (event) => /^answer(-|$)/.test(event.target.name) && changed());
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && !submitted && drain());
}

// The button sends the newest answer under its own key, after the save under way: whichever comes twice counts once.
here.addEventListener("submit", (event) => {
  clearTimeout(timer);
  if (inFlight && !here.dataset.patient) {
    event.preventDefault();
    here.dataset.patient = "no longer";
    const late = new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    Promise.race([draining, late]).then(() => here.requestSubmit(event.submitter));
    return;
  }
  const entry = form && waitingFor(form.dataset.slot);
  if (!entry) return;
  form.elements.rev.value = String(entry.rev);
  form.elements.key.value = entry.key;
  submitted = true;
});
window.addEventListener("pageshow", () => { submitted = false; });

let endsAt = here.dataset.left === undefined ? null : Date.now() + Number(here.dataset.left) * 1000;
let announced = Infinity;

function tick() {
  const seconds = Math.max(0, Math.floor((endsAt - Date.now()) / 1000));
  if (clock) clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  for (const [moment, words] of [[300, here.dataset.five], [60, here.dataset.one], [0, here.dataset.over]]) {
    if (seconds <= moment && announced > moment && seconds > moment - 30) {
      announced = moment;
      if (announcer) announcer.textContent = words;
    }
  }
  if (seconds > 0) {
    setTimeout(tick, (endsAt - Date.now()) % 1000 || 1000);
    return;
  }
  if (form) drain();
  setTimeout(() => location.reload(), GRACE_MS);
}

if (endsAt !== null) tick();
