// The page: what was given, what the issuer publishes, the verdict in words, in one language or the other.
const GIVEN_MOST = 6;
const given = { jwt: null, json: null, kind: null, keys: new Map(), lists: [] };
let language = document.documentElement.lang;
let shown = null;

const part = (id) => document.getElementById(id);
const words = () => WORDS[language];

function say(name, values = {}) {
  const text = words()[name] ?? name;
  return text.replace(/%\((\w+)\)s/g, (_, key) => values[key] ?? "");
}

function day(time) {
  const how = { day: "numeric", month: "long", year: "numeric", timeZone: "Europe/Paris" };
  return new Intl.DateTimeFormat(language === "fr" ? "fr-FR" : "en-GB", how).format(time);
}

function moment(time) {
  const how = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Europe/Paris" };
  const [hour, minute] = new Intl.DateTimeFormat("en-GB", how).format(time).split(":");
  if (language === "en") return `${day(time)}, ${hour}:${minute}`;
  return `${day(time)} à ${Number(hour)}\u00a0h\u00a0${minute}`;
}

// Files, told apart by what they hold.
async function take(files) {
  if (!files.length) return;
  const taken = [...files].slice(0, GIVEN_MOST);
  const pieces = [];
  for (const file of taken) pieces.push(await read(file).catch(unreadable));
  if (pieces.some((piece) => piece.kind)) Object.assign(given, { jwt: null, json: null, kind: null });
  for (const piece of pieces) keep(piece);
  await judge();
}

function unreadable(error) {
  if (!(error instanceof Unreadable) && !(error instanceof DOMException)) throw error;
  return { kind: "none" };
}

async function read(file) {
  if (file.size > MOST_FILE) refuse("too large");
  const bytes = new Uint8Array(await file.arrayBuffer());
  const start = latin1(bytes.subarray(0, 8));
  if (start.startsWith("%PDF-")) return { kind: "pdf", ...(await inPdf(bytes)) };
  if (start === "\x89PNG\r\n\x1a\n") return { kind: "png", ...inOneForm(await inPng(bytes)) };
  const text = utf8(bytes).replace(/^\ufeff/, "").trim();
  if (text.startsWith("<")) return { kind: "svg", ...inOneForm(inSvg(text)) };
  return readText(text);
}

function inOneForm(text) {
  return text.startsWith("eyJ") ? { jwt: text } : { json: text };
}

function readText(text) {
  if (text.startsWith("eyJ")) {
    const jwt = tryRead(text);
    return jwt?.document.type?.includes?.("BitstringStatusListCredential") ? { list: text } : { kind: "jwt", jwt: text };
  }
  const document = parsed(text);
  if (document?.verificationMethod || document?.keys) return { ring: ringFrom(document, "file") };
  if (document?.type?.includes?.("BitstringStatusListCredential")) return { jsonList: true };
  return { kind: "json", json: text };
}

function ringFrom(document, source) {
  try {
    return ringOf(document, source);
  } catch {
    return null;
  }
}

function keep({ kind, jwt, json, ring, list, jsonList }) {
  if (ring) given.keys.set(ring.issuer, ring);
  if (list) given.lists.push(list);
  if (ring === null) note("bad-keys");
  if (jsonList) note("json-list");
  if (!kind) return;
  given.jwt ??= jwt || null;
  given.json ??= json || null;
  given.kind = given.kind && given.kind !== "json" ? given.kind : kind;
}

function note(name) {
  part("note").textContent = say(name);
}

// What the issuer publishes: asked of it alone, and only when the certificate names it.
const sources = {
  async ring(issuer) {
    const own = given.keys.get(issuer);
    if (own) return own;
    if (issuer !== ISSUER.id) return "another";
    const text = await fetched(`${ISSUER.url}/.well-known/did.json`, 1 << 16);
    return text === null ? null : ringFrom(parsed(text), "issuer");
  },
  async list(entry, ring) {
    const own = given.lists.find((text) => tryRead(text, LIST_MOST)?.document.id === entry.statusListCredential);
    if (own) return own;
    if (ring.issuer !== ISSUER.id || !entry.statusListCredential.startsWith(`${ISSUER.url}/credentials/status/`)) return null;
    return fetched(`${entry.statusListCredential}.jwt`, LIST_MOST * 1.5);
  },
};

async function fetched(url, most) {
  try {
    const how = { credentials: "omit", referrerPolicy: "no-referrer", redirect: "error", cache: "no-cache" };
    const answer = await fetch(url, how);
    const text = answer.ok ? await answer.text() : null;
    return text === null || text.length > most ? null : text;
  } catch {
    return null;
  }
}

async function canCheck() {
  try {
    await crypto.subtle.importKey("raw", new Uint8Array(32).fill(9), "Ed25519", false, ["verify"]);
    return typeof DecompressionStream === "function";
  } catch {
    return false;
  }
}

async function judge() {
  if (!given.kind) return show(shown);
  const now = Date.now();
  if (!(await canCheck())) return show({ state: "unchecked", why: "browser", checks: {}, now });
  return show({ ...(await verify(given, sources, now)), now });
}

