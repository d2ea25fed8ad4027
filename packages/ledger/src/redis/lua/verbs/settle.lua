-- Ends a try, and appends its audit entry. Ended again, it stays as it is, but for a try that was given up: its true
-- end still settles what is held for it.
-- KEYS: 1 the tenant's root.
-- ARGV: 4 { attemptId, outcome, auditId, durationMs }, 5 the draft of the entry.
-- Answer: time, { outcome, reserved, cost or nil, remaining or nil, notes }; nil where it was never admitted.

local try = load_row("try", args.attemptId)
if not try.exists then return { now, false } end
local function is_held()
  local reservation = load_reservation(try.is.reservation)
  return reservation and reservation.state == "held"
end
if try.is.outcome and not (try.is.givenUp and is_held()) then return { now, to_settlement_answer(try) } end
local outcome = args.outcome
if outcome.costMicroUsd == cjson.null then
  outcome.costMicroUsd, outcome.untold = nil, true
end
local entry = { id = args.auditId, duration_ms = args.durationMs, draft = ARGV[5] }
end_attempt(args.attemptId, try, outcome, entry)
save()
return { now, to_settlement_answer(try) }
