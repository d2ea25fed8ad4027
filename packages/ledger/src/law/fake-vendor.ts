import type { Outcome } from "../ledger.ts";

/**
 * What becomes of a call: `done` · `less`, `more` than the bound · `untold` done, but the answer does not tell the cost ·
 * `declined` refused for good, and saved under the idempotency key · `early_refusal` refused before that layer ·
 * `nothing` a 2xx that says nothing was done · `error_before`, `error_after` a 5xx, saved · `lost_before`, `lost_after`
 * no answer comes back · `never_sent`.
 */
export const FATES = [
  "done",
  "less",
  "more",
  "untold",
  "declined",
  "early_refusal",
  "nothing",
  "error_before",
  "error_after",
  "lost_before",
  "lost_after",
  "never_sent",
] as const;
export type Fate = (typeof FATES)[number];

export interface VendorCall {
  keyId: string;
  fate: Fate;
  /** What the call says that it is for: the most it may cost, or the exposure that its object gets. */
  amountMicroUsd: number;
  /** The object that it works on; left out where it makes one. */
  objectId?: string;
  /** What it makes can be worked on later. */
  makesObject?: boolean;
  /** The call says no sum: the object is taken as it stands. */
  asItStands?: boolean;
  idempotencyKey?: string;
  fingerprint: string;
}

type Result =
  | { kind: "done"; costMicroUsd: number; objectId: string }
  | { kind: "declined" }
  | { kind: "error" };

interface Saved {
  at: number;
  fingerprint: string;
  result: Result;
  /** Whether somebody has been told of it. */
  told: boolean;
}

/** What the proxy can know of a call that the vendor has taken. */
export interface Taken {
  outcome: Outcome;
  /** The vendor had done it before. */
  replayed: boolean;
  /** The vendor went beyond what was proven, or broke its word: nobody can know before it tells. */
  beyond: boolean;
}

/** A vendor in this process: idempotent for 24 hours, with objects whose exposure may rise. */
export interface FakeVendor {
  /** Takes a call; `onDone` hears what it really did. Gives what the proxy can know. */
  take(call: VendorCall, now: number, onDone: (objectId: string, exposureMicroUsd: number) => void): Taken;
  /** What can be worked on. */
  listObjects(): { id: string; exposureMicroUsd: number }[];
  /** Forgets an idempotency key before its time, where whoever used it has been told; says whether it did. */
  forget(idempotencyKey: string): boolean;
}

const DAY_MS = 86_400_000;
const LOST: readonly Fate[] = ["lost_before", "lost_after"];

export function createFakeVendor(): FakeVendor {
  const saved = new Map<string, Saved>();
  const forgotten = new Set<string>();
  const objects = new Map<string, number>();
  let count = 0;

  function carryOut(call: VendorCall, fate: Fate): Result {
    const objectId = call.objectId ?? `${call.makesObject ? "object" : "charge"}_${++count}`;
    const stands = objects.get(objectId) ?? 0;
    const wanted = call.asItStands ? stands : call.amountMicroUsd;
    const asked = fate === "less" && !call.asItStands ? Math.ceil(wanted / 2) : wanted;
    const costMicroUsd = fate === "more" ? asked + Math.ceil(asked / 2) + 1 : asked;
    objects.set(objectId, costMicroUsd);
    return { kind: "done", costMicroUsd, objectId };
  }

  function tell(result: Result, fate: Fate, replayed: boolean): Outcome {
    if (result.kind === "declined") return { kind: "refused" };
    if (result.kind === "error" || LOST.includes(fate)) return { kind: "unknown" };
    const kind = replayed ? "replayed" : "effect";
    if (fate === "untold") return { kind, costMicroUsd: null };
    return { kind, costMicroUsd: result.costMicroUsd, objectId: result.objectId };
  }

  return {
    take(call, now, onDone) {
      const { idempotencyKey: key } = call;
      // Where a vendor breaks its word on idempotency keys, or the object has grown meanwhile, no ledger can know
      // unless it is told.
      const grown = call.asItStands && (objects.get(call.objectId ?? "") ?? 0) > call.amountMicroUsd;
      const broken = grown || (key !== undefined && forgotten.has(key));
      const fate = broken ? "done" : call.fate;
      const beyond = broken || fate === "more";
      if (fate === "never_sent") return { outcome: { kind: "never_sent" }, replayed: false, beyond };
      if (fate === "early_refusal") return { outcome: { kind: "refused" }, replayed: false, beyond };
      const before = key === undefined ? undefined : saved.get(key);
      if (before && before.at > now - DAY_MS) {
        if (before.fingerprint !== call.fingerprint)
          return { outcome: { kind: "refused" }, replayed: false, beyond };
        const outcome = tell(before.result, fate, true);
        before.told ||= outcome.kind === "replayed";
        return { outcome, replayed: true, beyond };
      }
      if (fate === "lost_before") return { outcome: { kind: "unknown" }, replayed: false, beyond };
      if (fate === "nothing") return { outcome: { kind: "refused" }, replayed: false, beyond };
      const save = (result: Result, told: boolean): void => {
        if (key === undefined) return;
        forgotten.delete(key);
        saved.set(key, { at: now, fingerprint: call.fingerprint, result, told });
      };
      if (fate === "declined" || fate === "error_before") {
        save({ kind: fate === "declined" ? fate : "error" }, false);
        return { outcome: { kind: fate === "declined" ? "refused" : "unknown" }, replayed: false, beyond };
      }
      const result = carryOut(call, fate);
      if (result.kind === "done") onDone(result.objectId, result.costMicroUsd);
      const outcome = fate === "error_after" ? { kind: "unknown" as const } : tell(result, fate, false);
      save(fate === "error_after" ? { kind: "error" } : result, outcome.kind === "effect");
      return { outcome, replayed: false, beyond };
    },

    listObjects: () =>
      [...objects]
        .filter(([id]) => id.startsWith("object_"))
        .map(([id, exposureMicroUsd]) => ({ id, exposureMicroUsd })),

    forget(key) {
      const found = saved.get(key);
      if (!found?.told || found.result.kind !== "done") return false;
      saved.delete(key);
      forgotten.add(key);
      return true;
    },
  };
}
