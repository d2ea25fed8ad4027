-- Puts a changed record in the place of a key's, if it is still the one that the change was judged against.
-- KEYS: 1 the tenant's root.
-- ARGV: 4 { id, readChanges, frozen, raises, losesCaps, carvedRaise }, 5 the record, JSON, without what has fields of its own.
-- Answer: time, nil where there is no such key; else "ended" · "stale" · "raises" · "uncapped" · "no_room", names and
-- values of the refusal in turn · "changed", the key.

local key = find_key(args.id)
if not key then return { now, false } end
if get_status(key) ~= "active" then return { now, "ended" } end
if key.changes ~= args.readChanges then return { now, "stale" } end
if args.raises then return { now, "raises" } end

local function has_capped_budget()
  for _, name in ipairs(key.record.policy.budgets) do
    local row = load_row("budget", name)
    if row.is.dailyCap or row.is.monthlyCap or row.is.totalCap then return true end
  end
  return false
end

if args.losesCaps and not has_capped_budget() then return { now, "uncapped" } end
local parent = key.row.is.parent and find_key(key.row.is.parent)
local refusal = parent and args.carvedRaise > 0 and refuse_carving(to_key_state(parent), args.carvedRaise)
if refusal then return { now, "no_room", to_refusal_answer(refusal) } end
set(key.row, "record", ARGV[5])
set(key.row, "frozen", args.frozen)
set(key.row, "changes", key.changes + 1)
save()
return { now, "changed", to_key_answer(key) }
