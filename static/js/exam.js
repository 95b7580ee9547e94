// The one document of an exam: its questions are shown one at a time, every answer is saved as it is given, and what
// the server has not acknowledged waits on this device. Nothing of the exam is fetched again once this page is open.
const exam = document.getElementById("exam");
const words = exam.dataset;
const load = (name) => import(words[name]);
const [{ openStore, tell }, { makeQueue, newKey, sorted }, { answers, fileInHand, fill, payload, sendFile }, { counted, fillIn, showOverview }, { makeTimer }, { makeSigningIn }] =
  await Promise.all(["unsent", "sending", "fields", "overview", "timer", "signingIn"].map(load));

const DEBOUNCE_MS = 1000;
const SWEEP_MS = 20000;
const GRACE_MS = 62000;
const RETRY_MS = 10000;
const MARGIN_PX = 24;
const forms = new Map([...exam.querySelectorAll("form[data-slot]")].map((form) => [Number(form.dataset.slot), form]));
const review = document.getElementById("review");
const aside = exam.querySelector("aside");
const wayOn = document.getElementById("way-on"); // where questions are taken in order
const status = document.getElementById("saved");
const offline = document.getElementById("offline");
const given = new Map(); // by question, its answer as the fields say it, to notice what changed

let ready = false;
let acknowledged = null; // the words of the last acknowledgement
let trouble = null; // why nothing leaves: "network" or "busy"
let late = false;
let leftBehind = null; // in order: the question whose answer came after it was left
let leaving = false;
let here = "";
let debounce = 0;

function tabId() {
  try {
    const kept = sessionStorage.getItem("tab") ?? newKey();
    sessionStorage.setItem("tab", kept);
    return kept;
  } catch {
    return newKey();
  }
}

const store = await openStore();
const queue = makeQueue({
  attempt: words.attempt,
  tab: tabId(),
  store,
  token: () => document.querySelector("[name=csrf_token]").value,
  hear: { changed: refresh, reached: () => { trouble = null; }, saved, conflict, refused: refresh, late: tooLate, left, onBreak: () => goTo(words.page), waiting, mayGoOn },
});
const signingIn = makeSigningIn({
  dialog: document.getElementById("sign-in-again"),
  button: document.getElementById("sign-in-button"),
  standing,
  back: (now) => {
    takeUp(now);
    queue.keepAgain();
    queue.unblock();
    queue.drain();
  },
});
const timer = makeTimer({
  seconds: words.left === undefined ? null : Number(words.left),
  value: document.querySelector("time[data-deadline]"),
  announcer: document.getElementById("announcer"),
  words: { five: words.five, one: words.one, over: words.over },
  ended: async () => {
    await drainNow();
    const file = fileInHand(forms);
    leaving = Boolean(file && (await mayGoOn().catch(() => null)));
    if (leaving) sendFile(file, "stay"); // what was chosen in time; the server takes it as long as answers may arrive
    else setTimeout(finish, GRACE_MS);
  },
});

// ---- What waits, and what the page says of it

const waitingAnswers = () => queue.all().filter((entry) => !entry.flag);

function refresh() {
  if (!ready) return;
  const waits = new Set(waitingAnswers().map((entry) => entry.slot));
  tell(words.attempt, waits.size);
  showOverview({ forms, given, waits, words });
  say();
}

// The line that says what is saved: only an acknowledgement makes it say so.
function say() {
  const [state, text] = standingInWords();
  status.dataset.state = state;
  status.classList.toggle("wait", ["failed", "offline", "unread"].includes(state));
  for (const icon of status.querySelectorAll("svg")) icon.toggleAttribute("hidden", icon.dataset.for !== state);
  const line = status.querySelector("span");
  if (line.textContent !== text) line.textContent = text;
  if (trouble !== "network") offline.hidden = true;
  else if (offline.hidden) {
    offline.querySelector("[data-since]").textContent = clockHour(new Date());
    offline.hidden = false;
  }
}

function standingInWords() {
  const waits = waitingAnswers();
  const blocked = waits.find((entry) => entry.blocked);
  const page = store.kind === "memory" ? "Here" : "";
  if (signingIn.out) return ["failed", words[`signedOut${page}`]];
  if (blocked?.blocked === "conflict") return ["failed", fillIn(words.twice, { number: blocked.slot })];
  if (blocked) return ["failed", fillIn(words.refused, { number: blocked.slot, words: blocked.theirs?.words ?? "" })];
  if (late) return ["failed", words.late];
  if (leftBehind) return ["failed", fillIn(words.leftBehind, { number: leftBehind })];
  if (trouble && waits.length) return ["offline", counted(words, `${trouble}${page}`, waits.length)];
  if (waits.length) return ["saving", words.notSent];
  return acknowledged ?? [status.dataset.state, status.querySelector("span").textContent];
}

function waiting(why) {
  trouble = why;
  refresh();
}

const clockTime = (moment) => moment.toLocaleTimeString(document.documentElement.lang, { timeZone: "Europe/Paris", hourCycle: "h23" });
// As a sentence says it, like the server's hour_in_words: 14 h 32, or 14:32.
const clockHour = (moment) => clockTime(moment).slice(0, 5).replace(":", document.documentElement.lang === "fr" ? "\u00a0h\u00a0" : ":");

