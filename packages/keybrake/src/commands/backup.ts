import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { backUpLedger, ConfigError } from "@keybrake/proxy";
import type { Command } from "commander";
import { createOutput } from "../output.ts";
import { DEFAULT_FILE, readConfig } from "../read-config.ts";

interface BackupOptions {
  config?: string;
  force?: boolean;
  json?: boolean;
}

/** `keybrake backup`: a copy of the ledger, while the proxy works with it. */
export function addBackupCommand(program: Command): void {
  program
    .command("backup")
    .description("copy the ledger of a configuration into a file, while the proxy runs or not")
    .argument("<file>", "where the copy goes")
    .option("-c, --config <file>", `JSON, or a module with a default export (default: ${DEFAULT_FILE})`)
    .option("-f, --force", "replace the file if it is there")
    .option("--json", "print JSON lines for machines: the progress, then the end")
    .addHelpText(
      "after",
      `
The copy is of one moment, and is there when it is whole. No secret of the configuration is read. To restore it,
stop the proxy, put the copy in the place of the ledger, and delete the files beside it that end in -wal and -shm.

Examples:
  keybrake backup keybrake-backup.db
  keybrake backup --config prod.json --force /backups/keybrake.db`,
    )
    .action(backUp);
}

async function backUp(
  target: string,
  { config: file, force = false, json = false }: BackupOptions,
): Promise<void> {
  const output = createOutput(process.stdout, { json });
  const config = await readConfig(file);
  if (!force && existsSync(target)) throw new ConfigError(`${target} exists; --force replaces it`);
  let told = 0;
  await backUpLedger(String(config.store), target, (copied, total) => {
    const percent = Math.floor((100 * copied) / total);
    if (percent === told) return;
    told = percent;
    output.write(`${percent} % copied`, { event: "progress", copied_pages: copied, pages: total });
  });
  const { size: bytes } = await stat(target);
  output.write(`The ledger is copied to ${target}, ${bytes} bytes.`, { event: "done", file: target, bytes });
}
