import type { VaultKey } from "@keybrake/core";
import type { ErrorBook } from "./errors.ts";
import type { StagedRun } from "./staged-run.ts";
import type { WireKey } from "./wire.ts";

/**
 * A vault key that lives in another process. What it says of itself was said there, and its calls are made there; it
 * has what the suite's handlers use, and no more.
 */
export function createStagedKey(wire: WireKey, run: StagedRun, errors: ErrorBook): VaultKey {
  const { text, json, token, ...shown } = wire;

  async function fetchThere(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const request = new Request(new URL(String(input), "http://vendor.test"), init);
    const result = await run.give({
      do: "fetch",
      path: String(input),
      method: request.method,
      headers: [...request.headers],
      body: await request.text(),
    });
    if (!result) throw new Error("the other process did not say what became of a call");
    if ("error" in result) throw errors.fromWire(result.error);
    return new Response(result.body, result);
  }

  const key = {
    ...shown,
    fetch: fetchThere,
    toString: () => text,
    toJSON: () => JSON.parse(json) as unknown,
    [Symbol.for("nodejs.util.inspect.custom")]: () => text,
  };
  Object.defineProperty(key, "token", { get: () => token });
  return key as unknown as VaultKey;
}
