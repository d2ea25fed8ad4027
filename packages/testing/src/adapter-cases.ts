/**
 * What every adapter must do, as data: run it under any test runner, in any host, against any Keybrake.
 *
 * @example
 * const server = setupKeybrake();
 * it.each(casesFor(express5))("$name", ({ run }) => run(express5, mockedKeybrake(server)));
 *
 * @module
 */
import type { AdapterCase } from "./adapter-cases/adapter-case.ts";
import { capCases } from "./adapter-cases/caps.ts";
import type { AdapterHost } from "./adapter-cases/host.ts";
import { issuingCases } from "./adapter-cases/issuing.ts";
import { leavingCases } from "./adapter-cases/leaving.ts";
import { revokingCases } from "./adapter-cases/revoking.ts";
import { secrecyCases } from "./adapter-cases/secrecy.ts";
import { streamingCases } from "./adapter-cases/streaming.ts";

export type { AdapterCase } from "./adapter-cases/adapter-case.ts";
export {
  type AdapterHost,
  type AdapterWork,
  type HostAbility,
  type HostRun,
  type KeybrakeUnderTest,
  type MountedHost,
  type RunEnd,
  type SuiteWork,
  startOverHttp,
} from "./adapter-cases/host.ts";
export { mockedKeybrake } from "./mocked-keybrake.ts";
export { type Stage, startStage } from "./stage/start-stage.ts";

/** The specification of an adapter. */
export const adapterCases: readonly AdapterCase[] = [
  ...issuingCases,
  ...revokingCases,
  ...leavingCases,
  ...streamingCases,
  ...secrecyCases,
  ...capCases,
];

/** The cases a host is able to show. */
export function casesFor(host: AdapterHost): AdapterCase[] {
  return adapterCases.filter(({ needs }) => needs.every((ability) => host.abilities.includes(ability)));
}
