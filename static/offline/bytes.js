// Bytes and texts: base64url and base58 in their one form, UTF-8 without leniency, inflating within bounds.
class Unreadable extends Error {}

function refuse(reason) {
  throw new Unreadable(reason);
}

function fromBase64url(text) {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) refuse("not base64url");
  let binary;
  try {
    binary = atob(text.replace(/-/g, "+").replace(/_/g, "/") + "=".repeat((4 - (text.length % 4)) % 4));
  } catch {
    refuse("cut short");
  }
  const bytes = Uint8Array.from(binary, (sign) => sign.charCodeAt(0));
  if (toBase64url(bytes) !== text) refuse("bits beyond the last byte");
  return bytes;
}

function toBase64url(bytes) {
  return btoa(latin1(bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function latin1(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return text;
}

function utf8(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refuse("not UTF-8");
  }
}

function fromBase58(text) {
  const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  const bytes = [];
  for (const sign of text) {
    let carry = alphabet.indexOf(sign);
    if (carry < 0) refuse("not base58");
    for (let place = 0; place < bytes.length; place += 1) {
      carry += bytes[place] * 58;
      bytes[place] = carry & 255;
      carry >>= 8;
    }
    for (; carry; carry >>= 8) bytes.push(carry & 255);
  }
  const zeros = text.match(/^1*/)[0].length;
  return Uint8Array.from([...new Array(zeros).fill(0), ...bytes.reverse()]);
}

// format: "deflate" (zlib, as PDF and PNG have it) or "gzip"; never more than `most` bytes.
async function inflate(bytes, format, most) {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format)).getReader();
  const pieces = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.length;
      if (length > most) refuse("too long");
      pieces.push(value);
    }
  } catch (error) {
    reader.cancel().catch(() => {});
    throw error instanceof Unreadable ? error : new Unreadable("damaged");
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

// The one form of a JSON value (RFC 8785): what two readers could take differently is not equal to it.
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value && typeof value === "object") {
    const pairs = Object.keys(value).sort().map((name) => `${canonical(name)}:${canonical(value[name])}`);
    return `{${pairs.join(",")}}`;
  }
  const text = JSON.stringify(value);
  if (text === undefined || /\\ud[89a-f]/.test(text)) refuse("not plain JSON");
  return text;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return refuse("not JSON");
  }
}
