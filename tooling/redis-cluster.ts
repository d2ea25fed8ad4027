import { askRedis, type RedisServer, startRedis } from "./redis-server.ts";

/** A Redis Cluster of this process, on the loopback interface. */
export interface RedisCluster {
  readonly nodes: readonly RedisServer[];
  /** Of the form that the proxy's `store` takes. */
  readonly url: string;
  /** Sends a command to one node; gives its answer as it comes. */
  send(node: number, command: string): Promise<string>;
  remove(): Promise<void>;
}

const MASTERS = 3;
const SLOTS = 16_384;

/** Starts three masters without replicas, and waits until they serve all slots. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const args = ["--cluster-enabled", "yes", "--cluster-node-timeout", "2000"];
  const nodes = await Promise.all(Array.from({ length: MASTERS }, () => startRedis({ args })));
  const send = (node: number, command: string): Promise<string> => askRedis(nodes[node]?.port ?? 0, command);
  for (const [index, { port }] of nodes.entries()) {
    const from = Math.floor((index * SLOTS) / MASTERS);
    const to = Math.floor(((index + 1) * SLOTS) / MASTERS) - 1;
    const slots = Array.from({ length: to - from + 1 }, (_, offset) => from + offset).join(" ");
    await send(index, `CLUSTER ADDSLOTS ${slots}`);
    await send(0, `CLUSTER MEET 127.0.0.1 ${port}`);
  }
  for (const index of nodes.keys()) {
    while (!(await isServing(index))) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    nodes,
    url: `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(",")}`,
    send,
    remove: async () => void (await Promise.all(nodes.map((node) => node.remove()))),
  };

  async function isServing(node: number): Promise<boolean> {
    const info = await send(node, "CLUSTER INFO");
    return info.includes("cluster_state:ok") && info.includes(`cluster_known_nodes:${MASTERS}`);
  }
}
