import { describe, it } from "vitest";
import { lawCases } from "../stores/cases/law.ts";
import { createMemoryStore } from "../stores/memory.ts";

describe("what the law has found in the ledger stays closed", () => {
  for (const { name, run } of lawCases) it(name, () => run(createMemoryStore));
});
