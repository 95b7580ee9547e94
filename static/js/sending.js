// Sends the answers of one attempt (trust.md §4): of each question the newest one, in the order in which they were
// given, one at a time, each under one key until the server has said what became of it.
const FIRST_RETRY_MS = 2000;
const LONGEST_RETRY_MS = 30000;
const PATIENCE_MS = 20000;
const KEEPALIVE_BYTES = 60 * 1024;
const REMEMBERED = 5;
const MONTH_MS = 30 * 24 * 3600 * 1000;
const REFUSED_AT_THE_DOOR = [400, 401, 403, 404];

export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// A payload as text, whatever the order of its keys: the server sorts them.
export function sorted(payload) {
  return JSON.stringify(payload, (_name, value) =>
    value && typeof value === "object" && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort()) : value,
  );
}

// `hear` is told: changed(), reached() when an answer came, saved(entry, reply), conflict(entry), refused(entry), late(reply), left(entry), onBreak(), waiting(why);
// and asked: mayGoOn(), after a refusal at the door: is the same person signed in, with a fresh token?
export function makeQueue({ attempt, tab, store, token, hear }) {
  const entries = new Map(); // what the server has not acknowledged, by question
  const revisions = new Map(); // the last that the server said, by question
  let draining = null;
  let retry = 0;
  let failures = 0;
  let last = 0;

  const name = (slot, flag) => `${attempt}:${slot}${flag ? ":flag" : ""}`;
  const next = () => [...entries.values()].filter((one) => !one.blocked).sort((one, two) => one.order - two.order)[0];

  function put(entry) {
    entries.set(entry.id, entry);
    store.put(entry).catch(() => {});
    hear.changed();
  }

  function drop(entry) {
    if (entries.get(entry.id)?.key === entry.key) entries.delete(entry.id);
    store.remove(entry).catch(() => {});
    hear.changed();
  }

  // What was left here by this page before a reload, or by a window that is closed.
  async function restore() {
    for (const entry of await store.all().catch(() => [])) {
      if (entry.attempt === attempt) entries.set(entry.id, { ...entry, blocked: null });
      else if (Date.now() - entry.at > MONTH_MS) store.remove(entry).catch(() => {});
    }
    hear.changed();
    return [...entries.values()];
  }

  function keep(slot, url, payload) {
    const before = entries.get(name(slot));
    last = Math.max(Date.now(), last + 1);
    put({
      id: name(slot), attempt, slot, url, payload, key: newKey(), order: last, at: last, tried: false,
      base: before?.base ?? revisions.get(slot) ?? 0,
      // What may have reached the server although its reply was lost: not another window's.
      sent: before?.tried ? [...before.sent, sorted(before.payload)].slice(-REMEMBERED) : (before?.sent ?? []),
      blocked: before?.blocked === "conflict" ? "conflict" : null,
      theirs: before?.theirs,
    });
  }

  function flag(slot, url, flagged) {
    last = Math.max(Date.now(), last + 1);
    put({ id: name(slot, true), attempt, slot, url, flagged, flag: true, key: newKey(), order: last, at: last });
  }

  async function send(entry) {
    const answer = { v: 1, rev: entry.base + 1, payload: entry.payload, tab, client_at: new Date().toISOString() };
    const body = JSON.stringify(entry.flag ? { flagged: entry.flagged } : answer);
    return fetch(entry.url, {
      method: "PUT",
      keepalive: new TextEncoder().encode(body).length < KEEPALIVE_BYTES,
      headers: {
        Accept: "application/json",
        "Content-Type": "application/json",
        "Idempotency-Key": entry.key,
        "X-CSRFToken": token(),
      },
      body,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  }

  // Sends what waits until nothing waits, or until sending makes no sense just now.
  function drain() {
    clearTimeout(retry);
    draining ??= drainAll().finally(() => { draining = null; });
    return draining;
  }

  async function drainAll() {
    let denied = null;
    for (let entry = next(); entry; entry = next()) {
      if (!entry.tried) put({ ...entry, tried: true }); // before it leaves: the same body under the same key, even after a reload
      let response;
      let reply;
      try {
        response = await send(entry);
        if (response.status === 429 || response.status >= 500) return later("busy", response.headers.get("Retry-After"));
        reply = await response.json();
      } catch {
        return later("network");
      }
      failures = 0;
      hear.reached();
      if (entry.flag && response.status === 404) {
        drop(entry); // a server that does not know of it yet: only answers are worth a dialog
      } else if (!REFUSED_AT_THE_DOOR.includes(response.status)) {
        if (!settle(entry, response.status, reply)) return;
      } else if (denied === entry.key) {
        block(entries.get(entry.id), "refused", { words: reply.detail });
      } else {
        denied = entry.key;
        const may = await hear.mayGoOn().catch(() => null);
        if (may === null) return later("network");
        if (!may) return;
      }
    }
  }

  function later(why, seconds) {
    failures += 1;
    const wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1));
    retry = setTimeout(drain, Math.max(wait, Number(seconds ?? 0) * 1000) * (1 + Math.random() / 2));
    hear.waiting(why);
  }

  // What the server said of `entry`; false when nothing more is to be sent for now.
  function settle(entry, status, reply) {
    const newest = entries.get(entry.id) ?? entry;
    if (entry.flag) {
      drop(entry);
    } else if (status === 200 || (status === 409 && sorted(reply.payload) === sorted(entry.payload))) {
      revisions.set(entry.slot, reply.rev);
      drop(entry);
      if (newest.key !== entry.key) put({ ...newest, base: reply.rev });
      hear.saved(entry, reply);
    } else if (status === 409 && newest.sent.includes(sorted(reply.payload))) {
      again(newest, reply.rev);
    } else if (status === 409) {
      block(newest, "conflict", { rev: reply.rev, payload: reply.payload, said: reply.said, yours: reply.yours });
    } else if (status === 202 && reply.on_break) {
      again(newest, newest.base);
      hear.onBreak();
      return false;
    } else if (status === 202 && reply.outcome === "left") {
      drop(entry);
      hear.left(entry);
    } else if (status === 202) {
      drop(entry);
      hear.late(reply);
    } else if (reply.outcome === "reused_key") {
      again(newest, newest.base);
    } else {
      block(newest, "refused", { words: reply.detail });
    }
    return true;
  }

  const again = (entry, base) => put({ ...entry, base, key: newKey(), tried: false, blocked: null, theirs: null });

  function block(entry, why, theirs) {
    put({ ...entry, blocked: why, theirs });
    hear[why](entries.get(entry.id));
  }

  return {
    restore,
    keep,
    flag,
    drain,
    knows: (slot, revision) => revisions.set(slot, revision),
    // The person chose between two windows: theirs is dropped for ours, or ours for theirs.
    replace: (entry) => again(entries.get(entry.id), entry.theirs.rev),
    give: (entry) => {
      revisions.set(entry.slot, entry.theirs.rev);
      drop(entries.get(entry.id));
    },
    forget: () => [...entries.values()].forEach(drop),
    keepAgain: () => [...entries.values()].forEach(put),
    all: () => [...entries.values()],
    // Tries again what was refused: after somebody has signed in, or before handing in.
    unblock: () => [...entries.values()].filter((one) => one.blocked === "refused").forEach((one) => put({ ...one, blocked: null })),
  };
}
