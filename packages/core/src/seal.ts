/** Keeps texts secret in a place that others can read, under names that tell nothing either. */
export interface Seal {
  /** A name for what only holders of the secret can tell. */
  nameOf(text: string): Promise<string>;
  seal(name: string, text: string): Promise<string>;
  /** `undefined` where it was sealed with another secret or under another name, or was changed since. */
  open(name: string, sealed: string): Promise<string | undefined>;
}

const NONCE_BYTES = 12;

/** AES-256-GCM and HMAC-SHA-256, each with a key of its own that HKDF derives from the secret. */
export async function createSeal(secret: string): Promise<Seal> {
  const root = await crypto.subtle.importKey("raw", toBytes(secret), "HKDF", false, ["deriveKey"]);
  const derivation = (purpose: string) => ({
    name: "HKDF",
    hash: "SHA-256",
    salt: new Uint8Array(),
    info: toBytes(`keybrake key cache, ${purpose}`),
  });
  const hmac = { name: "HMAC", hash: "SHA-256", length: 256 };
  const aes = { name: "AES-GCM", length: 256 };
  const [naming, sealing] = await Promise.all([
    crypto.subtle.deriveKey(derivation("names"), root, hmac, false, ["sign"]),
    crypto.subtle.deriveKey(derivation("contents"), root, aes, false, ["encrypt", "decrypt"]),
  ]);

  return {
    async nameOf(text) {
      const signature = await crypto.subtle.sign("HMAC", naming, toBytes(text));
      return toHex(new Uint8Array(signature));
    },
    async seal(name, text) {
      const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
      const box = { name: "AES-GCM", iv, additionalData: toBytes(name) };
      const content = new Uint8Array(await crypto.subtle.encrypt(box, sealing, toBytes(text)));
      return toHex(iv) + toHex(content);
    },
    async open(name, sealed) {
      const bytes = fromHex(sealed);
      const iv = bytes.subarray(0, NONCE_BYTES);
      const box = { name: "AES-GCM", iv, additionalData: toBytes(name) };
      try {
        const content = await crypto.subtle.decrypt(box, sealing, bytes.subarray(NONCE_BYTES));
        return new TextDecoder().decode(content);
      } catch {
        return undefined;
      }
    },
  };
}

function toBytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
