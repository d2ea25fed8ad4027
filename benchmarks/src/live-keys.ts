import type { BenchContext } from "./bench-context.ts";
import { KEYBRAKE_TOKEN, type KeybrakeProxy, makePolicy } from "./keybrake-proxy.ts";
import { SEQUENCE } from "./load-order.ts";
import { makeJsonPost } from "./requests.ts";

const CONNECTIONS = 64;

/** Issues many keys through the control API, each with a label of its own. */
export async function issueKeys(context: BenchContext, proxy: KeybrakeProxy, count: number): Promise<void> {
  const request = makeJsonPost(KEYBRAKE_TOKEN, "/v1/keys", makePolicy({ label: `live/${SEQUENCE}` }));
  context.log(`  issuing ${count.toLocaleString("en")} keys`);
  const { perSecond } = await context.load.run({
    port: proxy.port,
    connections: CONNECTIONS,
    request,
    status: 201,
    until: { requests: count },
  });
  context.log(`  issued ${Math.round(perSecond).toLocaleString("en")} keys per second`);
}
