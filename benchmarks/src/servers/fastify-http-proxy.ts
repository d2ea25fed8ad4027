/** `@fastify/http-proxy` as a plain pass-through: `fastify-http-proxy.ts PORT UPSTREAM`. */
import proxy from "@fastify/http-proxy";
import fastify from "fastify";

const [port, upstream = ""] = process.argv.slice(2);
const app = fastify({ logger: false });
await app.register(proxy, { upstream, undici: { connections: 128 } });
await app.listen({ port: Number(port), host: "127.0.0.1" });
