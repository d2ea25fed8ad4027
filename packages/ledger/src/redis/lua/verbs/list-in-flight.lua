-- The tries of a key that are admitted and not over, oldest first, with what each holds.
-- KEYS: 1 the tenant's root.
-- ARGV: 4 { keyId }.
-- Answer: time, { id, held } of each; what several share counts for the oldest.

return { now, list_held(args.keyId) }
