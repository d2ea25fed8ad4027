import type { DatabaseSync, SQLInputValue } from "node:sqlite";

/** A prepared statement whose rows are known. */
export interface Statement<Row = never> {
  get(...values: SQLInputValue[]): Row | undefined;
  all(...values: SQLInputValue[]): Row[];
  run(...values: SQLInputValue[]): { changes: number | bigint; lastInsertRowid: number | bigint };
}

/** Prepares a statement. What its rows hold is up to the columns it names: nothing here checks it. */
export function prepare<Row = never>(database: DatabaseSync, sql: string): Statement<Row> {
  return database.prepare(sql) as unknown as Statement<Row>;
}

/** A condition with its value, where that is given. */
export type Condition = readonly [sql: string, ...values: (SQLInputValue | undefined)[]];

/** Statements whose conditions differ from one time to the next, each prepared once. */
export function createFinder<Row>(
  database: DatabaseSync,
): (select: string, conditions: readonly Condition[], rest: string, ...values: SQLInputValue[]) => Row[] {
  const statements = new Map<string, Statement<Row>>();
  return (select, conditions, rest, ...values) => {
    const given = conditions.filter(([, ...bound]) => !bound.includes(undefined));
    const sql = `${select} WHERE ${given.map(([condition]) => condition).join(" AND ")} ${rest}`;
    const statement = statements.get(sql) ?? prepare<Row>(database, sql);
    statements.set(sql, statement);
    const bound = given.flatMap(([, ...all]) => all) as SQLInputValue[];
    return statement.all(...bound, ...values);
  };
}
