// Which way imports point: core ← ledger ← vendors ← proxy ← the command line. `npm run lint` checks it.
const TESTS = "\\.test\\.ts$|/test-support/|/test/|/bench/|/testing/";

/** Files of a package, or of one of its folders, without tests. */
const sources = (path) => ({ path: `^packages/${path}`, pathNot: TESTS });

/** A package imports itself and no packages but these. */
const mayImport = (name, others) => ({
  name: `${name}-imports-${others.join("-and-") || "nothing"}`,
  severity: "error",
  from: sources(`${name}/`),
  to: { path: `^packages/(?!${[name, ...others].map((each) => `${each}/`).join("|")})` },
});

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    {
      name: "no-circles",
      comment: "Two files that import each other, if only for a type, are one idea in two places.",
      severity: "error",
      from: { path: "^packages/" },
      to: { circular: true },
    },
    mayImport("core", []),
    mayImport("ledger", ["core"]),
    mayImport("vendors", ["core", "ledger"]),
    mayImport("proxy", ["core", "ledger", "vendors"]),
    {
      name: "decisions-are-pure",
      comment: "A money rule has no clock, no I/O and no store.",
      severity: "error",
      from: sources("ledger/src/decide/"),
      to: { path: "^packages/ledger/src/(memory|sqlite|redis|cases|law)/|^node:|ioredis" },
    },
    {
      name: "control-without-pipeline",
      comment: "The control API depends on the ledger and on an interface for the calls in flight.",
      severity: "error",
      from: sources("proxy/src/control/"),
      to: { path: "^packages/proxy/src/(pipeline|upstream|server)/" },
    },
    {
      name: "pipeline-without-config-and-control",
      severity: "error",
      from: sources("proxy/src/pipeline/"),
      to: { path: "^packages/proxy/src/(control|server)/" },
    },
    {
      name: "no-test-support-in-sources",
      severity: "error",
      from: { path: "^packages/[^/]+/src/", pathNot: TESTS },
      to: { path: "/test-support/|\\.test\\.ts$|/testing/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules|/dist/" },
    exclude: { path: "node_modules|/dist/|\\.next/" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["keybrake-source", "import", "types", "default"],
    },
  },
};
