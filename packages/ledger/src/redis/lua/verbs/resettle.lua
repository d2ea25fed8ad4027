-- Writes the true cost of a call that was settled at an estimate or whose outcome was unknown, in the day of its
-- reservation, and corrects its entry.
-- KEYS: 1 the tenant's root.
-- ARGV: 4 { auditId, costMicroUsd, note }.
-- Answer: time, the entry's text or nil.

local entry = load_entry(args.auditId)
local reservation = entry and entry.reservation ~= "" and load_reservation(entry.reservation)
if not reservation or reservation.state == "released" then return { now, false } end
-- What is true now may be wrong in a moment, while another try of the same call is still out.
if reservation.state == "held" and reservation.open_tries > 0 then return { now, false } end
local is_over = correct(reservation, entry.cost or 0, args.costMicroUsd)
close_entries(reservation, entry.id)
local notes = {}
for note in string.gmatch(entry.notes, "[^,]+") do
  if note ~= args.note and note ~= "estimate" and note ~= "overage" then table.insert(notes, note) end
end
if is_over then table.insert(notes, "overage") end
table.insert(notes, args.note)
entry.outcome, entry.cost, entry.notes = "settled", args.costMicroUsd, table.concat(notes, ",")
keep_entry(entry)
keep_reservation(reservation)
save()
return { now, to_entry_text(entry) }
