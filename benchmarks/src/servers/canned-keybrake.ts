/**
 * Answers as a Keybrake did before, with one key for all: `canned-keybrake.ts PORT FILE`. The file holds the bodies,
 * see {@link CannedAnswers}.
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { CannedAnswers } from "../sdk-overhead.ts";

const [port, file = ""] = process.argv.slice(2);
const answers = JSON.parse(readFileSync(file, "utf8")) as CannedAnswers;

const server = createServer((request, response) => {
  const { method, url } = request;
  const [status, body] =
    method === "DELETE"
      ? [200, answers.revoked]
      : url === "/v1/keys"
        ? [201, answers.issued]
        : [200, answers.payment];
  request.resume().on("end", () => {
    response.writeHead(status, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    });
    response.end(body);
  });
});
// The clients pause between windows.
server.keepAliveTimeout = 600_000;
server.listen(Number(port), "127.0.0.1");
