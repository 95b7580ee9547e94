// Keys, VC-JWT and status lists, in the one form that the issuer writes; anything else is refused.
const HEADER_MOST = 1024;
const LIST_MOST = 3 * 1024 * 1024;
const BITS = { least: 131072, most: 2 ** 24 };
const CLAIMS = ["iss", "jti", "nbf", "exp"];

// {issuer, keys: Map(id → {raw, trusted}), source}; a key no longer named in assertionMethod is withdrawn.
function ringOf(document, source) {
  const keys = new Map();
  if (Array.isArray(document.keys)) {
    for (const key of document.keys) {
      if (key.kty !== "OKP" || key.crv !== "Ed25519" || typeof key.kid !== "string") refuse("not an Ed25519 key");
      keys.set(key.kid, { raw: fromBase64url(key.x), trusted: true });
    }
  } else {
    for (const method of document.verificationMethod) {
      if (method.type !== "Multikey" || method.controller !== document.id) refuse("not a key of this issuer");
      keys.set(method.id, { raw: fromMultikey(method.publicKeyMultibase), trusted: document.assertionMethod.includes(method.id) });
    }
  }
  const issuers = new Set([...keys.keys()].map((id) => id.split("#")[0]));
  if (issuers.size !== 1 || (document.id && !issuers.has(document.id))) refuse("keys of several issuers, or of none");
  return { issuer: [...issuers][0], keys, source };
}

function fromMultikey(text) {
  const bytes = String(text).startsWith("z") ? fromBase58(text.slice(1)) : refuse("not a Multikey");
  if (bytes.length !== 34 || bytes[0] !== 0xed || bytes[1] !== 1) refuse("not an Ed25519 key");
  return bytes.subarray(2);
}

// What a JWT holds, nothing of it verified: document, kid, and what check needs.
function readJwt(text, most = MOST_CREDENTIAL) {
  if (text.length > ((HEADER_MOST + most) * 4) / 3 + 100) refuse("too large");
  const parts = text.split(".");
  if (parts.length !== 3) refuse("not three parts");
  const [header, payload, signature] = parts.map(fromBase64url);
  const head = parsed(utf8(header));
  const written = utf8(payload);
  const content = parsed(written);
  if (!isObject(content) || canonical(content) !== written) refuse("not in its one form");
  const wanted = { alg: "EdDSA", cty: "vc", kid: head?.kid, typ: "vc+jwt" };
  const known = typeof head?.kid === "string" && canonical(wanted) === utf8(header);
  const document = Object.fromEntries(Object.entries(content).filter(([name]) => !CLAIMS.includes(name)));
  return { document, content, kid: known ? head.kid : null, signed: `${parts[0]}.${parts[1]}`, signature };
}

function isObject(value) {
  return Boolean(value) && typeof value === "object" && !Array.isArray(value);
}

function issuerOf(document) {
  return typeof document.issuer === "string" ? document.issuer : document.issuer?.id;
}

// The key that signed, {id, trusted}; null when the signature is not good.
async function signerOf(jwt, ring) {
  const key = jwt.kid === null ? undefined : ring.keys.get(jwt.kid);
  if (!key || jwt.kid.split("#")[0] !== issuerOf(jwt.document) || !claimsAgree(jwt)) return null;
  const imported = await crypto.subtle.importKey("raw", key.raw, "Ed25519", false, ["verify"]);
  const good = await crypto.subtle.verify("Ed25519", imported, jwt.signature, new TextEncoder().encode(jwt.signed));
  return good ? { id: jwt.kid, trusted: key.trusted } : null;
}

// The claims repeat fields of the document: one that says otherwise is refused.
function claimsAgree({ document, content }) {
  const seconds = (text) => (text === undefined ? undefined : timeOf(text) / 1000);
  return (
    content.iss === issuerOf(document) &&
    content.jti === document.id &&
    content.nbf === seconds(document.validFrom) &&
    content.exp === seconds(document.validUntil)
  );
}

function timeOf(text) {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text)) refuse("not a time");
  const time = Date.parse(text);
  return Number.isNaN(time) ? refuse("not a time") : time;
}

// Whether the bit is set in the issuer's own current list; throws where that cannot be told.
async function isRevoked(text, entry, ring, now) {
  const list = readJwt(text.trim(), LIST_MOST);
  const { document } = list;
  const signer = await signerOf(list, ring);
  if (!signer?.trusted || issuerOf(document) !== ring.issuer) refuse("not signed by the issuer");
  const subject = document.credentialSubject;
  if (document.id !== entry.statusListCredential || subject?.type !== "BitstringStatusList") refuse("another list");
  if (subject.statusPurpose !== "revocation") refuse("a list of something else");
  if (!(timeOf(document.validFrom) <= now && now < timeOf(document.validUntil))) refuse("out of date");
  const packed = String(subject.encodedList);
  const bits = await inflate(fromBase64url(packed.startsWith("u") ? packed.slice(1) : refuse("not base64url")), "gzip", BITS.most / 8);
  const index = /^\d{1,10}$/.test(entry.statusListIndex) ? Number(entry.statusListIndex) : -1;
  if (bits.length * 8 < BITS.least || index < 0 || index >= bits.length * 8) refuse("outside the list");
  return Boolean(bits[index >> 3] & (0x80 >> (index & 7)));
}
