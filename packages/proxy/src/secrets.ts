import { createHmac, hash, randomBytes, randomFillSync } from "node:crypto";
import { crc32 } from "node:zlib";

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const TOKEN = /^vk_(?:live|test)_[0-9A-Za-z]{49}$/;
const TOKEN_WITHIN = /vk_(?:live|test)_[0-9A-Za-z]{49}/;

/** A secret that shows itself only when asked to: no log, JSON or inspection holds it. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toJSON(): string {
    return "[redacted]";
  }

  toString(): string {
    return "[redacted]";
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[redacted]";
  }
}

/** What is stored of a token. */
export function hashToken(token: string): string {
  return hash("sha256", token, "base64url");
}

/** A fingerprint of any number of texts that keeps their borders. */
export function fingerprint(...parts: (string | Buffer)[]): string {
  // One piece to hash: a text alone while the parts are texts, and bytes after the first that is not.
  const pieces: Buffer[] = [];
  let text = "";
  for (const part of parts) {
    text += `${Buffer.byteLength(part)}:`;
    if (typeof part === "string") text += part;
    else {
      pieces.push(Buffer.from(text), part);
      text = "";
    }
  }
  if (pieces.length === 0) return hash("sha256", text, "base64url");
  pieces.push(Buffer.from(text));
  return hash("sha256", Buffer.concat(pieces), "base64url");
}

export function createSalt(): string {
  return randomBytes(32).toString("base64url");
}

/**
 * The token of a vault key: 32 pseudorandom bytes and a checksum, in base62 behind a prefix, so that scanners can
 * find a leaked one. It is derived from the issuer's own credential and a random salt; so a repeated issue can
 * show the same token again although nobody stored it.
 */
export function deriveToken(mode: "live" | "test", issuerCredential: string, salt: string): string {
  const body = toBase62(createHmac("sha256", issuerCredential).update(salt).digest(), 43);
  return `vk_${mode}_${body}${toChecksum(`vk_${mode}_${body}`)}`;
}

/** Whether a text can be a vault key at all, told without asking the store. */
export function isWellFormedToken(token: string): boolean {
  return TOKEN.test(token) && toChecksum(token.slice(0, -6)) === token.slice(-6);
}

/** Whether a vault key stands anywhere in a text. */
export function holdsToken(text: string): boolean {
  return text.includes("vk_") && TOKEN_WITHIN.test(text);
}

/**
 * An id that nobody can guess: `key_…`, `req_…`, `aud_…`, `frz_…`. Eight characters are the time in ms, so that ids sort by their
 * age and a database adds them at the end of its indexes. Fourteen are random: 83 bits.
 */
export function createId(prefix: "key" | "req" | "aud" | "frz"): string {
  return `${prefix}_${toTimePart(Date.now())}${drawCharacters(14)}`;
}

let latest = { at: 0, text: "" };

function toTimePart(at: number): string {
  if (latest.at !== at) latest = { at, text: toDigits(at, 8) };
  return latest.text;
}

// One draw from the system fills many ids.
const randomness = Buffer.alloc(4096);
let drawn = randomness.length;

function drawCharacters(count: number): string {
  let text = "";
  while (text.length < count) {
    if (drawn === randomness.length) {
      randomFillSync(randomness);
      drawn = 0;
    }
    // Six bits give one of 64 numbers; the two that have no character are drawn again, or some would come up more often.
    const number = (randomness[drawn++] ?? 0) & 63;
    if (number < BASE62.length) text += BASE62[number];
  }
  return text;
}

function toChecksum(text: string): string {
  return toDigits(crc32(text), 6);
}

/** A number in base62, padded with zeros. */
function toDigits(number: number, length: number): string {
  let rest = number;
  let text = "";
  for (let index = 0; index < length; index++) {
    text = BASE62[rest % 62] + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}

function toBase62(bytes: Buffer, length: number): string {
  let rest = BigInt(`0x${bytes.toString("hex")}`);
  let text = "";
  for (let index = 0; index < length; index++) {
    text = BASE62[Number(rest % 62n)] + text;
    rest /= 62n;
  }
  return text;
}
