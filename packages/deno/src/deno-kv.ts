/** The part of `Deno.Kv` that is used here, so that the types need no unstable ones of Deno's. */
export interface DenoKv {
  get(key: DenoKvKey): Promise<DenoKvEntry>;
  atomic(): DenoKvAtomic;
  // biome-ignore lint/suspicious/noExplicitAny: whatever was enqueued
  listenQueue(handler: (message: any) => Promise<void>): Promise<void>;
}

/** An entry, or the place where there is none. */
export interface DenoKvEntry {
  key: DenoKvKey;
  value: unknown;
  versionstamp: string | null;
}

type DenoKvKey = readonly (Uint8Array | string | number | bigint | boolean | symbol)[];

interface DenoKvAtomic {
  check(entry: DenoKvEntry): DenoKvAtomic;
  set(key: DenoKvKey, value: string, options: { expireIn: number }): DenoKvAtomic;
  delete(key: DenoKvKey): DenoKvAtomic;
  commit(): Promise<{ ok: boolean }>;
}
