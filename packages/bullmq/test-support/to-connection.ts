import type { ConnectionOptions } from "bullmq";

/** Where a Redis is, as BullMQ wants to be told. */
export function toConnection(redisUrl: string): ConnectionOptions {
  const { hostname, port } = new URL(redisUrl);
  return { host: hostname, port: Number(port) };
}
