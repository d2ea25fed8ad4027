import { type Fault, parseFault } from "./faults.ts";
import { jsonAnswer } from "./json-answer.ts";
import type { LedgerSummary } from "./ledger.ts";
import type { SandboxRequest } from "./sandbox-request.ts";
import type { Answer } from "./vendor.ts";

export const controlPrefix = "/_sandbox/";

export interface SandboxControls {
  ledger(): LedgerSummary;
  requests(): readonly SandboxRequest[];
  addFault(fault: Fault): void;
  reset(): void;
}

/** Responds on the emulator's own routes, for clients in another process. They need no credential. */
export function answerControl(controls: SandboxControls, method: string, path: string, body: string): Answer {
  switch (`${method} ${path}`) {
    case "GET /_sandbox/ledger":
      return jsonAnswer(200, controls.ledger());
    case "GET /_sandbox/requests":
      return jsonAnswer(200, controls.requests());
    case "POST /_sandbox/reset":
      controls.reset();
      return jsonAnswer(200, { reset: true });
    case "POST /_sandbox/faults":
      try {
        const fault = parseFault(JSON.parse(body));
        controls.addFault(fault);
        return jsonAnswer(200, fault);
      } catch (error) {
        return jsonAnswer(400, {
          error: { message: error instanceof Error ? error.message : String(error) },
        });
      }
    default:
      return jsonAnswer(404, { error: { message: `no such sandbox route: ${method} ${path}` } });
  }
}
