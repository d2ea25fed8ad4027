-- The tries of a key that are admitted and not over, oldest first, with what each holds.
-- KEYS: 1 the tenant's root.
-- ARGV: 4 { keyId }.
-- Answer: time, { id, held } of each; what several share counts for the oldest.

local counted, open = {}, {}
for _, id in ipairs(redis.call("ZRANGE", to_name("in-flight", args.keyId), "0", "-1")) do
  local reservation = load_reservation(load_row("try", id).is.reservation)
  local holds = reservation.state == "held" and not counted[reservation.id]
  counted[reservation.id] = true
  table.insert(open, { id, holds and reservation.shares[1].held or 0 })
end
return { now, open }
