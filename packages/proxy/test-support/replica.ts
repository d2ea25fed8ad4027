/** A proxy as a process of its own, for tests that kill one, or turn its clock. It prints where it listens. */
import { createProxy, type ProxyConfig } from "../src/index.ts";

const { config, clockAheadMs } = JSON.parse(process.env.REPLICA ?? "") as {
  config: ProxyConfig;
  clockAheadMs: number;
};
const rightNow = Date.now;
Date.now = () => rightNow() + clockAheadMs;
const { url } = await createProxy(config, { environment: {} }).listen();
console.log(url);