function saved(entry, reply) {
  const form = forms.get(entry.slot);
  timer.correct(reply.remaining_s);
  if (!form) return refresh(); // in order: of a question that this page no longer holds
  acknowledged = [
    reply.unread ? "unread" : "saved",
    fillIn(reply.unread ? form.dataset.unread : words.saved, { time: clockTime(new Date(reply.server_time)) }),
  ];
  if (reply.unread !== undefined) showReading(form, reply);
  refresh();
}

function showReading(form, { read_as: reading, unread }) {
  const read = reading === null ? "" : fillIn(words.read, { value: reading });
  let line = document.getElementById(`q${form.dataset.slot}-read`);
  const text = unread ? form.dataset.number : read;
  if (!line && text) {
    line = document.createElement("p");
    line.id = `q${form.dataset.slot}-read`;
    line.className = "hint";
    (form.querySelector(".field:not(.gap, .place, .part) > :last-child") ?? form.querySelector(".hint")).after(line);
  }
  if (line) line.textContent = text;
}

function tooLate() {
  late = true;
  refresh();
}

// In order: another window, or device, went on. Moving on here needs an acknowledgement, so this page lost nothing by it.
function left(entry) {
  leftBehind = entry.slot;
  if (forms.has(entry.slot)) document.getElementById("left-behind").hidden = false;
  refresh();
}

// ---- Two windows: both answers are shown, the person chooses

function conflict(entry) {
  const form = forms.get(entry.slot);
  if (!form) return queue.give(entry);
  form.querySelector("[data-conflict]")?.remove();
  const choice = document.getElementById("conflict").content.firstElementChild.cloneNode(true);
  choice.querySelector("[data-said]").textContent = entry.theirs.said || words.none;
  choice.querySelector("[data-yours]").textContent = entry.theirs.yours || words.none;
  choice.addEventListener("click", ({ target }) => {
    const { choose } = target.closest("button")?.dataset ?? {};
    if (choose) settle(form, entry, choose);
  });
  form.querySelector("fieldset").append(choice);
  refresh();
}

function settle(form, entry, choose) {
  form.querySelector("[data-conflict]").remove();
  if (choose === "ours") {
    queue.replace(entry);
  } else {
    fill(form, entry.theirs.payload);
    given.set(entry.slot, sorted(payload(form)));
    queue.give(entry);
  }
  form.querySelector("legend").focus();
  drainNow();
}

// ---- Answers

function note(form) {
  if (form.dataset.kind === "file") return; // sent by its own form
  const slot = Number(form.dataset.slot);
  const answer = payload(form);
  if (given.get(slot) === sorted(answer)) return;
  given.set(slot, sorted(answer));
  const ours = form.querySelector("[data-conflict] [data-yours]");
  if (ours) ours.textContent = words.above;
  queue.keep(slot, form.dataset.save, answer);
  clearTimeout(debounce);
  debounce = setTimeout(drainNow, DEBOUNCE_MS);
}

function drainNow() {
  clearTimeout(debounce);
  for (const form of forms.values()) note(form);
  clearTimeout(debounce);
  return signingIn.out ? Promise.resolve() : queue.drain();
}

function noteFlag(form) {
  queue.flag(Number(form.dataset.slot), form.dataset.flag, form.elements.flag.checked);
  clearTimeout(debounce);
  debounce = setTimeout(drainNow, DEBOUNCE_MS);
}

exam.addEventListener("input", ({ target }) => {
  const form = target.form;
  if (!form?.dataset.slot) return;
  if (target.name === "flag") noteFlag(form);
  else if (answers(form, target)) note(form);
});

async function restore() {
  for (const [slot, form] of forms) {
    given.set(slot, form.dataset.sent === undefined ? sorted(payload(form)) : "file");
    queue.knows(slot, Number(form.dataset.rev));
  }
  for (const entry of await queue.restore()) {
    const form = forms.get(entry.slot);
    if (!form) continue; // in order: of a question that was left; the server says what becomes of it
    if (entry.flag) form.elements.flag.checked = entry.flagged;
    else fill(form, entry.payload);
    if (!entry.flag) given.set(entry.slot, sorted(payload(form)));
  }
}

// ---- The session, and the end

async function standing() {
  const response = await fetch(words.standing, { headers: { Accept: "application/json" }, cache: "no-store" });
  if (response.status >= 500 || response.status === 429) throw new Error(String(response.status));
  return { status: response.status, ...(response.ok ? await response.json() : {}) };
}

async function mayGoOn() {
  const now = await standing();
  if (now.status === 200) takeUp(now);
  else signingIn.ask(now.status);
  refresh();
  return now.status === 200;
}

// Another session has another token: every form of the page takes it.
function takeUp(now) {
  for (const field of document.querySelectorAll("[name=csrf_token]")) field.value = now.csrf_token;
  timer.correct(now.remaining_s);
  refresh();
}

