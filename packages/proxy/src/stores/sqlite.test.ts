import { it } from "vitest";
import { createSqliteStores, makeFolder } from "../testing/sqlite-stores.ts";
import { reopenCases, storeCases } from "./store-cases.ts";

it.each([...storeCases, ...reopenCases])("$name", ({ run }) => run(createSqliteStores(makeFolder())));
