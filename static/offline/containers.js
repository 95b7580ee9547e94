// What a file carries: the two attachments of a PDF, the credential of a PNG or an SVG. No page is ever drawn.
const MOST_FILE = 2 * 1024 * 1024;
const MOST_CREDENTIAL = 128 * 1024;
const MOST_OBJECTS = 20000;
const MOST_INFLATED = 8 * 1024 * 1024;

// {jwt, json}: texts or null.
async function inPdf(bytes) {
  const file = await readPdf(bytes);
  const found = { jwt: null, json: null };
  for (const [name, kind] of [["credential.jwt", "jwt"], ["credential.json", "json"]]) {
    const reference = file.attachments.get(name);
    if (reference !== undefined) found[kind] = utf8(await streamOf(file, reference));
  }
  return found;
}

async function readPdf(bytes) {
  const text = latin1(bytes);
  const file = { bytes, text, objects: new Map(), attachments: new Map() };
  let inflated = 0;
  let count = 0;
  for (const match of text.matchAll(/(\d{1,9})\s+\d{1,5}\s+obj\b/g)) {
    count += 1;
    if (count > MOST_OBJECTS) refuse("too many objects");
    const start = match.index + match[0].length;
    const head = headOf(text, start);
    file.objects.set(Number(match[1]), { head, start });
    if (/\/Type\s*\/ObjStm\b/.test(head)) inflated += await readPacked(file, head, start, MOST_INFLATED - inflated);
  }
  for (const { head } of file.objects.values()) noteAttachment(file, head);
  return file;
}

// The text of an object up to its stream or its end.
function headOf(text, start) {
  const end = text.slice(start, start + 65536).search(/(?<=[\s>])stream(?=\r?\n)|\bendobj\b/);
  return text.slice(start, end < 0 ? start + 65536 : start + end);
}

// Objects inside a compressed stream; a later revision of one replaces it.
async function readPacked(file, head, start, most) {
  const count = Number(/\/N\s+(\d+)/.exec(head)?.[1]);
  const first = Number(/\/First\s+(\d+)/.exec(head)?.[1]);
  if (!(count <= MOST_OBJECTS) || Number.isNaN(first)) return 0;
  const body = latin1(await contentAt(file, head, start, most));
  const numbers = body.slice(0, first).trim().split(/\s+/).map(Number);
  for (let at = 0; at < count; at += 1) {
    const [number, offset] = [numbers[2 * at], numbers[2 * at + 1]];
    const next = numbers[2 * at + 3] ?? body.length - first;
    file.objects.set(number, { head: body.slice(first + offset, first + next), start: -1 });
  }
  return body.length;
}

function noteAttachment(file, head) {
  const target = /\/EF\s*<<[^>]*?\/U?F\s+(\d+)\s+\d+\s+R/.exec(head);
  if (!target) return;
  for (const match of head.matchAll(/\/U?F\s*(\((?:\\[\s\S]|[^\\()])*\)|<[0-9A-Fa-f\s]*>)/g)) {
    file.attachments.set(textOf(match[1]), Number(target[1]));
  }
}

// A PDF string, in parentheses or in hexadecimal, plain or UTF-16.
function textOf(token) {
  const raw = token.startsWith("<")
    ? (token.slice(1, -1).replace(/\s/g, "").match(/../g) || []).map((pair) => String.fromCharCode(parseInt(pair, 16))).join("")
    : token.slice(1, -1).replace(/\\([0-7]{1,3}|[\s\S])/g, (_, sign) => (/^[0-7]/.test(sign) ? String.fromCharCode(parseInt(sign, 8)) : sign));
  if (!raw.startsWith("\u00fe\u00ff")) return raw;
  return (raw.slice(2).match(/[\s\S]{2}/g) || [])
    .map((pair) => String.fromCharCode(pair.charCodeAt(0) * 256 + pair.charCodeAt(1)))
    .join("");
}

async function streamOf(file, number) {
  const found = file.objects.get(number);
  if (!found || found.start < 0) refuse("no such object");
  return contentAt(file, found.head, found.start, MOST_CREDENTIAL);
}

async function contentAt(file, head, start, most) {
  const begin = /^stream(\r\n|\n)/.exec(file.text.slice(start + head.length, start + head.length + 8));
  if (!begin) refuse("no stream");
  const at = start + head.length + begin[0].length;
  const bytes = file.bytes.subarray(at, at + lengthOf(file, head));
  const filter = /\/Filter\s*(\[[^\]]*\]|\/\w+)/.exec(head)?.[1].replace(/[[\]\s]/g, "");
  if (!filter) return bytes.length > most ? refuse("too long") : bytes;
  if (filter !== "/FlateDecode" || /\/DecodeParms\b/.test(head)) refuse("compressed in a way we do not use");
  return inflate(bytes, "deflate", most);
}

function lengthOf(file, head) {
  const [, number, reference] = /\/Length\s+(\d+)(\s+\d+\s+R)?/.exec(head) || refuse("no length");
  const length = reference ? Number(file.objects.get(Number(number))?.head.trim()) : Number(number);
  return length >= 0 ? length : refuse("no length");
}

// The text of the one chunk that Open Badges 3.0 names.
async function inPng(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = [];
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    const content = bytes.subarray(at + 8, at + 8 + view.getUint32(at));
    if (latin1(bytes.subarray(at + 4, at + 8)) === "iTXt" && latin1(content.subarray(0, 20)) === "openbadgecredential\0") {
      found.push(content.subarray(20));
    }
  }
  if (found.length !== 1) refuse("not exactly one credential");
  const [content] = found;
  const language = content.indexOf(0, 2);
  const keyword = content.indexOf(0, language + 1);
  if (language < 0 || keyword < 0 || content[1] !== 0) refuse("not laid out as it should be");
  const text = content.subarray(keyword + 1);
  return utf8(content[0] === 1 ? await inflate(text, "deflate", MOST_CREDENTIAL) : text);
}

function inSvg(text) {
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) refuse("a document type");
  const drawing = new DOMParser().parseFromString(text, "image/svg+xml");
  const found = drawing.getElementsByTagNameNS("https://purl.imsglobal.org/ob/v3p0", "credential");
  if (found.length !== 1) refuse("not exactly one credential");
  return (found[0].getAttribute("verify") || found[0].textContent).trim();
}
