// Part of `npm run version`: what JSR is told of a package is what its package.json says.
import { readFileSync, writeFileSync } from "node:fs";

const directory = new URL("../packages/deno/", import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(new URL(name, directory), "utf8"));
const { version, peerDependencies } = read("package.json");
const imports = Object.fromEntries(
  Object.entries(peerDependencies).map(([name, range]) => [name, `npm:${name}@${range}`]),
);
writeFileSync(
  new URL("jsr.json", directory),
  `${JSON.stringify({ ...read("jsr.json"), version, imports }, null, 2)}\n`,
);
