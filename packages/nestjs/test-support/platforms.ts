import { ExpressAdapter } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";

/** What Nest runs on. */
export const platforms = [
  { name: "nest on express", createAdapter: () => new ExpressAdapter() },
  { name: "nest on fastify", createAdapter: () => new FastifyAdapter({ forceCloseConnections: true }) },
] as const;

/** One of {@link platforms}. */
export type Platform = (typeof platforms)[number];
