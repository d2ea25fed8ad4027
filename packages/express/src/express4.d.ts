/** Express 4 under a name of its own, for the tests; for what they do, the types of 5 hold for it too. */
declare module "express4" {
  export { default } from "express";
}
