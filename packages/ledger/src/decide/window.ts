import { DAY_MS } from "./constants.ts";

/** The UTC day of a moment, as days since the epoch: the daily window that a reservation counts in. */
export function toUtcDay(atMs: number): number {
  return Math.floor(atMs / DAY_MS);
}

/** When the UTC day of a moment ends, in ms since the epoch. */
export function getDayEnd(atMs: number): number {
  return (toUtcDay(atMs) + 1) * DAY_MS;
}

/** A moment as the wire carries it. */
export function toTimestamp(atMs: number): string {
  return new Date(atMs).toISOString();
}