// The verdict, drawn anew in the language of the page.
function show(found) {
  shown = found;
  part("answer").hidden = !found;
  if (!found) return;
  const name = found.state === "unchecked" ? `unchecked-${found.why}` : found.state;
  const values = {
    issuer: found.claims?.issuer ?? ISSUER.name,
    other: found.issuer ?? "",
    now: moment(found.now),
    day: found.claims ? day(found.claims.from) : "",
    start: found.claims ? day(found.claims.from) : "",
    end: found.claims?.until ? day(found.claims.until) : "",
  };
  const seal = SEALS[found.state] ?? SEALS.unknown;
  const section = element("section", `verdict ${seal.tone}`.trim());
  const told = element("div", "stack s");
  told.append(element("h2", "", say(`${name}.title`, values)), element("p", "", say(`${name}.sentence`, values)));
  if (say(`${name}.advice`)) told.append(strong(say(`${name}.advice`, values)));
  section.append(drawing("seal", "0 0 72 72", seal.strokes), told);
  part("answer").replaceChildren(section, ...claimsShown(found), rowsShown(found, values));
  part("said").textContent = say(`${name}.title`, values);
}

function strong(sentence) {
  const line = element("p");
  line.append(element("strong", "", sentence));
  return line;
}

function claimsShown({ claims }) {
  if (!claims) return [];
  const pairs = [
    ["holder", claims.holder],
    ["issuer", `${claims.issuer} (${new URL(claims.list).host})`],
    ["awarded", day(claims.from)],
    ["until", claims.until ? day(claims.until) : say("no-limit")],
    ["skills", claims.skills.map((skill) => `${skill.name}, ${say(skill.tier).toLowerCase()}`)],
  ];
  const list = element("dl", "facts wide");
  for (const [term, value] of pairs) list.append(fact(say(term), [value].flat()));
  for (const one of claims.results) list.append(fact(one.name, [resultShown(one)], claims.language));
  const section = element("section", "stack");
  const title = Object.assign(element("h2", "", claims.achievement), { lang: claims.language });
  section.append(title, element("p", "", say(claims.tier)), list);
  for (const { name, narrative } of claims.evidence) {
    for (const part of [element("h3", "", name), element("p", "", narrative)]) {
      section.append(Object.assign(part, { lang: claims.language }));
    }
  }
  return [section];
}

function resultShown({ value, most, required }) {
  if (!most) return value;
  return say(required ? "result-cut" : "result", { score: value, most, cut: required });
}

// The term, where it is the certificate's own word, is in the certificate's language.
function fact(term, lines, language = "") {
  const group = element("div");
  const named = element("dt", "", term);
  if (language) named.lang = language;
  group.append(named, ...lines.map((line) => element("dd", "", line)));
  return group;
}

function rowsShown(found, values) {
  const section = element("section", "stack s");
  const list = element("ul", "checks");
  for (const [check, passed] of Object.entries(found.checks)) list.append(rowShown(found, values, check, passed));
  section.append(element("h2", "", say("checked")), list);
  return section;
}

function rowShown(found, values, check, passed) {
  const mark = passed === null ? "off" : passed ? "ok" : "stop";
  const row = element("li", mark);
  const icon = drawing("i", "0 0 20 20", [[ICONS[mark]]]);
  icon.removeAttribute("aria-hidden");
  icon.setAttribute("role", "img");
  icon.setAttribute("aria-label", say(`mark-${mark}`));
  row.append(icon, element("span", "", say(`check-${check}`)), element("small", "", detailOf(found, values, check, mark)));
  return row;
}

function detailOf(found, values, check, mark) {
  const key = (found.key ?? "").replace(/^key-/, "");
  if (check === "issuer" && mark === "ok") return say(`key-from-${found.source}`, { key, host: new URL(ISSUER.url).host });
  if (check === "issuer" && found.state === "key_withdrawn") return say("key-withdrawn-row", { key });
  if (check === "validity" && found.state === "expired") return say("validity-late", values);
  if (check === "validity" && mark === "stop" && found.claims.until && found.now >= found.claims.until) return say("validity-late", values);
  return say(`${check}-${mark}`, values);
}

function drawing(classes, box, strokes) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", classes);
  svg.setAttribute("viewBox", box);
  svg.setAttribute("aria-hidden", "true");
  for (const [path, width, dashes] of strokes) {
    const stroke = document.createElementNS("http://www.w3.org/2000/svg", "path");
    stroke.setAttribute("d", path);
    if (width) stroke.setAttribute("stroke-width", width);
    if (dashes) stroke.setAttribute("stroke-dasharray", dashes);
    svg.append(stroke);
  }
  return svg;
}

function element(name, classes = "", content = "") {
  const made = document.createElement(name);
  if (classes) made.className = classes;
  if (content) made.textContent = content;
  return made;
}

function speak(chosen) {
  language = chosen;
  document.documentElement.lang = chosen;
  document.title = `${say("title")} – ${ISSUER.name}`;
  for (const node of document.querySelectorAll("[data-w]")) node.textContent = say(node.dataset.w);
  part("note").textContent = "";
  part("language").lang = chosen === "fr" ? "en" : "fr";
  show(shown);
}

function begin() {
  const drop = part("drop");
  part("files").addEventListener("change", (event) => {
    part("note").textContent = "";
    take(event.target.files).finally(() => (event.target.value = ""));
  });
  part("language").addEventListener("click", () => speak(language === "fr" ? "en" : "fr"));
  for (const name of ["dragover", "dragenter"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    part("note").textContent = "";
    take(event.dataTransfer.files);
  });
  canCheck().then((able) => (part("unable").hidden = able));
  part("tool").hidden = false;
}

begin();
