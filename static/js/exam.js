// Saves each answer as it is given and says when the server has it. Without this file the form's button saves.
const form = document.getElementById("answer-form");
const status = document.getElementById("saved");
const clock = document.querySelector("time[data-deadline]");
const announcer = document.getElementById("announcer");
const DEBOUNCE_MS = 1000;
const RETRY_MS = 5000;
const tab = crypto.randomUUID();

function say(state, words) {
  status.dataset.state = state;
  status.classList.toggle("wait", state === "failed" || state === "offline");
  status.querySelector("span:last-child").textContent = words;
}

function payload() {
  const values = new FormData(form).getAll("answer").filter((value) => value.trim() !== "");
  if (values.length === 0) return null;
  if (form.dataset.kind === "multiple") return { choices: values };
  if (form.dataset.kind === "numeric" || form.dataset.kind === "text") return { text: values[0], lang: form.dataset.language };
  return { choice: values[0] };
}

// One save at a time; what changes meanwhile is sent after it. A retry keeps its key, so that it can never count twice.
let waiting = null;
let sending = null;
let timer = 0;

async function send(answer) {
  const response = await fetch(form.dataset.save, {
    method: "PUT",
    keepalive: true,
    headers: {
      "Content-Type": "application/json",
      "Idempotency-Key": answer.key,
      "X-CSRFToken": form.elements.csrf_token.value,
    },
    body: JSON.stringify({ v: 1, rev: answer.rev, payload: answer.payload, tab, client_at: new Date().toISOString() }),
  });
  if (response.status >= 500 || response.status === 429) throw new Error(String(response.status));
  return { status: response.status, reply: await response.json() };
}

async function flush() {
  if (sending || !waiting) return;
  sending = { key: crypto.randomUUID().replaceAll("-", ""), rev: Number(form.elements.rev.value), payload: waiting.payload };
  waiting = null;
  say("saving", form.dataset.saving);
  while (sending) {
    try {
      settle(await send(sending));
      sending = null;
    } catch {
      say("failed", form.dataset.failed);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
  flush();
}

function settle({ status: code, reply }) {
  if (code === 200) {
    form.elements.rev.value = String(reply.rev + 1);
    const time = new Date(reply.server_time).toLocaleTimeString(form.dataset.language, { timeZone: "Europe/Paris", hour12: false });
    say("saved", form.dataset.saved.replace("{time}", time));
  } else if (code === 202) {
    say("failed", form.dataset.late);
  } else {
    say("failed", form.dataset.conflict);
  }
}

function changed() {
  waiting = { payload: payload() };
  clearTimeout(timer);
  timer = setTimeout(flush, DEBOUNCE_MS);
}

if (form) {
  form.addEventListener("input", (event) => event.target.name === "answer" && changed());
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && flush());
  // The form's own button carries the newest revision and key; a save under way would only make it stale.
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    waiting = null;
  });
}

if (clock) {
  const end = new Date(clock.dataset.deadline).getTime();
  const begun = performance.now();
  const left = () => {
    const [minutes, seconds] = clock.dataset.start.split(":").map(Number);
    return Math.max(0, minutes * 60 + seconds - Math.floor((performance.now() - begun) / 1000));
  };
  clock.dataset.start = clock.textContent;
  const words = form ? { 300: form.dataset.five, 60: form.dataset.one } : {};
  const tick = () => {
    const seconds = left();
    clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (announcer && words[seconds]) announcer.textContent = words[seconds];
    if (seconds > 0) setTimeout(tick, 1000);
  };
  if (Number.isFinite(end)) tick();
}
