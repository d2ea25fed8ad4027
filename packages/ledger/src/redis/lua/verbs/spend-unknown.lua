-- Turns holds of a tenant that have been unknown since before a moment into spend; a hundred at most.
-- KEYS: 1 the tenant's root.
-- ARGV: 4 { before, skip }, where `skip` of the oldest are passed over.
-- Answer: time, how many were spent, how many were looked at.

local ids = redis.call("ZRANGEBYSCORE", to_name("doubtful"), "-inf", "(" .. to_text(args.before), "LIMIT", to_text(args.skip), "100")
local count = 0
for _, id in ipairs(ids) do
  local reservation = load_reservation(id)
  if reservation and reservation.state == "held" and reservation.open_tries == 0 then
    count = count + 1
    spend_hold(reservation)
    local entry = load_entry(string.match(reservation.entries, "[^,]+") or "")
    if entry then
      entry.outcome, entry.cost = "settled", reservation.shares[1].spent
      keep_entry(entry)
      close_entries(reservation, entry.id)
    end
    keep_reservation(reservation)
  end
end
if count > 0 then save() end
return { now, count, #ids }
