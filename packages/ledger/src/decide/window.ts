import { DAY_MS } from "./constants.ts";

/** The UTC day of a moment, as days since the epoch: the daily window that a reservation counts in. */
export function toUtcDay(atMs: number): number {
  return Math.floor(atMs / DAY_MS);
}

/** When the UTC day of a moment ends, in ms since the epoch. */
export function getDayEnd(atMs: number): number {
  return (toUtcDay(atMs) + 1) * DAY_MS;
}

/** The UTC month of a day, counted from the year 0: the monthly window that a reservation counts in. */
export function toUtcMonth(day: number): number {
  // Calls come in the order of their days, and to make a date costs more than to look up the last one.
  if (latest.day !== day) {
    const date = new Date(day * DAY_MS);
    latest = { day, month: date.getUTCFullYear() * 12 + date.getUTCMonth() };
  }
  return latest.month;
}

let latest = { day: Number.NaN, month: 0 };

/** The first day of a UTC month, as days since the epoch. */
export function getFirstDay(month: number): number {
  return Date.UTC(Math.floor(month / 12), month % 12) / DAY_MS;
}

/** When the UTC month of a moment ends, in ms since the epoch. */
export function getMonthEnd(atMs: number): number {
  return getFirstDay(toUtcMonth(toUtcDay(atMs)) + 1) * DAY_MS;
}

/** A moment as the wire carries it. */
export function toTimestamp(atMs: number): string {
  return new Date(atMs).toISOString();
}
