import type { Ledger } from "@keybrake/ledger";
import { toStoreUnavailable } from "../refusals/refused.ts";

/**
 * A store whose every failure is a 503 for whoever waits for it: where the ledger can't be asked, nothing passes.
 *
 * @param onFailure told of the failure itself, which no caller sees
 */
export function failClosed(store: Ledger, onFailure: (error: unknown) => void): Ledger {
  // By name, since every call asks several times. A member that was replaced meanwhile, as by a test, is wrapped anew.
  const wrapped = new Map<string | symbol, { member: unknown; guarded: unknown }>();
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      const known = wrapped.get(name);
      if (known?.member === member) return known.guarded;
      const guarded = (...args: unknown[]): unknown => {
        try {
          const answer: unknown = member.apply(target, args);
          return answer instanceof Promise ? answer.catch(fail) : answer;
        } catch (error) {
          return fail(error);
        }
      };
      wrapped.set(name, { member, guarded });
      return guarded;
    },
  });

  function fail(error: unknown): never {
    onFailure(error);
    throw toStoreUnavailable();
  }
}
