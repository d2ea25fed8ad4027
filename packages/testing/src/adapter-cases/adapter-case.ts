import type { AdapterHost, HostAbility, KeybrakeUnderTest } from "./host.ts";

/** One thing an adapter must do. `run` rejects with an `AssertionError` where it does not. */
export interface AdapterCase {
  name: string;
  /** The host abilities it takes to show it. */
  needs: readonly HostAbility[];
  run(host: AdapterHost, keybrake: KeybrakeUnderTest): Promise<void>;
}
