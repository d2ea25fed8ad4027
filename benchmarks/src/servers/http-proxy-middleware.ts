/** `http-proxy-middleware` as a plain pass-through: `http-proxy-middleware.ts PORT UPSTREAM`. */
import { Agent, createServer } from "node:http";
import { createProxyMiddleware } from "http-proxy-middleware";

const [port, target = ""] = process.argv.slice(2);
const proxy = createProxyMiddleware({ target, agent: new Agent({ keepAlive: true, maxSockets: 128 }) });
createServer((request, response) => {
  void proxy(request, response, () => response.writeHead(404).end());
}).listen(Number(port), "127.0.0.1");
