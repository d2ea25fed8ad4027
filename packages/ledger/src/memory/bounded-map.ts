/**
 * A map that forgets what it has not been given for long: at least the newest `kept` entries are there, at most twice
 * as many. Two generations, because dropping the oldest entry of a `Map` one by one gets slower with each.
 */
export class BoundedMap<Value> {
  readonly #kept: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();

  constructor(kept: number) {
    this.#kept = kept;
  }

  get(key: string): Value | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  set(key: string, value: Value): void {
    this.#young.set(key, value);
    if (this.#young.size < this.#kept) return;
    this.#old = this.#young;
    this.#young = new Map();
  }
}
