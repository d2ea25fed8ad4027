import { it } from "vitest";
import { storeCases } from "../cases.ts";
import { createMemoryLedger } from "./create-memory-ledger.ts";

it.each(storeCases)("$name", ({ run }) => run(createMemoryLedger));
