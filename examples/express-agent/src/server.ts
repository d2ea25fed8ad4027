import { createKeybrake } from "@keybrake/core";
import { createApp, setBudgets } from "./app.ts";

const port = Number(process.env.PORT ?? 3000);
const keybrake = createKeybrake();
await setBudgets(keybrake);
createApp(keybrake).listen(port, "127.0.0.1", () => {
  console.log(`tools for agents: POST http://127.0.0.1:${port}/tools/charge and /tools/charge-with-fetch`);
});
