/**
 * What every store must do, as data: run it under any test runner, against any store.
 *
 * @example
 * it.each(storeCases)("$name", ({ run }) => run(createMemoryLedger));
 *
 * @module
 */
import { auditCases } from "./cases/audit.ts";
import { budgetCases } from "./cases/budgets.ts";
import { carvedCases } from "./cases/carved.ts";
import { changingCases } from "./cases/changing.ts";
import { deadlineCases } from "./cases/deadlines.ts";
import { freezeCases } from "./cases/freezes.ts";
import { keyCases } from "./cases/keys.ts";
import { lateCostCases } from "./cases/late-costs.ts";
import { lawCases } from "./cases/law.ts";
import { objectCases } from "./cases/objects.ts";
import { replayCases } from "./cases/replays.ts";
import { reserveCases } from "./cases/reserving.ts";
import type { LedgerCase } from "./cases/store-bench.ts";
import { windowCases } from "./cases/windows.ts";

export { reopenCases } from "./cases/reopening.ts";
export type { CreateLedger, LedgerCase } from "./cases/store-bench.ts";

/** The specification of a store. */
export const storeCases: readonly LedgerCase[] = [
  ...reserveCases,
  ...replayCases,
  ...windowCases,
  ...keyCases,
  ...carvedCases,
  ...changingCases,
  ...freezeCases,
  ...objectCases,
  ...lateCostCases,
  ...deadlineCases,
  ...lawCases,
  ...budgetCases,
  ...auditCases,
];
