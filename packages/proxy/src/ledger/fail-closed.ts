import type { Ledger } from "@keybrake/ledger";
import { toStoreUnavailable } from "../refusals/refused.ts";

/**
 * A store whose every failure is a 503 for whoever waits for it: where the ledger can't be asked, nothing passes.
 *
 * @param onFailure told of the failure itself, which no caller sees
 */
export function failClosed(store: Ledger, onFailure: (error: unknown) => void): Ledger {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        try {
          const answer: unknown = member.apply(target, args);
          return answer instanceof Promise ? answer.catch(fail) : answer;
        } catch (error) {
          fail(error);
        }
      };
    },
  });

  function fail(error: unknown): never {
    onFailure(error);
    throw toStoreUnavailable();
  }
}
