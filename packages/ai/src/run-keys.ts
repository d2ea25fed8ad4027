import { KeyRevokedError, type PolicyFor, resolvePolicy, type VaultKey, withVaultKey } from "@keybrake/core";
import type { VaultToolsOptions } from "./with-vault-tools.ts";

/** The keys of one run. */
export interface RunKeys {
  /** The key of a tool, issued when it is first asked for. Tools whose policies say the same share one. */
  keyFor(toolName: string): Promise<VaultKey>;
  /** Ends the run for its tools. Resolves when its keys are revoked; never rejects. */
  end(): Promise<void>;
}

export function createRunKeys(policy: PolicyFor<string>, options: VaultToolsOptions): RunKeys {
  // By tool as well: a policy function that answers anew each time must not mean a new key, and a new cap, each time.
  const byTool = new Map<string, Promise<VaultKey>>();
  const byPolicy = new Map<string, Promise<VaultKey>>();
  const scopes: Promise<void>[] = [];
  let isOver = false;
  let finish = (): void => {};
  const over = new Promise<void>((resolve) => {
    finish = resolve;
  });

  async function issueFor(toolName: string): Promise<VaultKey> {
    const resolved = await resolvePolicy(policy, toolName);
    return once(byPolicy, JSON.stringify(resolved), () => {
      return new Promise((resolve, reject) => {
        const scope = withVaultKey(
          resolved,
          (key) => {
            resolve(key);
            return over;
          },
          options,
        );
        scopes.push(scope.catch(reject));
      });
    });
  }

  return {
    async keyFor(toolName) {
      const key = await once(byTool, toolName, () => issueFor(toolName));
      // The run may have ended while the key was being issued.
      if (isOver)
        throw new KeyRevokedError({ code: "key_revoked", message: "The run of this tool is over." });
      return key;
    },
    async end() {
      isOver = true;
      finish();
      await Promise.all(scopes);
    },
  };
}

/** The promise that is there, or a new one; one that rejects is forgotten, so that the next call tries again. */
function once<Value>(
  made: Map<string, Promise<Value>>,
  name: string,
  make: () => Promise<Value>,
): Promise<Value> {
  const known = made.get(name);
  if (known) return known;
  const value = make();
  made.set(name, value);
  value.catch(() => made.delete(name));
  return value;
}
