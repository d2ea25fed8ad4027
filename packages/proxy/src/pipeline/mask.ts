/** Masks secrets in bytes that arrive in pieces. The length never changes, so a Content-Length stays true. */
export interface Mask {
  /** The bytes that can be told by now; some may be kept back until more arrive. */
  push(chunk: Buffer): Buffer;
  /** What was kept back. */
  flush(): Buffer;
}

const STAR = 0x2a;
const NOTHING = Buffer.alloc(0);

/** The secrets of a credential, prepared for searching. */
interface Needles {
  readonly bytes: readonly Buffer[];
  /** Whether a byte is the first of some secret. */
  readonly isFirst: Uint8Array;
  readonly overlap: number;
  readonly pattern: RegExp;
}

// By the credential's own list: it is the same for every call.
const prepared = new WeakMap<readonly string[], Needles>();

function prepare(secrets: readonly string[]): Needles {
  const found = prepared.get(secrets);
  if (found) return found;
  const bytes = secrets.map((secret) => Buffer.from(secret));
  const isFirst = new Uint8Array(256);
  for (const [first = 0] of bytes) isFirst[first] = 1;
  const overlap = Math.max(0, ...bytes.map(({ length }) => length - 1));
  // The longest first: one secret may begin with another.
  const longestFirst = secrets.toSorted((one, other) => other.length - one.length);
  const pattern = new RegExp(longestFirst.map(escapePattern).join("|") || "(?!)", "g");
  const needles = { bytes, isFirst, overlap, pattern };
  prepared.set(secrets, needles);
  return needles;
}

const escapePattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");

/** @param secrets what must not appear; each at least one character */
export function createMask(secrets: readonly string[]): Mask {
  const needles = prepare(secrets);
  let kept: Buffer = NOTHING;

  return {
    push(chunk) {
      const bytes = kept.length === 0 ? chunk : Buffer.concat([kept, chunk]);
      for (const needle of needles.bytes) maskAll(bytes, needle);
      // Only a tail that could be the beginning of a secret is kept, so a short answer passes whole.
      const end = findTail(bytes, needles);
      if (end === bytes.length) {
        kept = NOTHING;
        return bytes;
      }
      kept = Buffer.from(bytes.subarray(end));
      return bytes.subarray(0, end);
    },
    flush() {
      const rest = kept;
      kept = NOTHING;
      return rest;
    },
  };
}

/** The same for a whole text. */
export function maskText(text: string, secrets: readonly string[]): string {
  const { pattern } = prepare(secrets);
  return text.search(pattern) === -1 ? text : text.replace(pattern, (secret) => "*".repeat(secret.length));
}

function maskAll(bytes: Buffer, needle: Buffer): void {
  for (let at = bytes.indexOf(needle); at !== -1; at = bytes.indexOf(needle, at)) {
    bytes.fill(STAR, at, at + needle.length);
  }
}

/** Where the longest end of `bytes` begins that is the beginning of some secret; their length if none is. */
function findTail(bytes: Buffer, { bytes: needles, isFirst, overlap }: Needles): number {
  for (let start = Math.max(0, bytes.length - overlap); start < bytes.length; start++) {
    if (isFirst[bytes[start] ?? 0] === 0) continue;
    const length = bytes.length - start;
    for (const needle of needles) {
      if (needle.length > length && needle.compare(bytes, start, bytes.length, 0, length) === 0) return start;
    }
  }
  return bytes.length;
}
