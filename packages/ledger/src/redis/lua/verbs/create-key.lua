-- Stores a key and its unknown budgets, and sets a carved key's cap aside in its parent.
-- KEYS: 1 the tenant's root.
-- ARGV: 4 { expiresAt, frozen, replay: { key, requestHash, salt } }, 5 the record, JSON, without what may change of it.
-- Answer: time, "created" · "conflict" · "replayed", fields of the first row in turn, salt · "no_room", names and
-- values of the refusal in turn.

local record = cjson.decode(ARGV[5])
local row = load_row("key", record.id)
-- Whoever got no answer asks again.
if row.exists then return { now, "created" } end

local issue = args.replay and load_row("issue", args.replay.key)
if issue and issue.exists and get_number(issue, "at") > now - ISSUE_KEPT_MS then
  if issue.is.requestHash ~= args.replay.requestHash then return { now, "conflict" } end
  local first = find_key(issue.is.key)
  if first then return { now, "replayed", to_key_answer(first), issue.is.salt } end
end

local parent = record.parentId ~= cjson.null and find_key(record.parentId)
if parent then
  local status = get_status(parent)
  local refusal = status ~= "active" and { code = "key_" .. status }
    or refuse_carving(to_key_state(parent), record.policy.totalCapMicroUsd or 0)
  if refusal then return { now, "no_room", to_refusal_answer(refusal) } end
  set(row, "parent", parent.id)
  set(parent.row, "carves", true)
  later("SADD", to_name("children", parent.id), record.id)
end
set(row, "record", ARGV[5])
set(row, "expiresAt", args.expiresAt)
set(row, "frozen", args.frozen)
later("ZADD", to_name("keys"), to_text(next_place()), record.id)
later("ZADD", to_name("ends"), to_text(args.expiresAt), record.id)
for _, name in ipairs(record.policy.budgets) do require_budget(name) end
if issue then
  set(issue, "key", record.id)
  set(issue, "requestHash", args.replay.requestHash)
  set(issue, "salt", args.replay.salt)
  set(issue, "at", now)
  later("PEXPIRE", issue.name, to_text(ISSUE_KEPT_MS))
end
save()
return { now, "created" }
