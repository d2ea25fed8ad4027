/** Masks secrets in bytes that arrive in pieces. The length never changes, so a Content-Length stays true. */
export interface Mask {
  /** The bytes that can be told by now; some may be kept back until more arrive. */
  push(chunk: Buffer): Buffer;
  /** What was kept back. */
  flush(): Buffer;
}

const STAR = 0x2a;

/** @param secrets what must not appear; each at least one character */
export function createMask(secrets: readonly string[]): Mask {
  const needles = secrets.map((secret) => Buffer.from(secret));
  const overlap = Math.max(0, ...needles.map((needle) => needle.length - 1));
  let kept: Buffer = Buffer.alloc(0);

  return {
    push(chunk) {
      const bytes = kept.length === 0 ? chunk : Buffer.concat([kept, chunk]);
      for (const needle of needles) maskAll(bytes, needle);
      // Only a tail that could be the beginning of a secret is kept, so a short answer passes whole.
      const tail = longestBeginning(bytes, needles, overlap);
      kept = Buffer.from(bytes.subarray(bytes.length - tail));
      return bytes.subarray(0, bytes.length - tail);
    },
    flush() {
      const rest = kept;
      kept = Buffer.alloc(0);
      return rest;
    },
  };
}

/** The same for a whole text. */
export function maskText(text: string, secrets: readonly string[]): string {
  return secrets.reduce((masked, secret) => masked.replaceAll(secret, "*".repeat(secret.length)), text);
}

function maskAll(bytes: Buffer, needle: Buffer): void {
  for (let at = bytes.indexOf(needle); at !== -1; at = bytes.indexOf(needle, at)) {
    bytes.fill(STAR, at, at + needle.length);
  }
}

/** How many bytes at the end of `bytes` are the beginning of some needle. */
function longestBeginning(bytes: Buffer, needles: readonly Buffer[], overlap: number): number {
  for (let length = Math.min(overlap, bytes.length); length > 0; length--) {
    const tail = bytes.subarray(bytes.length - length);
    if (needles.some((needle) => needle.length > length && needle.subarray(0, length).equals(tail)))
      return length;
  }
  return 0;
}