async function finish() {
  const now = await standing().catch(() => ({ status: 0 }));
  if (now.status === 401 || now.status === 404) signingIn.ask(now.status);
  else if (now.status === 200 && !now.open && waitingAnswers().length === 0 && !late) return goTo(words.result);
  else if (now.status === 200) takeUp(now);
  if (late) document.getElementById("ended").hidden = false;
  else setTimeout(finish, RETRY_MS);
}

function goTo(address) {
  leaving = true;
  location.assign(address);
}

// Handing in, resting and going on wait for the answers: what is not sent by then would not count.
async function beforeLeaving(event) {
  const form = event.target;
  const held = form.parentElement.querySelector("[data-held]");
  const goesOn = form.dataset.reaches !== undefined; // in order: to the next question, which the server shows
  const file = fileInHand(forms);
  event.preventDefault();
  held.hidden = false;
  if (file && !goesOn) {
    held.textContent = fillIn(words.fileInHand, { number: file.dataset.slot });
    return;
  }
  held.textContent = words.sendingLast;
  queue.unblock();
  await drainNow();
  const waits = waitingAnswers();
  const blocked = waits.find((entry) => entry.blocked);
  const may = waits.length > 0 || !goesOn || (await mayGoOn().catch(() => null));
  if (may === null) {
    held.textContent = file ? words.fileUnreached : words.unreached;
  } else if (waits.length === 0 && may) {
    queue.forget();
    leaving = true;
    if (file) sendFile(file, "next"); // the server leaves its question once the file is kept
    else form.submit();
  } else if (signingIn.out) {
    held.textContent = words.held;
    signingIn.open();
  } else {
    held.textContent = blocked ? standingInWords()[1] : counted(words, "held", waits.length);
  }
}

async function toggleTimer(event) {
  event.preventDefault();
  const { target: form, submitter } = event;
  const body = new URLSearchParams(new FormData(form, submitter));
  const hide = submitter.value === "hide";
  document.getElementById("time-left").hidden = hide;
  submitter.value = hide ? "show" : "hide";
  submitter.textContent = hide ? words.showTimer : words.hideTimer;
  await fetch(form.action, { method: "POST", body, keepalive: true, redirect: "manual" }).catch(() => {});
}

// ---- One question at a time

function shown() {
  const found = /^#question-(\d+)$/.exec(location.hash);
  return location.hash === "#review" ? review : forms.get(Number(found?.[1]));
}

function show(focus = true) {
  const place = shown();
  if (!place) return history.replaceState(null, "", here); // the link to the content, not a question
  here = location.hash;
  for (const one of [...forms.values(), review]) one.hidden = one !== place;
  aside.hidden = place === review;
  if (wayOn) wayOn.hidden = place === review;
  for (const anchor of document.querySelectorAll(".navigator a")) {
    if (anchor.hash === location.hash) anchor.setAttribute("aria-current", "true");
    else anchor.removeAttribute("aria-current");
  }
  const heading = place.querySelector("legend, h2");
  const name = place === review ? heading.textContent : fillIn(words.question, { number: place.dataset.slot });
  document.title = `${name}, ${words.title}`;
  heading.tabIndex = -1;
  if (!focus) return;
  heading.focus({ preventScroll: true });
  const under = document.querySelector(".exam-bar").getBoundingClientRect().bottom;
  const { top } = heading.getBoundingClientRect();
  if (top < under || top > innerHeight / 2) window.scrollBy(0, top - under - MARGIN_PX);
}

// A file is sent, or removed, by a form of the page, which then opens again at the same question.
const sendsAFile = (form, button) =>
  form.dataset.kind === "file" && (button?.name === "then" || button?.hasAttribute("formaction") || form.elements.file.value !== "");

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (sendsAFile(form, event.submitter)) {
    drainNow();
    leaving = true;
  } else if (form.dataset.slot) {
    event.preventDefault();
    drainNow();
    if (words.inOrder !== undefined) return; // Enter saves; going on has a form of its own
    location.hash = forms.has(Number(form.dataset.slot) + 1) ? `#question-${Number(form.dataset.slot) + 1}` : "#review";
  } else if (form.dataset.leaves !== undefined) {
    beforeLeaving(event);
  } else if (form.closest(".timer")) {
    toggleTimer(event);
  }
});
window.addEventListener("hashchange", () => {
  drainNow();
  show();
});
window.addEventListener("online", () => drainNow());
window.addEventListener("pageshow", (event) => event.persisted && location.reload());
window.addEventListener("beforeunload", (event) => {
  if (!leaving && (queue.all().length > 0 || fileInHand(forms))) event.preventDefault();
});
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && drainNow());
offline.querySelector("button").addEventListener("click", () => drainNow());
setInterval(() => trouble === null && drainNow(), SWEEP_MS);

history.scrollRestoration = "manual";
await restore();
ready = true;
exam.hidden = false;
document.getElementById("unopened").remove();
if (!shown()) history.replaceState(null, "", `#question-${[...forms.keys()].find((slot) => given.get(slot) === "null") ?? forms.keys().next().value}`);
show(false);
refresh();
drainNow();
