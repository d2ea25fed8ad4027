import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "./faults.ts";
import type { Answer } from "./vendor.ts";

const slowBodyPieces = 8;

/** Sends a response, or applies the fault to it. */
export async function deliver(response: ServerResponse, answer: Answer, fault?: Fault): Promise<void> {
  switch (fault?.kind) {
    case "hang_after_effect":
      return;
    case "reset_after_effect":
      cutConnection(response);
      return;
    case "broken_json":
      send(response, answer, answer.body.slice(0, Math.floor(answer.body.length / 2)));
      return;
    case "slow_body":
      await dribble(response, answer, fault.ms);
      return;
    default:
      send(response, answer, answer.body);
  }
}

/** Closes the connection so that the client sees a reset. */
export function cutConnection(response: ServerResponse): void {
  if (!response.destroyed) response.socket?.resetAndDestroy();
}

function send(response: ServerResponse, answer: Answer, body: string): void {
  if (response.destroyed) return;
  response.writeHead(answer.status, { ...answer.headers, "Content-Length": Buffer.byteLength(body) });
  response.end(body);
}

async function dribble(response: ServerResponse, answer: Answer, ms: number): Promise<void> {
  const bytes = Buffer.from(answer.body);
  const pieceBytes = Math.max(1, Math.ceil(bytes.length / slowBodyPieces));
  if (response.destroyed) return;
  response.writeHead(answer.status, { ...answer.headers, "Content-Length": bytes.length });
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    if (start > 0) await sleep(ms, undefined, { ref: false });
    if (response.destroyed) return;
    response.write(bytes.subarray(start, start + pieceBytes));
  }
  response.end();
}
