import { it } from "vitest";
import { createSqliteStores } from "../../test-support/create-sqlite-stores.ts";
import { makeFolder } from "../../test-support/sqlite-stores.ts";
import { reopenCases, storeCases } from "../cases.ts";

it.each([...storeCases, ...reopenCases])("$name", ({ run }) => run(createSqliteStores(makeFolder())));
