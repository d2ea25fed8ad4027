import type { Writable } from "node:stream";
import { styleText } from "node:util";
import type { CallSummary } from "@keybrake/proxy";

/** Where a command writes what happens: lines for people, or one JSON object a line for machines. */
export interface Output {
  /** Writes the text, or the event in its place. */
  write(
    text: string,
    event: { event: "ready" | "stopping" | "progress" | "done" } & Record<string, unknown>,
  ): void;
  /** Writes a call that has been settled or refused. */
  writeCall(call: CallSummary): void;
}

/**
 * @param options.json whether machines read it
 * @param options.clock ms since the epoch, as calls carry no time of their own. Default `Date.now`
 */
export function createOutput(
  stream: Writable,
  { json, clock = Date.now }: { json: boolean; clock?: () => number },
): Output {
  const writeLine = (line: string): void => {
    stream.write(`${line}\n`);
  };
  if (json) {
    return {
      write: (_text, event) => writeLine(JSON.stringify(event)),
      writeCall: (call) => writeLine(JSON.stringify(toCallEvent(call, new Date(clock())))),
    };
  }
  return {
    write: writeLine,
    writeCall: (call) => writeLine(toCallLine(call, new Date(clock()), stream)),
  };
}

/** A call as JSON, in the names of the wire. */
function toCallEvent(call: CallSummary, at: Date): Record<string, unknown> {
  return {
    event: "call",
    at: at.toISOString(),
    request_id: call.requestId,
    key_id: call.keyId,
    label: call.label,
    vendor: call.vendor,
    method: call.method,
    path: call.path,
    status: call.status,
    code: call.code,
    cost_usd: call.costMicroUsd === null ? null : call.costMicroUsd / 1_000_000,
    duration_ms: call.durationMs,
  };
}

/** A call as one line: when, status, method, path, label, and its cost or why it was refused. */
function toCallLine(call: CallSummary, at: Date, stream: Writable): string {
  const { status, method, vendor, path, label, code } = call;
  const style = (format: "dim" | "green" | "yellow" | "red", text: string): string =>
    styleText(format, text, { stream });
  const color = status < 400 ? "green" : status < 500 ? "yellow" : "red";
  return [
    style("dim", at.toTimeString().slice(0, 8)),
    style(color, String(status)),
    method.padEnd(6),
    toPrintable(`/${vendor}${path}`),
    label === null ? "-" : toPrintable(label),
    code === null ? toCost(call) : style(color, code),
  ].join("  ");
}

const usd = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD", maximumFractionDigits: 6 });

function toCost({ costMicroUsd }: CallSummary): string {
  return costMicroUsd === null ? "cost unknown" : usd.format(costMicroUsd / 1_000_000);
}

/** A path is the agent's own text: it must not move the cursor or turn what is read around. */
function toPrintable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?");
}
