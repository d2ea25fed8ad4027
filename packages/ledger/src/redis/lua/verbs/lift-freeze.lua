-- Lifts a freeze.
-- KEYS: 1 the tenant's root.
-- ARGV: 4 { id }.
-- Answer: time, the freeze, JSON, or nil.

for _, text in ipairs(read_freezes()) do
  if cjson.decode(text).id == args.id then
    later("LREM", to_name("freezes"), "1", text)
    save()
    return { now, text }
  end
end
return { now, false }
