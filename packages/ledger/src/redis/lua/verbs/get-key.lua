-- A key with everything its next call must fit.
-- KEYS: 1 the tenant's root.
-- ARGV: 4 { id }.
-- Answer: time, nil where there is none; else the key, its spend, its budgets, its ancestors, the id of the freeze that
-- matches it or nil.

local key = find_key(args.id)
if not key then return { now, false } end
local state = to_key_state(key)
local budgets, ancestors = {}, {}
for _, budget in ipairs(state.budgets) do table.insert(budgets, to_budget_answer(budget.name)) end
for _, ancestor in ipairs(state.ancestors) do table.insert(ancestors, to_counted_answer(ancestor)) end
return { now, to_counted_answer(key), to_spend_answer(state.spend), budgets, ancestors, state.frozen_by or false }
