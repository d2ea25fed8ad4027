import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { toJson, type VendorAnswer } from "@keybrake/vendors";
import type { Dispatcher } from "undici";
import type { Body, Call } from "./call.ts";
import { endAfterBody, mustHearOut } from "./hear-out.ts";
import { rewriteLinks } from "./links.ts";
import { createMask, type Mask } from "./mask.ts";
import type { Upstreams } from "./upstreams.ts";
import { toVendorHeaders } from "./vendor-headers.ts";

/** How a call to the vendor went, as far as it is known when its money must be settled. */
export type ForwardResult =
  | { kind: "answered"; answer: VendorAnswer; relay: Relay }
  | { kind: "never_sent"; error: Error }
  | { kind: "lost"; error: Error };

/** The rest of an answer on its way to the caller. */
export interface Relay {
  /** The length of the whole answer, where that is known and may differ from what the vendor said. */
  rewrittenLength: number | undefined;
  /** Streams what has come and what still comes; resolves when the answer has ended, whoever ended it. */
  to(response: ServerResponse): Promise<void>;
}

/** How much of an answer may wait in memory: for its price to be read, or for the ledger. */
const COLLECT_UP_TO_BYTES = 1_048_576;

const STREAMED =
  /^(?:text\/event-stream|application\/(?:x-ndjson|ndjson|jsonl|json-seq)|multipart\/|audio\/|video\/)/i;

/**
 * Step 6: sends the call with the real credential and resolves when its outcome can be settled: at the headers,
 * or, where the cost stands in the body, once that was read.
 */
export function forward(call: Call, upstreams: Upstreams): Promise<ForwardResult> {
  const { target, body } = call;
  return new Promise((resolve) => {
    const exchange = new Exchange(call, resolve);
    try {
      upstreams.get(toOrigin(call)).dispatch(
        {
          method: target.method as Dispatcher.HttpMethod,
          path: target.url,
          headers: toVendorHeaders(call),
          body: toUpload(body.content),
        },
        exchange,
      );
    } catch (error) {
      exchange.fail(error as Error);
    }
  });
}

/**
 * A body that streams. undici destroys the stream of a body that the vendor didn't want to the end; the caller's
 * request must outlive that, because destroying it would close the connection that the response is to go out on.
 */
function toUpload(content: Body["content"]): Buffer | Readable | null {
  if (content === null || Buffer.isBuffer(content)) return content;
  return Readable.from(content.iterator({ destroyOnReturn: false }), { objectMode: false });
}

/** Where the caller reaches this vendor at the proxy. */
function toPublicBase({ publicUrl, request, mount }: Call): string {
  return `${publicUrl ?? `http://${request.headers.host ?? "localhost"}`}${mount}`;
}

/** Which of the vendor's origins a call goes to. */
export function toOrigin({ route, vendor, target }: Call): string {
  const name = target.host ?? route.upstream;
  return (name !== undefined && vendor.upstreams?.[name]) || vendor.upstream;
}

/** One call at the vendor: undici's handler on one side, the caller's response on the other. */
class Exchange implements Dispatcher.DispatchHandler, Relay {
  readonly #call: Call;
  readonly #resolve: (result: ForwardResult) => void;
  readonly #mask: Mask;
  readonly #waiting: Buffer[] = [];
  #waitingBytes = 0;
  rewrittenLength: number | undefined;
  #status = 0;
  #headers: Record<string, string | string[] | undefined> = {};
  #controller: Dispatcher.DispatchController | undefined;
  #response: ServerResponse | undefined;
  #answered = false;
  #ended: "no" | "whole" | "broken" = "no";
  #done: () => void = () => {};

