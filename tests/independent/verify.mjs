/**
 * Verifiers we did not write, asked in one place: a case a line on standard input, an answer a line on standard output.
 *
 * The first line is {files: {url: document}}: what every case may read, contexts and schemas. Each further line is a
 * case {verifier, …, files: {url: document}}, whose own files (did.json, the status list) come before the common ones.
 * An answer repeats what the verifier said, judged by nobody here. Nothing is ever fetched: connecting is refused.
 */
import net from 'node:net';
import readline from 'node:readline';

let common = {};
let current = {};

/** The document at `url` for the case at hand; undefined when nobody gave it. */
function fileAt(url) {
  return current[url] ?? common[url];
}

/** What takes the place of the network for verifiers that fetch for themselves. */
async function fetchStatic(request) {
  const document = fileAt(typeof request === 'string' ? request : request.url ?? String(request));
  if (document === undefined) return new Response('nobody gave this', {status: 404});
  return new Response(JSON.stringify(document), {headers: {'content-type': 'application/json'}});
}

globalThis.fetch = fetchStatic;
net.Socket.prototype.connect = () => {
  throw new Error('a verifier wanted the network');
};
console.log = console.info = console.warn = console.error; // standard output is for answers

const {verifyCredential} = await import('@digitalbazaar/vc');
const {DataIntegrityProof} = await import('@digitalbazaar/data-integrity');
const {cryptosuite} = await import('@digitalbazaar/eddsa-rdfc-2022-cryptosuite');
const Ed25519Multikey = await import('@digitalbazaar/ed25519-multikey');
const {checkStatus, decodeList} = await import('@digitalbazaar/vc-bitstring-status-list');
const verifierCore = await import('@digitalcredentials/verifier-core');
const {createLocalJWKSet, jwtVerify} = await import('jose');
const {default: Ajv2019} = await import('ajv/dist/2019.js');
const {default: addFormats} = await import('ajv-formats');

/** A JSON-LD document loader over the files; a key is found in the did.json of its controller. */
async function documentLoader(url) {
  const [did, fragment] = url.split('#');
  const address = did.startsWith('did:web:') ? `https://${did.slice('did:web:'.length)}/.well-known/did.json` : url;
  let document = fileAt(address);
  if (fragment && did.startsWith('did:web:')) {
    const method = document?.verificationMethod.find(({id}) => id === url);
    document = method && {'@context': document['@context'], ...method};
  }
  if (document === undefined) throw new Error(`nobody gave ${url}`);
  return {contextUrl: null, documentUrl: url, document: structuredClone(document)};
}

/** The words of an error and of those it was made of. */
function wordsOf(error) {
  if (!error) return null;
  return [error.message, ...(error.errors ?? []).map(({message}) => message)].join(' | ');
}

const verifiers = {
  /** Digital Bazaar's own: signature, dates, and the status list when the signature is good. */
  async vc({document}) {
    const suite = new DataIntegrityProof({cryptosuite});
    const said = await verifyCredential({credential: document, suite, documentLoader, checkStatus});
    return {
      verified: said.verified,
      status: said.statusResult?.results?.map(({status}) => status) ?? null,
      error: wordsOf(said.error) ?? wordsOf(said.statusResult?.error),
    };
  },

  /** The engine of VerifierPlus: a log of steps, or errors when the signature is not good. */
  async 'verifier-core'({document}) {
    const said = await verifierCore.verifyCredential({credential: document, knownDIDRegistries: []});
    const steps = (said.log ?? []).map(({id, valid, error}) => [id, valid ?? error?.name ?? null]);
    const schemas = said.additionalInformation?.find(({id}) => id === 'schema_check')?.results;
    return {
      steps: Object.fromEntries(steps),
      errors: (said.errors ?? []).map(({name}) => name),
      schema: Array.isArray(schemas) ? schemas.map(({result}) => result.valid) : null,
    };
  },

  /** A JWT and the key set: signature, type, issuer and the registered claims. */
  async jose({jwt, jwks, issuer}) {
    const options = {algorithms: ['EdDSA'], typ: 'vc+jwt', issuer};
    const {payload, protectedHeader} = await jwtVerify(jwt, createLocalJWKSet(jwks), options);
    return {verified: true, payload, header: protectedHeader};
  },

  /** A published key as a JWK, and whether it made a detached signature over some bytes (both in hexadecimal). */
  async multikey({method, data, signature}) {
    const keyPair = await Ed25519Multikey.from(method);
    const [bytes, signed] = [data, signature].map((text) => Buffer.from(text ?? '', 'hex'));
    const verified = signed.length > 0 && (await keyPair.verifier().verify({data: bytes, signature: signed}));
    return {verified, jwk: await Ed25519Multikey.toJwk({keyPair})};
  },

  /** One bit of an encoded list, read by Digital Bazaar. */
  async bit({encodedList, index}) {
    return {bit: (await decodeList({encodedList})).getStatus(index)};
  },

  /** A JSON Schema 2019-09, formats included. */
  async ajv({document, schema}) {
    const ajv = new Ajv2019({allErrors: true, strict: false});
    addFormats(ajv);
    const valid = ajv.validate(schema, document);
    return {valid, errors: (ajv.errors ?? []).map(({instancePath, message}) => `${instancePath} ${message}`)};
  },
};

// Resolvers remember a did.json for some seconds; by their clock, more than that passes between two cases.
const clock = Date.now.bind(Date);
let elapsed = 0;
Date.now = () => clock() + elapsed;

/** The answer to one case; what a verifier throws is an answer too. */
async function answer(question) {
  current = question.files ?? {};
  elapsed += 60_000;
  try {
    return await verifiers[question.verifier](question);
  } catch (error) {
    return {verified: false, thrown: error.code ?? error.name, error: wordsOf(error)};
  }
}

const lines = readline.createInterface({input: process.stdin, crlfDelay: Infinity})[Symbol.asyncIterator]();
({files: common} = JSON.parse((await lines.next()).value));
for await (const line of lines) process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
