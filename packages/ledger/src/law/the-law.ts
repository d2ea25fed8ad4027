import type { Spend } from "../ledger.ts";

/** One scope, a key or a budget, at one moment: what the ledger says, and what is known from outside of it. */
export interface ScopeAtRest {
  scope: string;
  /** By the ledger; the daily part is that of the day in question. */
  spend: Spend;
  /** By the vendor's own count. */
  executedMicroUsd: number;
  executedOnDayMicroUsd: number;
  /** What a cap allows, with what entries noted as overage have added to it; left out where nothing caps. */
  dailyRoomMicroUsd?: number;
  monthlyRoomMicroUsd?: number;
  totalRoomMicroUsd?: number;
  /** Every call has ended, the ledger has counted nothing for safety's sake: it must know the sum to the last unit. */
  exact: boolean;
}

/**
 * The law: executed ≤ spent + held ≤ cap, except for what is noted as overage.
 *
 * @returns what is broken, in words; `undefined` where the law holds
 */
export function findBreach(at: ScopeAtRest): string | undefined {
  const { spend, executedMicroUsd, executedOnDayMicroUsd, dailyRoomMicroUsd, totalRoomMicroUsd } = at;
  const total = spend.totalMicroUsd + spend.heldMicroUsd;
  const monthly = spend.monthlyMicroUsd + spend.monthlyHeldMicroUsd;
  const { monthlyRoomMicroUsd = monthly } = at;
  const daily = spend.dailyMicroUsd + spend.dailyHeldMicroUsd;
  const holds: [boolean, string][] = [
    [Object.values(spend).every((sum: number) => sum >= 0 && Number.isSafeInteger(sum)), "a sum is negative"],
    [spend.unknownMicroUsd <= spend.heldMicroUsd, "more is unknown than held"],
    [executedMicroUsd <= total, `executed ${executedMicroUsd} > spent + held ${total}`],
    [executedOnDayMicroUsd <= daily, `executed on the day ${executedOnDayMicroUsd} > spent + held ${daily}`],
    [total <= (totalRoomMicroUsd ?? total), `spent + held ${total} > total cap ${totalRoomMicroUsd}`],
    [monthly <= monthlyRoomMicroUsd, `spent + held ${monthly} > monthly cap ${monthlyRoomMicroUsd}`],
    [daily <= (dailyRoomMicroUsd ?? daily), `spent + held ${daily} > daily cap ${dailyRoomMicroUsd}`],
    [
      !at.exact || spend.heldMicroUsd > 0 || spend.totalMicroUsd === executedMicroUsd,
      `all is settled, but spent ${spend.totalMicroUsd} is not executed ${executedMicroUsd}`,
    ],
  ];
  const broken = holds.find(([held]) => !held);
  return broken && `${at.scope}: ${broken[1]} (${JSON.stringify(spend)})`;
}
