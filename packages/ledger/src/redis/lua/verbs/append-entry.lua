-- Appends the entry of a call that reserved nothing; said twice, it stays as it is.
-- KEYS: 1 the tenant's root.
-- ARGV: 4 { id, outcome, reservedMicroUsd, costMicroUsd, notes, durationMs }, 5 the draft of the entry.
-- Answer: time.

if load_entry(args.id) then return { now } end
append_entry({
  id = args.id,
  outcome = args.outcome,
  reserved = args.reservedMicroUsd,
  cost = args.costMicroUsd ~= cjson.null and args.costMicroUsd or nil,
  notes = table.concat(args.notes, ","),
  reservation = "",
  duration_ms = args.durationMs,
  draft = ARGV[5],
})
save()
return { now }
