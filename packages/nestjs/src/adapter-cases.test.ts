import { beforeAll, vi } from "vitest";
import { testAdapter } from "../../../tooling/test-adapter.ts";
import { hosts } from "../test-support/nest-hosts.ts";

// Nest logs what the cases throw; the case about tokens reads it all the same.
beforeAll(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
});

testAdapter(hosts);
