import { createKeybrake, type Keybrake } from "@keybrake/core";
import { createProxy } from "@keybrake/proxy";
import { type StripeSandbox, startStripeSandbox } from "@keybrake/sandbox";
import { Redis } from "ioredis";
import { startRedis } from "../../../tooling/redis-server.ts";

/** What the example runs against, all of it on this machine. */
export interface Services {
  redisUrl: string;
  stripe: StripeSandbox;
  proxyUrl: string;
  client: Keybrake;
  close(): Promise<void>;
}

const TOKEN = "kb_example_token";

/** Starts a fake Stripe, a proxy in front of it, and a Redis where `REDIS_URL` names none. */
export async function startServices(): Promise<Services> {
  const redis = await findRedis(process.env.REDIS_URL);
  const stripe = await startStripeSandbox();
  const proxy = createProxy({
    listen: "127.0.0.1:0",
    tokens: [{ name: "example", token: TOKEN }],
    vendors: { stripe: { upstream: stripe.url, credential: stripe.secretKey } },
  });
  const { url: proxyUrl } = await proxy.listen();
  return {
    redisUrl: redis.url,
    stripe,
    proxyUrl,
    client: createKeybrake({ token: TOKEN, apiUrl: proxyUrl, proxyUrl }),
    async close() {
      await proxy.close();
      await stripe.close();
      await redis.close();
    },
  };
}

/** @throws {Error} one sentence that says how to get one */
async function findRedis(given: string | undefined): Promise<{ url: string; close(): Promise<void> }> {
  if (given !== undefined) {
    await assertAnswers(given);
    return { url: given, close: async () => {} };
  }
  try {
    const own = await startRedis();
    return { url: own.url, close: () => own.remove() };
  } catch {
    throw new Error(
      "There is no Redis here. Set REDIS_URL, or put redis-server on the PATH, or have `node scripts/setup.mjs` fetch one (from the root of the repository), and start again.",
    );
  }
}

async function assertAnswers(url: string): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  // Told by connect() too; without a listener it would be printed.
  redis.on("error", () => {});
  try {
    await redis.connect();
  } catch (error) {
    throw new Error("Nothing answers at REDIS_URL.", { cause: error });
  } finally {
    redis.disconnect();
  }
}
