/** An agent's backend on Deno. It holds a Keybrake token and no key of Stripe's. */
import { type Policy, toKeybrakeError, type VaultKey } from "@keybrake/core";
import { denoKvKeyCache, listenQueue } from "@keybrake/deno";
import { withVaultKey } from "@keybrake/web";

interface Charge {
  amountCents: number;
}

interface Refund {
  id: string;
  charge: string;
}

const kv = await Deno.openKv(Deno.env.get("KV_PATH"));
const sessions = denoKvKeyCache(kv);

/** A tool of the agent: one request, one key. */
const charge = withVaultKey(
  (request): Policy => ({
    label: `user-${request.headers.get("x-user")}`,
    vendor: "stripe",
    allowedEndpoints: ["POST /v1/charges"],
    totalUsdCap: 20,
    expiresIn: "1m",
  }),
  async (request, key) => chargeCard((await request.json()) as Charge, key),
);

/** The same tool for a conversation: all its requests share one key, and one cap. */
async function chargeInChat(chat: string, request: Request): Promise<Response> {
  const policy: Policy = {
    label: `chat-${chat}`,
    vendor: "stripe",
    allowedEndpoints: ["POST /v1/charges"],
    totalUsdCap: 50,
    expiresIn: "10m",
  };
  try {
    const body = (await request.json()) as Charge;
    return await sessions.use(chat, policy, (key) => chargeCard(body, key));
  } catch (error) {
    const refusal = toKeybrakeError(error);
    if (!refusal) throw error;
    return refusal.toResponse();
  }
}

function chargeCard({ amountCents }: Charge, key: VaultKey): Promise<Response> {
  const body = new URLSearchParams({ amount: `${amountCents}`, currency: "usd", source: "tok_visa" });
  return key.fetch("/v1/charges", { method: "POST", body });
}

/** What takes longer than a request may: each message gets a key of its own, and all share a budget. */
listenQueue(
  kv,
  ({ id }: Refund): Policy => ({
    label: `refund-${id}`,
    vendor: "stripe",
    allowedEndpoints: ["POST /v1/refunds"],
    budgets: ["refunds"],
    expiresIn: "1m",
  }),
  async ({ id, charge }, key) => {
    const response = await key.fetch("/v1/refunds", {
      method: "POST",
      // A message may be delivered twice. The refund is made once.
      headers: { "idempotency-key": id },
      body: new URLSearchParams({ charge }),
    });
    const { status } = (await response.json()) as { status: string };
    await kv.set(["refunds", id], `${status}, with ${key.id}`);
  },
  {
    onRefused: async ({ code }, { id }) => {
      await kv.set(["refunds", id], `refused: ${code}`);
    },
  },
);

Deno.serve({ hostname: "127.0.0.1", port: Number(Deno.env.get("PORT") ?? 8000) }, async (request) => {
  const [place, name = "", tool] = new URL(request.url).pathname.slice(1).split("/");
  switch (`${request.method} ${place}/${tool ?? ""}`) {
    case "POST charge/":
      return charge(request);
    case "POST chats/charge":
      return chargeInChat(name, request);
    case "DELETE chats/":
      await sessions.end(name);
      return new Response(null, { status: 204 });
    case "POST refunds/": {
      const { charge } = (await request.json()) as Pick<Refund, "charge">;
      const refund: Refund = { id: crypto.randomUUID(), charge };
      await kv.enqueue(refund);
      return Response.json({ id: refund.id }, { status: 202 });
    }
    case "GET refunds/":
      return Response.json({ outcome: (await kv.get(["refunds", name])).value });
    default:
      return new Response("not found", { status: 404 });
  }
});
