import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** What `GET /metrics` shows. No tenant, key or amount of a single call is in it. */
export interface Metrics {
  contentType: string;
  render(): Promise<string>;
  countCall(
    vendor: string,
    status: number,
    code: string | null,
    durationMs: number,
    costMicroUsd: number | null,
  ): void;
}

/** What the gauges ask for when they are read. */
export interface Gauges {
  /** Calls under way now. */
  countInFlight(): number;
  /** Ends of calls that the store has not taken yet. */
  countOwed(): number;
}

export function createMetrics({ countInFlight, countOwed }: Gauges): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const calls = new Counter({
    name: "keybrake_calls_total",
    help: "Calls that named a vendor, by vendor, HTTP status and refusal code (empty where allowed).",
    labelNames: ["vendor", "status", "code"] as const,
    registers,
  });
  const spent = new Counter({
    name: "keybrake_settled_usd_total",
    help: "USD settled, by vendor.",
    labelNames: ["vendor"] as const,
    registers,
  });
  const duration = new Histogram({
    name: "keybrake_call_duration_seconds",
    help: "Time from a call's first byte to its settlement, by vendor.",
    labelNames: ["vendor"] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  new Gauge({
    name: "keybrake_calls_in_flight",
    help: "Calls under way now.",
    registers,
    collect() {
      this.set(countInFlight());
    },
  });
  new Gauge({
    name: "keybrake_entries_owed",
    help: "Ends of calls that the store has not taken yet; new calls wait for them or are refused.",
    registers,
    collect() {
      this.set(countOwed());
    },
  });
  // To look a counter up by its labels costs more than to count.
  const counters = new Map<string, Counter.Internal>();
  const timers = new Map<string, Histogram.Internal<"vendor">>();

  function toCounter(vendor: string, status: number, code: string): Counter.Internal {
    const name = `${vendor} ${status} ${code}`;
    const found = counters.get(name) ?? calls.labels({ vendor, status, code });
    counters.set(name, found);
    return found;
  }

  function toTimer(vendor: string): Histogram.Internal<"vendor"> {
    const found = timers.get(vendor) ?? duration.labels({ vendor });
    timers.set(vendor, found);
    return found;
  }

  return {
    contentType: registry.contentType,
    render: () => registry.metrics(),
    countCall(vendor, status, code, durationMs, costMicroUsd) {
      toCounter(vendor, status, code ?? "").inc();
      toTimer(vendor).observe(durationMs / 1000);
      if (costMicroUsd) spent.inc({ vendor }, costMicroUsd / 1_000_000);
    },
  };
}
