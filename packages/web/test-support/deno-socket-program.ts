import { withVaultKey } from "@keybrake/web";

declare const Deno: {
  serve(
    options: { port: number; hostname: string },
    handler: (request: Request) => Promise<Response>,
  ): unknown;
  upgradeWebSocket(request: Request): { socket: WebSocket; response: Response };
};

Deno.serve(
  { port: 0, hostname: "127.0.0.1" },
  withVaultKey({ label: "socket", vendor: "stripe", uncapped: true }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.addEventListener("message", ({ data }) => socket.send(`echo ${data}`));
    return response;
  }),
);
