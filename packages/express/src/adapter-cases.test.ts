import { testAdapter } from "../../../tooling/test-adapter.ts";
import { hosts } from "../test-support/express-hosts.ts";

testAdapter(hosts);
