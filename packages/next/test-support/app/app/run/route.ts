export { POST } from "../../../run-route.ts";
