/**
 * One row per object of a vendor, in place of one per tenant and one per account, and no index by day: each of those
 * wrote a page of its own with every call.
 */
export const OBJECTS = `
CREATE TABLE vendor_objects (
  object TEXT PRIMARY KEY,
  -- by tenant: the most it may stand for in micro-USD, and whether the vendor told it (1) or not (0)
  known TEXT NOT NULL,
  -- by account: what it has cost there in micro-USD
  accounts TEXT NOT NULL,
  day INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO vendor_objects (object, known, accounts, day)
  WITH k AS (
    SELECT object, json_group_object(tenant, json_array(micro_usd, told)) AS known, max(day) AS day
    FROM objects GROUP BY object
  ), a AS (
    SELECT object, json_group_object(account, micro_usd) AS accounts, max(day) AS day
    FROM account_objects GROUP BY object
  )
  SELECT object, coalesce(known, '{}'), coalesce(accounts, '{}'), max(coalesce(k.day, 0), coalesce(a.day, 0))
  FROM k FULL JOIN a USING (object);
DROP TABLE objects;
DROP TABLE account_objects;
`;
