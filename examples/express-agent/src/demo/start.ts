import { type ChildProcess, fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import type { BackendOrder, BackendReady } from "./backend.ts";
import type { ServicesOrder, ServicesReady } from "./services.ts";

/** The servers of the demo, each in its own process. */
export interface Servers extends ServicesReady, BackendReady {
  keybrakeToken: string;
  stop(): Promise<void>;
}

/** Starts the proxy with its vendor, and the backend. @param stripeTestKey null for the Stripe emulator */
export async function startServers(stripeTestKey: string | null): Promise<Servers> {
  const keybrakeToken = `kb_demo_${randomBytes(16).toString("hex")}`;
  const processes: ChildProcess[] = [];

  function start<Order extends object, Ready>(file: string, order: Order): Promise<Ready> {
    // The backend must work without the vendor credential of the user's shell.
    const { STRIPE_SECRET_KEY: _, ...env } = process.env;
    const child = fork(new URL(file, import.meta.url), { env });
    processes.push(child);
    return new Promise((resolve, reject) => {
      child.once("message", (message) => resolve(message as Ready));
      child.once("exit", (code) => reject(new Error(`${file} ended with code ${code}`)));
      child.send(order);
    });
  }

  async function stop(): Promise<void> {
    await Promise.all(
      processes.map((child) => {
        if (child.exitCode !== null) return undefined;
        const ended = new Promise((resolve) => child.once("exit", resolve));
        child.disconnect();
        return ended;
      }),
    );
  }

  try {
    const services = await start<ServicesOrder, ServicesReady>("./services.ts", {
      keybrakeToken,
      stripeTestKey,
    });
    const { proxyUrl } = services;
    const backend = await start<BackendOrder, BackendReady>("./backend.ts", { keybrakeToken, proxyUrl });
    return { ...services, ...backend, keybrakeToken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