  constructor(call: Call, resolve: (result: ForwardResult) => void) {
    this.#call = call;
    this.#resolve = resolve;
    this.#mask = createMask(call.credential.secrets);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // The last moment before bytes leave: a key revoked while the call waited for a connection must not spend.
    // And undici may offer a request again after a lost connection; a call is sent once or not at all.
    if (this.#call.stopped || this.#call.sent) controller.abort(new Error("stopped before it was sent"));
    else this.#call.sent = true;
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: VendorAnswer["headers"],
  ): void {
    if (status < 200) return;
    this.#controller = controller;
    this.#status = status;
    this.#headers = headers;
    if (!this.#mustCollect()) this.#answer();
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const bytes = this.#mask.push(chunk);
    if (this.#response) {
      if (!this.#response.destroyed && !this.#response.write(bytes)) {
        controller.pause();
        this.#response.once("drain", () => controller.resume());
      }
      return;
    }
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes > COLLECT_UP_TO_BYTES) {
      controller.pause();
      this.#answer();
    }
  }

  onResponseEnd(): void {
    const rest = this.#mask.flush();
    if (rest.length > 0) this.#waiting.push(rest);
    this.#finish("whole");
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error);
  }

  fail(error: Error): void {
    if (this.#status !== 0) this.#finish("broken");
    else this.#resolve({ kind: this.#call.sent ? "lost" : "never_sent", error });
  }

  to(response: ServerResponse): Promise<void> {
    return new Promise((resolve) => {
      this.#done = resolve;
      this.#response = response;
      if (this.#ended !== "no") {
        this.#end();
        return;
      }
      response.once("close", () => this.#callerLeft());
      if (this.#isStream()) response.flushHeaders();
      for (const bytes of this.#waiting.splice(0)) response.write(bytes);
      if (response.destroyed) this.#callerLeft();
      this.#controller?.resume();
    });
  }

  #mustCollect(): boolean {
    return (this.#costStandsInBody() && !this.#isStream()) || this.#holdsLinks();
  }

  /** Whether the answer comes piece by piece, such as server-sent events: no cost can be read of it. */
  #isStream(): boolean {
    return STREAMED.test(String(this.#headers["content-type"]));
  }

  #holdsLinks(): boolean {
    return this.#call.vendor.hosts !== undefined && /\bjson\b/.test(String(this.#headers["content-type"]));
  }

  #costStandsInBody(): boolean {
    const { price } = this.#call;
    if ((price.kind !== "amount" && price.kind !== "unpriced") || this.#status >= 300) return false;
    return price.toActual !== undefined || price.toTrueUp !== undefined;
  }

  #answer(): void {
    if (this.#answered) return;
    this.#answered = true;
    if (this.#ended === "whole" && this.#holdsLinks()) this.#rewriteLinks();
    const json = this.#ended === "whole" && this.#costStandsInBody() ? toJson(this.#collected()) : undefined;
    const answer: VendorAnswer = { status: this.#status, headers: this.#headers, json };
    this.#resolve({ kind: "answered", answer, relay: this });
  }

  /** All that waits, in one piece: nearly every answer comes in one. */
  #collected(): Buffer {
    const [first, second] = this.#waiting;
    return first && !second ? first : Buffer.concat(this.#waiting);
  }

  #rewriteLinks(): void {
    const { vendor } = this.#call;
    if (!vendor.hosts) return;
    const text = this.#collected().toString();
    const rewritten = Buffer.from(rewriteLinks(text, vendor.hosts, toPublicBase(this.#call)));
    this.rewrittenLength = rewritten.length;
    this.#waiting.splice(0, this.#waiting.length, rewritten);
  }

  #finish(how: "whole" | "broken"): void {
    this.#ended = how;
    this.#answer();
    if (this.#response) this.#end();
  }

  #end(): void {
    const response = this.#response;
    const isWhole = this.#ended === "whole";
    const hearsOut = mustHearOut(this.#call.request);
    // The last piece goes with the end: head, body and end are then one write to the socket.
    const last = isWhole && !hearsOut ? this.#waiting.pop() : undefined;
    for (const bytes of this.#waiting.splice(0)) response?.write(bytes);
    if (!isWhole) response?.destroy();
    else if (response && hearsOut) endAfterBody(this.#call.request, response);
    else response?.end(last);
    this.#done();
  }

  /** What spends is never aborted at the vendor: its outcome must be known. What only reads is let go. */
  #callerLeft(): void {
    if (this.#ended !== "no") return;
    if (this.#call.price.kind === "free") this.#controller?.abort(new Error("the caller left"));
    else this.#controller?.resume();
  }
}
