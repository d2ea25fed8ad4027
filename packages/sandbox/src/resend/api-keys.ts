import { randomUUID } from "node:crypto";
import { readFields, requireString } from "./fields.ts";
import { listNewestFirst } from "./list.ts";
import { type ResendCall, toTimestamp } from "./world.ts";

/** A new key, in full, that works at once: a proxy that lets this through has let its caller out. */
export function createApiKey(call: ResendCall): object {
  const name = requireString(readFields(call.body), "name");
  const id = randomUUID();
  const token = `re_${id.replaceAll("-", "")}`;
  call.world.apiKeys.set(token, { id, name, createdAtMs: call.nowMs });
  return { id, token };
}

export function listApiKeys(call: ResendCall): object {
  return listNewestFirst(call, [...call.world.apiKeys.values()], ({ id, name, createdAtMs }) => ({
    id,
    name,
    created_at: toTimestamp(createdAtMs),
  }));
}
