import { randomUUID } from "node:crypto";
import { readFields, requireString } from "./fields.ts";
import { listNewestFirst } from "./list.ts";
import { type ResendCall, toTimestamp } from "./world.ts";

/** Issues a new key that works at once. A proxy that lets this through gives its client an uncapped credential. */
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
