import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { toMedian } from "./measure.ts";

/** Microseconds that this disk takes to append a page and to make it durable. */
export function measureFsync(directory: string): number {
  const file = openSync(join(directory, "fsync"), "w");
  const page = Buffer.alloc(4096, 1);
  const times = Array.from({ length: 300 }, () => {
    writeSync(file, page);
    const startedAt = performance.now();
    fdatasyncSync(file);
    return (performance.now() - startedAt) * 1000;
  });
  closeSync(file);
  return toMedian(times);
}
