import type { ScriptRunner } from "./script-runner.ts";

/**
 * Finds out whether the server would lose the books at a restart, or drop parts of them when it is full.
 *
 * @returns what is wrong, in words; empty also where the server does not let itself be asked
 */
export async function findLosses(ledger: ScriptRunner): Promise<string[]> {
  const settings = await ledger
    .command(async (client) => {
      const names = ["appendonly", "maxmemory-policy"];
      const answers = await Promise.all(names.map((name) => client.config("GET", name)));
      return new Map(
        (answers as string[][]).map(([name, value]): [string, string] => [name ?? "", value ?? ""]),
      );
    })
    .catch(() => new Map<string, string>());
  const losses: string[] = [];
  if (settings.get("appendonly") === "no")
    losses.push("appendonly is no: what was spent since its last snapshot is forgotten at a restart");
  const policy = settings.get("maxmemory-policy") ?? "noeviction";
  if (policy !== "noeviction")
    losses.push(`maxmemory-policy is ${policy}: it may drop keys and sums; set noeviction`);
  return losses;
}
