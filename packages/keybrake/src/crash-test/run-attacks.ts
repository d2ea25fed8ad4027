import { randomBytes } from "node:crypto";
import { ConfigError } from "@keybrake/proxy";
import type { Attack, Verdict } from "./attack.ts";
import { ATTACKS } from "./attacks.ts";
import type { CountingVendor } from "./counting-vendor.ts";
import { createTarget, type TargetOptions } from "./target.ts";

export type Result = Verdict & Pick<Attack, "name" | "promise">;

/**
 * Attacks a deployment whose vendor is the counting one, and tells what held.
 *
 * @param onResult told of each attack as it ends, in the order of the list
 * @throws {ConfigError} the deployment can't be reached, refuses the token, or sends its calls elsewhere
 */
export async function runAttacks(
  options: TargetOptions,
  vendor: CountingVendor,
  onResult: (result: Result) => void,
): Promise<Result[]> {
  const runId = randomBytes(6).toString("hex");
  const target = createTarget(options, runId);
  const scene = { target, vendor, runId };
  try {
    await probe(scene);
    const results: Result[] = [];
    const slow = ATTACKS.find(({ name }) => name === "time-out");
    const beside = slow?.run(scene);
    // An attack before it may fail first; what this one says is heard all the same, further down.
    beside?.catch(() => {});
    for (const attack of ATTACKS) {
      const verdict = await (attack === slow && beside ? beside : attack.run(scene));
      const result = { name: attack.name, promise: attack.promise, ...verdict };
      results.push(result);
      onResult(result);
    }
    return results;
  } finally {
    // The keys end by themselves in five minutes: a deployment that is gone by now need not be told.
    await target.cleanUp().catch(() => {});
  }
}

/** One call that must pass, so that a wrong set-up is not taken for a promise that holds. */
async function probe({ target, vendor }: Parameters<Attack["run"]>[0]): Promise<void> {
  const key = await target.issue("probe", { total_usd_cap: 1 });
  const { status, code } = await target.charge(key, { attack: "probe" });
  if (status === 200 && vendor.taken("probe") === 1) return;
  const said = status === 0 ? "no answer" : `${status}${code === undefined ? "" : ` ${code}`}`;
  throw new ConfigError(
    `a first call through the proxy did not reach the counting vendor at ${vendor.url}: ${said}`,
  );
}
