import type { Ledger, Settlement } from "@keybrake/ledger";
import type { TrueUp } from "@keybrake/vendors";
import { toJson, type VendorAnswer } from "@keybrake/vendors";
import type { Call } from "./call.ts";
import { toOrigin } from "./forward.ts";
import { toReadingHeaders } from "./look-up.ts";
import type { Upstreams } from "./upstreams.ts";

/** Asks vendors for costs that they only know later, and settles the difference. */
export interface TrueUps {
  /** Begins to ask, if the answer to a call says where. */
  follow(call: Call, answer: VendorAnswer, settlement: Settlement): void;
  /** Ends all asking: what is not known by then stays at its estimate. */
  stop(): void;
}

/** How long to wait before each attempt; Twilio's prices take up to a day. */
const DELAYS_MS = [5_000, 30_000, 120_000, 600_000, 3_600_000, 14_400_000, 28_800_000, 43_200_000];

export function createTrueUps(
  store: Ledger,
  upstreams: Upstreams,
  onError: (error: unknown, requestId: string) => void,
  delaysMs: readonly number[] = DELAYS_MS,
): TrueUps {
  const timers = new Set<ReturnType<typeof setTimeout>>();

  /** Calls back after each delay until it is done; a failure is reported, and counts as not yet. */
  function retry(requestId: string, ask: () => Promise<boolean>, attempt = 0): void {
    const delayMs = delaysMs[attempt];
    if (delayMs === undefined) return;
    const timer = setTimeout(async () => {
      timers.delete(timer);
      const done = await ask().catch((error: unknown) => onError(error, requestId));
      if (!done) retry(requestId, ask, attempt + 1);
    }, delayMs);
    timer.unref();
    timers.add(timer);
  }

  return {
    follow(call, answer, settlement) {
      const trueUp = findTrueUp(call, answer, settlement);
      if (!trueUp) return;
      const { requestId, auditId, key } = call;
      const read = createReader(call, upstreams);
      retry(requestId, async () => {
        const current = await read(trueUp.path);
        const microUsd = current.status === 200 ? trueUp.read(current) : undefined;
        if (microUsd === undefined) return false;
        await store.resettle(key?.tenant ?? "", auditId, microUsd, "trued_up");
        return true;
      });
    },
    stop() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}

function findTrueUp({ price }: Call, answer: VendorAnswer, { outcome }: Settlement): TrueUp | undefined {
  const isSettled = outcome === "settled" && answer.status >= 200 && answer.status < 300;
  const mayCost = price.kind === "amount" || price.kind === "unpriced";
  return isSettled && mayCost ? price.toTrueUp?.(answer) : undefined;
}

/** Reads paths of the vendor as a call would; it keeps nothing else of the call, which is long over by then. */
function createReader(call: Call, upstreams: Upstreams): (path: string) => Promise<VendorAnswer> {
  const headers = toReadingHeaders(call);
  const pool = upstreams.get(toOrigin(call));
  return async (path) => {
    const {
      statusCode: status,
      headers: answered,
      body,
    } = await pool.request({ method: "GET", path, headers });
    return { status, headers: answered, json: toJson(Buffer.from(await body.arrayBuffer())) };
  };
}
