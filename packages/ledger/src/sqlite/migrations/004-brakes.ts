/**
 * Keys that can be frozen and changed, and accounts that count what is carved out of their key: until now an account
 * had its own sums alone.
 */
export const BRAKES = `
ALTER TABLE keys ADD COLUMN frozen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE keys ADD COLUMN changes INTEGER NOT NULL DEFAULT 0;

ALTER TABLE accounts ADD COLUMN above INTEGER;
UPDATE accounts SET above = parent.account
  FROM keys AS child JOIN keys AS parent ON parent.id = child.parent WHERE child.account = accounts.id;

CREATE TEMP TABLE below AS
  WITH RECURSIVE pairs (account, ancestor) AS (
    SELECT id, above FROM accounts WHERE above IS NOT NULL
    UNION ALL SELECT pairs.account, above FROM pairs JOIN accounts ON id = ancestor WHERE above IS NOT NULL)
  SELECT account, ancestor FROM pairs;
CREATE TEMP TABLE carved AS
  SELECT ancestor, sum(total) AS total, sum(held) AS held, sum(unknown) AS unknown
  FROM below JOIN accounts ON id = account GROUP BY ancestor;
CREATE TEMP TABLE carved_days AS
  SELECT ancestor, day, sum(spent) AS spent, sum(held) AS held
  FROM below JOIN account_days USING (account) GROUP BY ancestor, day;
UPDATE accounts SET total = accounts.total + carved.total, held = accounts.held + carved.held,
  unknown = accounts.unknown + carved.unknown FROM carved WHERE ancestor = id;
INSERT INTO account_days (account, day, spent, held) SELECT ancestor, day, spent, held FROM carved_days WHERE true
  ON CONFLICT DO UPDATE SET spent = spent + excluded.spent, held = held + excluded.held;
DROP TABLE below;
DROP TABLE carved;
DROP TABLE carved_days;
`;
