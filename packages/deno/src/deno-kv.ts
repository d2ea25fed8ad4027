/** The part of `Deno.Kv` that is used here, so that the types need no unstable ones of Deno's. */
export interface DenoKv {
  get(key: readonly string[]): Promise<DenoKvEntry>;
  atomic(): DenoKvAtomic;
  // biome-ignore lint/suspicious/noExplicitAny: whatever was enqueued
  listenQueue(handler: (message: any) => Promise<void>): Promise<void>;
}

/** An entry, or the place where there is none. */
export interface DenoKvEntry {
  key: readonly unknown[];
  value: unknown;
  versionstamp: string | null;
}

interface DenoKvAtomic {
  check(entry: DenoKvEntry): DenoKvAtomic;
  set(key: readonly unknown[], value: string, options: { expireIn: number }): DenoKvAtomic;
  delete(key: readonly unknown[]): DenoKvAtomic;
  commit(): Promise<{ ok: boolean }>;
}
