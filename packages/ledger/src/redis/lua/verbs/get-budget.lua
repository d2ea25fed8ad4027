-- A budget and what was spent under it.
-- KEYS: 1 the tenant's root.
-- ARGV: 4 { name }.
-- Answer: time, the budget or nil.

if not load_row("budget", args.name).exists then return { now, false } end
return { now, to_budget_answer(args.name) }
