import { testAdapter } from "../../../tooling/test-adapter.ts";
import { nodeHosts } from "../test-support/node-hosts.ts";

testAdapter(nodeHosts);
