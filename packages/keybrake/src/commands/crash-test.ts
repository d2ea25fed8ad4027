import { styleText } from "node:util";
import { ConfigError } from "@keybrake/proxy";
import type { Command } from "commander";
import { type CountingVendor, startCountingVendor } from "../crash-test/counting-vendor.ts";
import { startOwnProxy, toVendorConfig } from "../crash-test/own-proxy.ts";
import { type Result, runAttacks } from "../crash-test/run-attacks.ts";
import type { TargetOptions } from "../crash-test/target.ts";
import { toPort } from "../to-port.ts";

const DEFAULT_PORT = 4299;

interface CrashTestOptions {
  apiUrl?: string;
  proxyUrl?: string;
  token?: string;
  vendor: string;
  port: number;
  self?: boolean;
  allowRemote?: boolean;
  json?: boolean;
}

/** `keybrake crash-test`: attacks a deployment, and has a vendor of its own count what got through. */
export function addCrashTestCommand(program: Command): void {
  program
    .command("crash-test")
    .description("attack your own deployment, with a fake vendor that counts what gets through")
    .option("--api-url <url>", "the control API (default: KEYBRAKE_API_URL)")
    .option("--proxy-url <url>", "the proxy (default: KEYBRAKE_PROXY_URL, or the control API's)")
    .option(
      "--token <token>",
      "better KEYBRAKE_TOKEN, as a command line is seen by others (default: KEYBRAKE_TOKEN)",
    )
    .option("--vendor <name>", "the vendor that is configured for it", "crashtest")
    .option("-p, --port <port>", "where the fake vendor listens on 127.0.0.1", toPort, DEFAULT_PORT)
    .option("--self", "attack a proxy of this command's own, with nothing to set up")
    .option("--allow-remote", "attack a deployment that is not on this machine")
    .option("--json", "print JSON lines for machines: each verdict, then the summary")
    .addHelpText(
      "after",
      `
The deployment needs a vendor whose upstream is the fake one. In keybrake.config.json:

${indent(toSnippet("crashtest", `http://127.0.0.1:${DEFAULT_PORT}`))}

No money is involved. Ends with 0 where every promise held, 1 where one was broken, 2 where nothing could be
attacked. What could not be shown is said, and is no failure.

Examples:
  keybrake crash-test --self
  KEYBRAKE_API_URL=http://127.0.0.1:4242 KEYBRAKE_TOKEN=... keybrake crash-test
  keybrake crash-test --api-url http://127.0.0.1:4242 --port 4300 --json`,
    )
    .action(crashTest);
}

async function crashTest(options: CrashTestOptions): Promise<void> {
  const { self = false, json = false } = options;
  const given = self ? undefined : readTarget(options);
  const vendor = await startCountingVendor(self ? 0 : options.port);
  try {
    const results = given ? await attackGiven(given, vendor, json) : await attackOwn(vendor, json);
    const broken = results.filter(({ verdict }) => verdict === "broken").length;
    const held = results.filter(({ verdict }) => verdict === "held").length;
    const notShown = results.length - broken - held;
    writeLine(
      json
        ? JSON.stringify({ event: "summary", held, broken, not_shown: notShown })
        : `\n${held} held, ${broken} broken, ${notShown} not shown`,
    );
    if (broken > 0) process.exitCode = 1;
  } finally {
    await vendor.close();
  }
}

async function attackGiven(target: TargetOptions, vendor: CountingVendor, json: boolean): Promise<Result[]> {
  try {
    return await runAttacks(target, vendor, (result) => writeResult(result, json));
  } catch (error) {
    // Whoever sees this has most often not configured the vendor yet.
    if (error instanceof ConfigError && !json)
      writeLine(`The deployment needs this vendor:\n\n${indent(toSnippet(target.vendor, vendor.url))}\n`);
    throw error;
  }
}

async function attackOwn(vendor: CountingVendor, json: boolean): Promise<Result[]> {
  const own = await startOwnProxy(vendor.url);
  try {
    return await runAttacks(own, vendor, (result) => writeResult(result, json));
  } finally {
    await own.close();
  }
}

function readTarget(options: CrashTestOptions): TargetOptions {
  const { KEYBRAKE_API_URL, KEYBRAKE_PROXY_URL, KEYBRAKE_TOKEN } = process.env;
  const apiUrl = options.apiUrl ?? KEYBRAKE_API_URL;
  const token = options.token ?? KEYBRAKE_TOKEN;
  if (!apiUrl) throw new ConfigError("name the deployment with --api-url or KEYBRAKE_API_URL, or use --self");
  if (!token) throw new ConfigError("give a Keybrake token in KEYBRAKE_TOKEN or with --token");
  const proxyUrl = options.proxyUrl ?? KEYBRAKE_PROXY_URL ?? apiUrl;
  for (const url of [apiUrl, proxyUrl]) {
    if (!URL.canParse(url)) throw new ConfigError(`${url} is not a URL`);
    if (options.allowRemote !== true && !isLoopback(new URL(url).hostname))
      throw new ConfigError(
        `${url} is not on this machine: attack your own with --allow-remote, and no other`,
      );
  }
  return { apiUrl: trim(apiUrl), proxyUrl: trim(proxyUrl), token, vendor: options.vendor };
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function trim(url: string): string {
  return url.replace(/\/+$/, "");
}

function writeResult(result: Result, json: boolean): void {
  const { name, promise, verdict, detail } = result;
  if (json) {
    writeLine(JSON.stringify({ event: "verdict", name, promise, verdict, detail }));
    return;
  }
  const color = ({ held: "green", broken: "red", "not shown": "yellow" } as const)[verdict];
  const mark = styleText(color, verdict.toUpperCase().padEnd(9), { stream: process.stdout });
  writeLine(`${mark}  ${name.padEnd(21)}  ${promise}`);
  writeLine(`${" ".repeat(34)}${styleText("dim", detail, { stream: process.stdout })}`);
}

function toSnippet(vendor: string, url: string): string {
  return `"vendors": ${JSON.stringify({ [vendor]: toVendorConfig(url) }, null, 2)}`;
}

function indent(text: string): string {
  return text.replace(/^/gm, "  ");
}

function writeLine(text: string): void {
  process.stdout.write(`${text}\n`);
}
