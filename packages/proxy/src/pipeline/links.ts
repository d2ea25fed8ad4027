import type { VendorDefinition } from "@keybrake/vendors";

/**
 * Turns links to a vendor's hosts into links through the proxy. SDKs follow the links in a page verbatim, and
 * would send the vault key past the proxy.
 *
 * @param base where the caller reaches this vendor at the proxy, without a slash at the end
 */
export function rewriteLinks(
  json: string,
  { domain, main, names }: NonNullable<VendorDefinition["hosts"]>,
  base: string,
): string {
  const pattern = new RegExp(
    `https:(\\\\?/)\\1([a-z-]+)\\.${domain.replaceAll(".", "\\.")}(?=\\1|["?])`,
    "g",
  );
  return json.replace(pattern, (link: string, slash: string, name: string) => {
    if (name !== main && !names.includes(name)) return link;
    return `${base}${name === main ? "" : `/${name}`}`.replaceAll("/", slash);
  });
}
