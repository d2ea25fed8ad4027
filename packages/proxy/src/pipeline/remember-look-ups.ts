import type { JsonValue } from "@keybrake/vendors";
import type { Credential } from "../upstream/credential.ts";
import type { Call } from "./call.ts";
import type { LookUp } from "./look-up.ts";

const KEPT_MS = 600_000;
/** Of one credential. */
const MOST_KEPT = 1_000;

interface Found {
  object: JsonValue;
  at: number;
}

/**
 * Remembers for 10 minutes what was looked up: only for objects whose amounts never change. What one credential was
 * shown is never used for another, nor for another account.
 */
export function rememberLookUps(
  lookUp: LookUp,
  clock: () => number,
): (call: Call, path: string) => Promise<JsonValue | undefined> {
  const remembered = new WeakMap<Credential, Map<string, Found>>();

  return async (call, path) => {
    const { credential } = call;
    const ofCredential = remembered.get(credential) ?? new Map<string, Found>();
    remembered.set(credential, ofCredential);
    const name = `${call.account} ${path}`;
    const known = ofCredential.get(name);
    if (known && known.at > clock() - KEPT_MS) return known.object;
    const object = await lookUp(call, path);
    // What isn't there might be made in the next moment.
    if (object === undefined) return undefined;
    ofCredential.delete(name);
    ofCredential.set(name, { object, at: clock() });
    const [oldest] = ofCredential.keys();
    if (ofCredential.size > MOST_KEPT && oldest !== undefined) ofCredential.delete(oldest);
    return object;
  };
}
