// Keeps the answers that the server has not acknowledged on this device: in IndexedDB, else in the local storage,
// else in this page only. An entry is an object with an id, the key it is sent under, and when it was made (at).
const NAME = "unsent-answers";
const PREFIX = `${NAME}:`;
const PROBE = { id: "probe", key: "probe", at: 0 };
const OPENING_MS = 3000;

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

function opened() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(NAME, { keyPath: "id" });
  const late = new Promise((_resolve, reject) => setTimeout(() => reject(new Error("no database")), OPENING_MS));
  return Promise.race([done(request), late]);
}

async function inDatabase() {
  let database = await opened();
  const run = async (mode, act) => {
    const transaction = () => act(database.transaction(NAME, mode).objectStore(NAME));
    try {
      return await transaction();
    } catch {
      database = await opened(); // the browser had closed it: somebody signed out, or cleared the site's data
      return transaction();
    }
  };
  return {
    kind: "database",
    all: () => run("readonly", (store) => done(store.getAll())),
    put: (entry) => run("readwrite", (store) => done(store.put(entry))),
    remove: (entry) =>
      run("readwrite", async (store) => {
        const kept = await done(store.get(entry.id));
        if (kept?.key === entry.key) await done(store.delete(entry.id));
      }),
  };
}

async function inLocalStorage() {
  const read = (id) => JSON.parse(localStorage.getItem(PREFIX + id) ?? "null");
  return {
    kind: "storage",
    all: async () => Object.keys(localStorage).filter((id) => id.startsWith(PREFIX)).map((id) => read(id.slice(PREFIX.length))),
    put: async (entry) => localStorage.setItem(PREFIX + entry.id, JSON.stringify(entry)),
    remove: async (entry) => {
      if (read(entry.id)?.key === entry.key) localStorage.removeItem(PREFIX + entry.id);
    },
  };
}

function inMemory() {
  return { kind: "memory", all: async () => [], put: async () => {}, remove: async () => {} };
}

// The first of the three that takes an entry and gives it back.
export async function openStore() {
  for (const open of [inDatabase, inLocalStorage]) {
    try {
      const store = await open();
      await store.put(PROBE);
      await store.remove(PROBE);
      return store;
    } catch {
      // the next one
    }
  }
  return inMemory();
}

// Says to the other pages of the site how many answers wait here, so that signing out can warn.
export function tell(attempt, count) {
  try {
    if (count) localStorage.setItem(`waiting:${attempt}`, String(count));
    else localStorage.removeItem(`waiting:${attempt}`);
  } catch {
    // a browser that keeps nothing has nothing to warn of
  }
}
