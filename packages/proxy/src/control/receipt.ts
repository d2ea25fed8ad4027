import { toUsd, type WireRevokedKey } from "@keybrake/core/protocol";
import type { RevocationReceipt } from "@keybrake/ledger";

/** The receipts of several keys as one. */
export function sumReceipts(receipts: readonly RevocationReceipt[]): RevocationReceipt {
  return {
    calls: receipts.reduce((sum, { calls }) => sum + calls, 0),
    heldMicroUsd: receipts.reduce((sum, { heldMicroUsd }) => sum + heldMicroUsd, 0),
  };
}

/** A receipt as `in_flight` shows it. */
export function toWireReceipt({ calls, heldMicroUsd }: RevocationReceipt): WireRevokedKey["in_flight"] {
  return { calls, held_usd: toUsd(heldMicroUsd) };
}
