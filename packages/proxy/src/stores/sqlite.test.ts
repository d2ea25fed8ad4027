import { it } from "vitest";
import { createSqliteStores, makeFolder } from "../testing/sqlite-stores.ts";
import { storeCases } from "./store-cases.ts";

it.each(storeCases)("$name", ({ run }) => run(createSqliteStores(makeFolder())));
