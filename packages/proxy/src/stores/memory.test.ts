import { it } from "vitest";
import { createMemoryStore } from "./memory.ts";
import { storeCases } from "./store-cases.ts";

it.each(storeCases)("$name", ({ run }) => run(createMemoryStore));
