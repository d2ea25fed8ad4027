/** Monthly caps of budgets. What was spent in a month is the sum of its days. */
export const MONTHLY_CAPS = `
ALTER TABLE budgets ADD COLUMN monthly_cap INTEGER;
`;
