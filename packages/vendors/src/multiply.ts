import { MAX_MICRO_USD } from "@keybrake/core/protocol";
import { Unreadable } from "./reading/unreadable.ts";

/**
 * What so many pieces cost.
 *
 * @throws {Unreadable} above 9,000,000,000 USD
 */
export function multiply(unitMicroUsd: number, count: number): number {
  const microUsd = unitMicroUsd * count;
  if (microUsd > MAX_MICRO_USD) throw new Unreadable("the amount is above 9,000,000,000 USD");
  return microUsd;
}
