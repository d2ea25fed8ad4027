import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createProxy, type ProxyConfig } from "@keybrake/proxy";
import { expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";

const folder = join(import.meta.dirname, "../../deploy");
const read = (name: string): string => readFileSync(join(folder, name), "utf8");
const config = JSON.parse(read("keybrake.config.json")) as ProxyConfig;

interface Manifest {
  kind: string;
  metadata: { name: string };
  data?: Record<string, string>;
  spec?: { template?: { spec?: Record<string, unknown> } };
}

const manifests = parseAllDocuments(read("kubernetes.yaml")).map((document) => {
  expect(document.errors).toEqual([]);
  return document.toJS() as Manifest;
});

it("has one configuration that the proxy accepts", async () => {
  const environment = {
    KEYBRAKE_STORE: "redis://redis:6379",
    KEYBRAKE_TOKEN: "kb_only_for_this_test",
    STRIPE_SECRET_KEY: "sk_only_for_this_test",
  };
  await createProxy(config, { environment }).close();
  const map = manifests.find(({ kind }) => kind === "ConfigMap");
  expect(JSON.parse(map?.data?.["keybrake.config.json"] ?? "")).toEqual(config);
});

it("gives calls at vendors the time to end, everywhere", () => {
  const timeoutMs = config.limits?.upstream_timeout_ms ?? 60_000;
  const pod = manifests.find(({ kind }) => kind === "Deployment")?.spec?.template?.spec;
  expect(pod?.terminationGracePeriodSeconds).toBeGreaterThan(timeoutMs / 1000 + 5);
  const { services } = parse(read("compose.yaml"));
  expect(Number.parseInt(services.keybrake.stop_grace_period, 10)).toBeGreaterThan(timeoutMs / 1000 + 5);
});

it("keeps what Redis must keep", () => {
  const redis = manifests.find(({ kind }) => kind === "StatefulSet")?.spec?.template?.spec;
  const { services } = parse(read("compose.yaml"));
  for (const args of [JSON.stringify(redis), JSON.stringify(services.redis.command)]) {
    expect(args).toContain('"--appendonly","yes","--appendfsync","always","--maxmemory-policy","noeviction"');
  }
});
