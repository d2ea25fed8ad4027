import { inject } from "vitest";
import { testAdapter } from "../../../tooling/test-adapter.ts";
import { bullmqHost } from "../test-support/bullmq-host.ts";

testAdapter([bullmqHost(inject("redisUrl"))]);
