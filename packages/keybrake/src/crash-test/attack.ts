import type { CountingVendor } from "./counting-vendor.ts";
import type { Target } from "./target.ts";

export interface Verdict {
  verdict: "held" | "broken" | "not shown";
  /** What was seen, with its figures. */
  detail: string;
}

/** One way to break a promise. */
export interface Attack {
  name: string;
  promise: string;
  run(scene: { target: Target; vendor: CountingVendor; runId: string }): Promise<Verdict>;
}

/** What the vendor took against what it might have taken at most. */
export function judge(taken: number, atMost: number, detail: string): Verdict {
  if (taken > atMost)
    return { verdict: "broken", detail: `the vendor took $${taken} of $${atMost}: ${detail}` };
  if (taken === 0) return { verdict: "not shown", detail: `no call reached the vendor: ${detail}` };
  return { verdict: "held", detail: `the vendor took $${taken} of $${atMost}: ${detail}` };
}

/** Runs one thing many times at once. */
export function atOnce<Result>(count: number, run: (index: number) => Promise<Result>): Promise<Result[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => run(index)));
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits for a condition, but not for ever; says whether it came true. */
export async function until(condition: () => boolean, withinMs: number): Promise<boolean> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await sleep(5)) {
    if (condition()) return true;
  }
  return condition();
}
