export { POST } from "../../../run-route.ts";

export const runtime = "edge";
