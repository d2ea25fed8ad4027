-- Ends as unknown the tries of a tenant that are over their time, each with its entry, once: the first to ask ends
-- them, whichever process had made them. A hundred at most, so that nobody waits for long.
-- KEYS: 1 the tenant's root.
-- ARGV: 4 { revokedSince }.
-- Answer: time, how many, the ids of keys that were revoked since then.

local overdue = redis.call("ZRANGEBYSCORE", to_name("open"), "-inf", to_text(now), "LIMIT", "0", "100")
for _, id in ipairs(overdue) do
  local try = load_row("try", id)
  local duration_ms = now - get_number(try, "startedAt")
  local entry = { id = try.is.auditId, duration_ms = duration_ms, draft = try.is.draft }
  end_attempt(id, try, { kind = "unknown" }, entry)
  -- Its true end may still be told, however late.
  set(try, "givenUp", true)
  later("PEXPIRE", try.name, to_text(kept_ms))
end
if #overdue > 0 then save() end
return { now, #overdue, redis.call("ZRANGEBYSCORE", to_name("revoked"), to_text(args.revokedSince), "+inf") }
