// The verdict: format, signature, issuer and key, status, dates, in that order, as the counter gives it.

// given: {jwt, json, kind}; sources: {ring(issuer), list(entry, ring)} answer null where a file cannot be had.
async function verify(given, sources, now) {
  const checks = { format: null, signature: null, issuer: null, status: null, validity: null };
  if (given.kind === "pdf") checks.file = null;
  if (!given.jwt && given.json) return { state: "unchecked", why: "form", checks };
  const jwt = given.jwt && tryRead(given.jwt);
  const issuer = jwt && issuerOf(jwt.document);
  if (!jwt || typeof issuer !== "string" || !jwt.document.credentialSubject) {
    return { state: "malformed", checks: { ...checks, format: false } };
  }
  const ring = await sources.ring(issuer);
  if (ring === "another") return { state: "wrong_issuer", issuer, checks: { ...checks, issuer: false } };
  if (!ring) return { state: "unchecked", why: "keys", checks };
  const claims = readClaims(jwt.document);
  const signer = claims && (await signerOf(jwt, ring));
  if (!signer || !saysTheSame(given.json, jwt.document)) return { state: "tampered", checks: { ...checks, signature: false } };
  Object.assign(checks, { format: true, signature: true, issuer: signer.trusted });
  const known = { key: signer.id.split("#")[1], source: ring.source, checks };
  if (!signer.trusted) return { ...known, state: "key_withdrawn" };
  return judged({ ...known, claims }, jwt.document, sources, ring, now);
}

async function judged(found, document, sources, ring, now) {
  const { claims, checks } = found;
  const list = await sources.list(document.credentialStatus, ring);
  let revoked = null;
  try {
    revoked = list === null ? null : await isRevoked(list, document.credentialStatus, ring, now);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
  }
  checks.status = revoked === null ? null : !revoked;
  const early = now < claims.from;
  const late = claims.until !== null && now >= claims.until;
  checks.validity = !early && !late;
  const certain = (revoked && "revoked") || (early && "not_yet_valid") || (late && "expired");
  return { ...found, state: certain || (revoked === null ? "status_unavailable" : "valid") };
}

function tryRead(text) {
  try {
    return readJwt(text.trim());
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

// The JSON beside a JWT must be the same document; its own proof is another signature over it.
function saysTheSame(json, document) {
  if (!json) return true;
  try {
    const { proof, ...rest } = parsed(json.trim());
    return canonical(rest) === canonical(document);
  } catch (error) {
    if (error instanceof Unreadable) return false;
    throw error;
  }
}

// The fields that are shown, and no other; null when one is missing or of another kind.
function readClaims(document) {
  try {
    const subject = document.credentialSubject;
    const achievement = subject.achievement;
    const described = new Map(achievement.resultDescription.map((one) => [one.id, one]));
    const results = subject.result.map((one) => ({ ...described.get(one.resultDescription), value: one.value }));
    return {
      holder: text(subject.identifier[0].identityHash),
      issuer: text(document.issuer.name),
      achievement: text(achievement.name),
      language: text(achievement.inLanguage),
      tier: text(subject.result[0].value),
      skills: achievement.alignment.map((one) => ({ name: text(one.targetName), tier: text(one.targetCode).split(":").pop() })),
      results: results.slice(1).map((one) => ({ name: text(one.name), value: text(one.value), most: one.valueMax, required: one.requiredValue })),
      evidence: (document.evidence || []).map((one) => ({ name: text(one.name), narrative: text(one.narrative) })),
      from: timeOf(document.validFrom),
      until: document.validUntil === undefined ? null : timeOf(document.validUntil),
      list: text(document.credentialStatus.statusListCredential),
    };
  } catch {
    return null;
  }
}

function text(value) {
  return typeof value === "string" ? value : refuse("not a text");
}
