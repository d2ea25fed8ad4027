/**
 * What `curl` does with the options that `keybrake dev` prints, so that a real shell can run the printed lines
 * on a machine that has no curl. Any other option is an error.
 */
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  options: {
    silent: { type: "boolean", short: "s" },
    header: { type: "string", short: "H", multiple: true, default: [] },
    data: { type: "string", short: "d", multiple: true },
  },
  allowPositionals: true,
});
const headers = new Headers({ "content-type": "application/x-www-form-urlencoded" });
for (const header of values.header) {
  const [name = "", value = ""] = header.split(/: (.*)/s);
  headers.set(name, value);
}
const response = await fetch(
  positionals[0] ?? "",
  values.data ? { method: "POST", headers, body: values.data.join("&") } : { headers },
);
process.stdout.write(await response.text());
