import type { IncomingMessage } from "node:http";
import type { ConfiguredVendor } from "./config/configure-vendor.ts";
import { isControlPath } from "./control/control-api.ts";

/** Where a request goes: to the control API, or to a vendor, with the path split where the vendor begins. */
export type Route =
  | { kind: "control" }
  | { kind: "vendor"; vendor: ConfiguredVendor; mount: string; url: string }
  | { kind: "unknown_vendor" };

/**
 * Routes a request three ways: by the port it came in on, by host (`stripe.<anything>`), by path (`/stripe/…`).
 *
 * @param own the vendor whose own port this is
 */
export function routeRequest(
  { url = "", headers }: Pick<IncomingMessage, "url" | "headers">,
  vendors: ReadonlyMap<string, ConfiguredVendor>,
  own: ConfiguredVendor | undefined,
): Route {
  const byHost = own ?? vendors.get((headers.host ?? "").split(".", 1)[0]?.toLowerCase() ?? "");
  if (byHost) return { kind: "vendor", vendor: byHost, mount: "", url };
  if (isControlPath(url)) return { kind: "control" };
  const name = /^\/([^/?]*)/.exec(url)?.[1] ?? "";
  const vendor = vendors.get(name);
  if (!vendor) return { kind: "unknown_vendor" };
  return { kind: "vendor", vendor, mount: `/${name}`, url: url.slice(name.length + 1) || "/" };
}
