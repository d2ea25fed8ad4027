import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { answerControl, controlPrefix } from "./control.ts";
import { cutConnection, deliver } from "./deliver.ts";
import { createFaultQueue, type Fault } from "./faults.ts";
import { createLedger, type Ledger, type LedgerSummary } from "./ledger.ts";
import type { SandboxRequest } from "./sandbox-request.ts";
import type { Answer, Perform, Vendor, VendorRequest } from "./vendor.ts";

/** A running emulator of one vendor. */
export interface Sandbox {
  /** `http://host:port`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Returns what the emulator did so far. */
  ledger(): LedgerSummary;
  /** Returns every request so far, oldest first, without those to `/_sandbox/*`. */
  requests(): readonly SandboxRequest[];
  /** Applies a fault to the next request that matches. Faults apply in the order they were added. */
  fail(fault: Fault): void;
  /** Forgets objects, idempotency keys, ledger, requests and faults. A call in flight still takes effect. */
  reset(): void;
  /** Stops listening and closes every connection, also those that hang. */
  close(): Promise<void>;
}

/** The options that every emulator accepts. */
export interface SandboxOptions {
  /** Default 0: a free port. */
  readonly port?: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** How long every call takes before it takes effect, in milliseconds. Default 0. */
  readonly latencyMs?: number;
  /** Returns the Unix time in ms. Idempotency keys are valid for 24 hours by it. Default `Date.now`. */
  readonly now?: () => number;
}

/** What every vendor gets from the server. */
export interface VendorContext {
  readonly ledger: Ledger;
  readonly now: () => number;
}

export async function startSandboxServer(
  { port: wantedPort = 0, host = "127.0.0.1", latencyMs = 0, now = Date.now }: SandboxOptions,
  createVendor: (context: VendorContext) => Vendor,
): Promise<Sandbox> {
  const ledger = createLedger(now);
  const vendor = createVendor({ ledger, now });
  const faults = createFaultQueue();
  const requests: SandboxRequest[] = [];
  let closing: Promise<void> | undefined;

  function reset(): void {
    vendor.reset();
    ledger.reset();
    faults.reset();
    requests.length = 0;
  }

  async function answerCall(call: VendorRequest, fault: Fault | undefined): Promise<Answer> {
    const faulty =
      fault?.kind === "status" || fault?.kind === "status_after_effect"
        ? vendor.faultAnswer(call, fault.status, fault.body)
        : undefined;
    const waitMs = latencyMs + (fault?.kind === "delay" ? fault.ms : 0);
    let waited = waitMs === 0;
    async function wait(): Promise<void> {
      if (waited) return;
      waited = true;
      await sleep(waitMs, undefined, { ref: false });
    }
    const perform: Perform = async (effect) => {
      await wait();
      if (faulty && fault?.kind === "status") return faulty;
      const answer = effect();
      // The idempotency key must keep the actual response, or a retry with the same key would take effect again.
      // The faulty status replaces it outside. Vendors that replay their own 5xx are the exception.
      return faulty && faulty.status >= 500 && vendor.replaysServerErrors ? faulty : answer;
    };
    const answer = await vendor.answer(call, perform);
    await wait();
    return faulty ?? answer;
  }

  async function serve(request: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
    const { method = "GET", url: target = "/" } = request;
    const [path = "/", query = ""] = splitOnce(target, "?");
    if (path.startsWith(controlPrefix)) {
      const controls = { ledger: ledger.summary, requests: () => requests, addFault: faults.add, reset };
      await deliver(response, answerControl(controls, method, path, body));
      return;
    }
    requests.push({
      at: new Date(now()).toISOString(),
      method,
      path: target,
      headers: readHeaders(request.rawHeaders),
      body,
    });
    const fault = faults.take(method, path);
    if (fault?.kind === "hang_before_effect") return;
    if (fault?.kind === "reset_before_effect") {
      cutConnection(response);
      return;
    }
    const call = { method, path, query, headers: request.headers, body };
    await deliver(response, await answerCall(call, fault), fault);
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      serve(request, response, Buffer.concat(chunks).toString()).catch((error: unknown) => {
        // Only a bug in the emulator itself ends here: report it, or the client would wait indefinitely.
        if (!response.headersSent) response.writeHead(500, { "Content-Type": "text/plain" });
        response.end(`sandbox failure: ${String(error)}`);
      });
    });
  });
  // Longer than the idle timeout of usual connection pools. If the server closed an idle socket while a proxy
  // reused it, the proxy would see a connection reset that the test didn't ask for.
  server.keepAliveTimeout = 120_000;
  server.listen(wantedPort, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    port,
    ledger: ledger.summary,
    requests: () => requests.slice(),
    fail: faults.add,
    reset,
    close() {
      closing ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closing;
    },
  };
}

function splitOnce(text: string, separator: string): string[] {
  const index = text.indexOf(separator);
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + separator.length)];
}

function readHeaders(rawHeaders: readonly string[]): Record<string, string> {
  const headers = new Map<string, string>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? "").toLowerCase();
    const value = rawHeaders[index + 1] ?? "";
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(headers);
}
