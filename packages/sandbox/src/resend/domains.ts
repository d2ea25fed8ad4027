import { listNewestFirst } from "./list.ts";
import { type ResendCall, toTimestamp } from "./world.ts";

export function listDomains(call: ResendCall): object {
  const domains = call.world.domains.map((name) => ({ id: `domain_${name}`, name }));
  return listNewestFirst(call, domains, ({ id, name }) => ({
    id,
    name,
    status: "verified",
    created_at: toTimestamp(0),
    region: "us-east-1",
    capabilities: { sending: "enabled", receiving: "disabled" },
  }));
}
