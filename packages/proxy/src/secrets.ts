import { createHash, createHmac, hash, randomBytes } from "node:crypto";
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
  const digest = createHash("sha256");
  for (const part of parts) digest.update(`${Buffer.byteLength(part)}:`).update(part);
  return digest.digest("base64url");
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
  return TOKEN_WITHIN.test(text);
}

/** An id that nobody can guess: `key_…`, `req_…`, `aud_…`. */
export function createId(prefix: "key" | "req" | "aud"): string {
  return `${prefix}_${toBase62(randomBytes(16), 22)}`;
}

function toChecksum(text: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return toBase62(bytes, 6);
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
