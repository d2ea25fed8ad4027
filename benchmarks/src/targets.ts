import { createRequire } from "node:module";
import { findPort } from "../../tooling/redis-server.ts";
import type { BenchContext } from "./bench-context.ts";
import { issueKey, type KeybrakeProxy, makePolicy, startKeybrake } from "./keybrake-proxy.ts";
import type { Target } from "./measure.ts";
import { startOnProxyCore, toPath, untilListening } from "./processes.ts";
import { makeGet, makePayment } from "./requests.ts";

const require = createRequire(import.meta.url);

/** What a scenario sends. */
export interface RequestParts {
  token: string;
  prefix?: string;
  headers?: readonly string[];
}
export type MakeRequest = (parts: RequestParts) => string;

export const pay: MakeRequest = (parts) => makePayment(parts);
export const readPayment: MakeRequest = (parts) => makeGet(parts, "/v1/payment_intents/pi_1");
export const readFile: MakeRequest = (parts) => makeGet(parts, "/v1/files/file_1");
/** No key here allows it. */
export const transfer: MakeRequest = (parts) => makePayment(parts, "/v1/transfers");
/** A key that the proxy has never seen. */
export const payWithUnknownKey: MakeRequest = ({ token, ...parts }) =>
  makePayment({ ...parts, token: `${token.slice(0, -1)}${token.endsWith("a") ? "b" : "a"}` });

const SOME_TOKEN = `vk_live_${"0".repeat(43)}`;

export interface PassThrough {
  request?: MakeRequest;
  /** Headers that this proxy needs. */
  headers?: (upstream: string) => readonly string[];
  tls?: boolean;
}

/** Starts the bare pass-through. */
export function startBare(context: BenchContext, options: PassThrough = {}): Promise<Target> {
  return startPassThrough(context, options, (port, upstream) => ({
    file: toPath("servers/bare-proxy.ts"),
    args: [String(port), upstream],
  }));
}

/** Starts a peer from its file in `servers`. */
export function startPeer(context: BenchContext, name: string): Promise<Target> {
  return startPassThrough(context, {}, (port, upstream) => ({
    file: toPath(`servers/${name}.ts`),
    args: [String(port), upstream],
  }));
}

/** Starts Portkey's gateway with the vendor as its custom host. */
export function startPortkey(context: BenchContext): Promise<Target> {
  const headers = (upstream: string): string[] => [
    "x-portkey-provider: openai",
    `x-portkey-custom-host: ${upstream}/v1`,
  ];
  return startPassThrough(context, { headers }, (port) => ({
    file: require.resolve("@portkey-ai/gateway/build/start-server.js"),
    args: [`--port=${port}`, "--headless"],
  }));
}

async function startPassThrough(
  context: BenchContext,
  { request = pay, headers, tls = false }: PassThrough,
  toProgram: (port: number, upstream: string) => { file: string; args: string[] },
): Promise<Target> {
  const port = await findPort();
  const vendor = tls ? await context.getTlsVendor() : undefined;
  const upstream = vendor?.url ?? context.vendorUrl;
  const { file, args } = toProgram(port, upstream);
  const env = trust(vendor?.certificateFile);
  const program = startOnProxyCore(file, { args, env });
  await untilListening(port, program);
  const parts = { token: SOME_TOKEN, ...(headers === undefined ? {} : { headers: headers(upstream) }) };
  return { port, pid: program.pid, request: request(parts), status: 200, stop: () => program.stop() };
}

function trust(certificateFile: string | undefined): Record<string, string> {
  return certificateFile === undefined ? {} : { NODE_EXTRA_CA_CERTS: certificateFile };
}

export type StoreName = "memory" | "sqlite-normal" | "sqlite-full" | "redis";

export interface KeybrakeTarget {
  store?: StoreName;
  request?: MakeRequest;
  status?: number;
  /** Changes to the policy of the key. */
  policy?: object;
  tls?: boolean;
  /** What to do before anything is measured. */
  prepare?: (proxy: KeybrakeProxy) => Promise<void>;
  /** A folder with a ledger from before, and a key in it. */
  existing?: { directory: string; token: string };
  /** Writes a CPU profile, under this name, if profiles are wanted. */
  profile?: string;
  /** Megabytes of heap, where Node's own limit is too low. */
  heap?: number;
}

/** Starts Keybrake with a key. */
export async function startKeybrakeTarget(
  context: BenchContext,
  options: KeybrakeTarget = {},
): Promise<Target & { proxy: KeybrakeProxy }> {
  const { store = "memory", request = pay, status = 200, policy = {}, tls = false, existing } = options;
  const directory = existing?.directory ?? (await context.makeDirectory());
  const redis = store === "redis" ? await context.startRedis() : undefined;
  const vendor = tls ? await context.getTlsVendor() : undefined;
  const proxy = await startKeybrake({
    store: redis?.url ?? toStoreUrl(store, directory),
    upstream: vendor?.url ?? context.vendorUrl,
    directory,
    nodeArgs: toNodeArgs(context, options),
    env: trust(vendor?.certificateFile),
  });
  const token = existing?.token ?? (await issueKey(proxy.url, makePolicy(policy))).token;
  await options.prepare?.(proxy);
  return {
    proxy,
    port: proxy.port,
    pid: proxy.program.pid,
    request: request({ token, prefix: "/stripe" }),
    status,
    async stop() {
      await proxy.program.stop();
      await redis?.remove();
    },
  };
}

/** A store as the configuration names it. */
export function toStoreUrl(store: StoreName, directory: string): string {
  if (store === "memory") return "memory";
  return `sqlite:${directory}/keybrake.db?synchronous=${store === "sqlite-full" ? "full" : "normal"}`;
}

function toNodeArgs({ profiles }: BenchContext, { profile, heap }: KeybrakeTarget): string[] {
  return [
    ...(heap === undefined ? [] : [`--max-old-space-size=${heap}`]),
    ...(profiles === undefined || profile === undefined
      ? []
      : ["--cpu-prof", `--cpu-prof-dir=${profiles}`, `--cpu-prof-name=${profile}-${Date.now()}.cpuprofile`]),
  ];
}
