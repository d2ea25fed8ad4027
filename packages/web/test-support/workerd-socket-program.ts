import { createKeybrake } from "@keybrake/core";
import { withVaultKey } from "@keybrake/web";

interface ServerSocket {
  accept(): void;
  send(text: string): void;
  addEventListener(type: "message", listen: (event: { data: string }) => void): void;
}
declare const WebSocketPair: new () => { 0: unknown; 1: ServerSocket };

interface Environment {
  KEYBRAKE_TOKEN: string;
  KEYBRAKE_API_URL: string;
}

export default {
  fetch(
    request: Request,
    { KEYBRAKE_TOKEN, KEYBRAKE_API_URL }: Environment,
    context: unknown,
  ): Promise<Response> {
    const client = createKeybrake({ token: KEYBRAKE_TOKEN, apiUrl: KEYBRAKE_API_URL });
    const route = withVaultKey<Request, unknown[]>(
      { label: "socket", vendor: "stripe", uncapped: true },
      () => {
        const { 0: theirs, 1: ours } = new WebSocketPair();
        ours.accept();
        ours.addEventListener("message", ({ data }) => ours.send(`echo ${data}`));
        return new Response(null, { status: 101, webSocket: theirs } as ResponseInit);
      },
      { client },
    );
    return route(request, {}, context);
  },
};
