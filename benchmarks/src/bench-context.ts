import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPort, type RedisServer, startRedis } from "../../tooling/redis-server.ts";
import { makeCertificate } from "./certificate.ts";
import { type Load, startLoad } from "./load.ts";
import { killAll, startBeside, toPath, untilListening } from "./processes.ts";

/** What the scenarios of one run share. Everything is made when it is first needed, and removed with the run. */
export interface BenchContext {
  readonly load: Load;
  readonly vendorUrl: string;
  /** Where `--profile` wants CPU profiles. */
  readonly profiles: string | undefined;
  getTlsVendor(): Promise<{ url: string; certificateFile: string }>;
  /** An empty Redis. */
  startRedis(): Promise<RedisServer>;
  makeDirectory(): Promise<string>;
  log(text: string): void;
  close(): Promise<void>;
}

export async function openContext(profiles: string | undefined): Promise<BenchContext> {
  const root = await mkdtemp(join(tmpdir(), "keybrake-bench-"));
  const load = startLoad();
  let tlsVendor: Promise<{ url: string; certificateFile: string }> | undefined;

  const startVendor = async (...files: string[]): Promise<number> => {
    const port = await findPort();
    const vendor = startBeside(toPath("servers/vendor.ts"), { args: [String(port), ...files] });
    await untilListening(port, vendor);
    return port;
  };
  const startTlsVendor = async (): Promise<{ url: string; certificateFile: string }> => {
    const { keyFile, certificateFile } = await makeCertificate(root);
    return { url: `https://localhost:${await startVendor(keyFile, certificateFile)}`, certificateFile };
  };

  return {
    load,
    vendorUrl: `http://127.0.0.1:${await startVendor()}`,
    profiles,
    getTlsVendor: () => (tlsVendor ??= startTlsVendor()),
    startRedis: () => startRedis(),
    makeDirectory: () => mkdtemp(join(root, "run-")),
    log: (text) => void process.stderr.write(`${text}\n`),
    async close() {
      load.stop();
      killAll();
      await rm(root, { recursive: true, force: true });
    },
  };
}
