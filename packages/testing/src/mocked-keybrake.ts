import type { KeybrakeUnderTest } from "./adapter-cases/host.ts";
import type { KeybrakeServer } from "./keybrake-server.ts";

/** Sets a mocked server up for {@link adapterCases}. Call it in each test, since `reset()` undoes it. */
export function mockedKeybrake(server: KeybrakeServer): KeybrakeUnderTest {
  const usd = 20;
  server.vendor("stripe", () => Response.json({ id: "pi_test" }));
  server.cost("stripe", usd);
  const { token, apiUrl, proxyUrl } = server;
  return {
    name: "mocked",
    options: { token, apiUrl, proxyUrl },
    spendingCall: {
      vendor: "stripe",
      path: "/v1/payment_intents",
      init: { method: "POST", body: new URLSearchParams({ amount: "2000", currency: "usd" }) },
      usd,
    },
  };
}
