import { app } from "./app.ts";

// What a Worker is: the same line is all that Deno and Bun need.
export default app;
