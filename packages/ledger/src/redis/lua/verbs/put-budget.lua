-- Changes what an update names of a budget, and makes it where it is not there.
-- KEYS: 1 the tenant's root.
-- ARGV: 4 { name, update: { dailyCapMicroUsd, monthlyCapMicroUsd, totalCapMicroUsd, frozen } }.
-- Answer: time, the budget.

local update = args.update
local row = require_budget(args.name)
if update.dailyCapMicroUsd ~= nil then set(row, "dailyCap", update.dailyCapMicroUsd) end
if update.monthlyCapMicroUsd ~= nil then set(row, "monthlyCap", update.monthlyCapMicroUsd) end
if update.totalCapMicroUsd ~= nil then set(row, "totalCap", update.totalCapMicroUsd) end
if update.frozen ~= nil then set(row, "frozen", update.frozen) end
save()
return { now, to_budget_answer(args.name) }
