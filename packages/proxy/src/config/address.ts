import * as z from "zod";

/** Where a server listens. Port 0 means any that is free. */
export interface Address {
  host: string;
  port: number;
}

/** An address in the configuration. */
export const listenAddress = z
  .string()
  .regex(/^(?:\[[0-9a-f:]+\]|[^:\s]+):\d{1,5}$/i, 'must be "host:port", such as "127.0.0.1:4242"')
  .refine((address) => toAddress(address).port <= 65_535, "must have a port of at most 65535");

export function toAddress(address: string): Address {
  const colon = address.lastIndexOf(":");
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(address.slice(colon + 1)) };
}
