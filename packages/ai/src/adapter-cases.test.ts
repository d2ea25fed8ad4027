import { testAdapter } from "../../../tooling/test-adapter.ts";
import { hosts } from "../test-support/ai-hosts.ts";

testAdapter(hosts);
