-- Budgets of a tenant, by name.
-- KEYS: 1 the tenant's root.
-- ARGV: 4 { startingAfter, count }.
-- Answer: time, budgets.

local from = args.startingAfter and "(" .. args.startingAfter or "-"
local names = redis.call("ZRANGEBYLEX", to_name("budgets"), from, "+", "LIMIT", "0", to_text(args.count))
local found = {}
for _, name in ipairs(names) do table.insert(found, to_budget_answer(name)) end
return { now, found }
