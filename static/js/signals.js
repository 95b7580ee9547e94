// Notes what the first page of the exam announces: the page hidden, text pasted (its length alone). It is told to the
// server at most every 20 seconds. Whatever fails here fails in silence: no answer and no page ever waits for it.
const { url } = document.getElementById("signals").dataset;
const EVERY_MS = 20000;
const HELLO_MS = 5000 + Math.random() * 30000; // so that people who start together do not all speak at once
const MOST = 20; // of each kind, in one sending: what the server takes
const place = `signals:${url}`;

// What waits survives from one page of the exam to the next, in this tab; without storage it lives with the page.
let kept = { due: Date.now() + HELLO_MS, hello: false, hidden: [], pasted: [] };
try {
  kept = { ...kept, ...JSON.parse(sessionStorage.getItem(place) ?? "{}") };
} catch { /* no storage, or not ours */ }

function keep() {
  try {
    sessionStorage.setItem(place, JSON.stringify(kept));
  } catch { /* it lives with the page */ }
}

let timer = 0;
let hiddenAt = null;
let leaving = false;

function add(list, event) {
  if (list.length >= MOST) list.shift();
  list.push({ at: Date.now(), ...event });
  keep();
  plan();
}

function plan() {
  if (timer) return;
  timer = setTimeout(send, Math.max(0, kept.due - Date.now()));
}

const aged = ({ at, ...event }) => ({ ...event, ago: Math.min(86400, Math.max(0, Math.round((Date.now() - at) / 1000))) });

async function send() {
  clearTimeout(timer);
  timer = 0;
  const { hidden, pasted } = kept;
  const token = document.querySelector("input[name=csrf_token]")?.value;
  if (!token || (kept.hello && hidden.length + pasted.length === 0)) return;
  kept = { due: Date.now() + EVERY_MS, hello: true, hidden: [], pasted: [] };
  keep();
  try {
    await fetch(url, {
      method: "POST",
      keepalive: true,
      headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify({ v: 1, hidden: hidden.map(aged), pasted: pasted.map(aged) }),
    });
  } catch { // the network is away: it is told with what comes next
    kept.hidden = [...hidden, ...kept.hidden].slice(-MOST);
    kept.pasted = [...pasted, ...kept.pasted].slice(-MOST);
    kept.hello = false;
    keep();
  }
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") {
    hiddenAt ??= leaving ? null : Date.now();
    return;
  }
  const seconds = hiddenAt === null || leaving ? 0 : Math.min(86400, Math.round((Date.now() - hiddenAt) / 1000));
  hiddenAt = null;
  leaving = false;
  if (seconds > 0) add(kept.hidden, { seconds });
});

// Going to the next question, to the review or into a break is no page hidden.
window.addEventListener("pagehide", () => { leaving = true; hiddenAt = null; });
window.addEventListener("pageshow", () => { leaving = false; hiddenAt = null; });
document.addEventListener("submit", (event) => event.target.id === "hand-in" && send());

document.addEventListener("paste", (event) => {
  const characters = Math.min(1000000, event.clipboardData?.getData("text/plain").length ?? 0);
  const slot = Number(event.target.closest?.("[data-slot]")?.dataset.slot) || null;
  if (characters > 0) add(kept.pasted, { slot, characters });
});

// Another network may have another address: the server is told that the page is still there, not which address.
window.addEventListener("online", () => { kept.hello = false; plan(); });

keep();
plan();
