import { type AdminApiClient, createAdminApiClient } from "@shopify/admin-api-client";
import { onTestFinished } from "vitest";
import { type ShopifySandbox, type ShopifySandboxOptions, startShopifySandbox } from "../../index.ts";

export interface TestSandbox {
  readonly sandbox: ShopifySandbox;
  /** The real client with the token that never expires. */
  readonly client: AdminApiClient;
  /** A plain GraphQL post with that token: the parsed answer. */
  run(query: string, variables?: object, operationName?: string): Promise<unknown>;
  /** A plain post with that token, for what is no GraphQL request. */
  post(path: string, body: string, headers?: Record<string, string>): Promise<Response>;
}

export const graphqlPath = "/admin/api/2026-10/graphql.json";

/** A sandbox that closes with the test. */
export async function startForTest(options: ShopifySandboxOptions = {}): Promise<TestSandbox> {
  const sandbox = await startShopifySandbox(options);
  onTestFinished(() => sandbox.close());
  function post(path: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${sandbox.url}${path}`, {
      method: "POST",
      body,
      headers: {
        "content-type": "application/json",
        "x-shopify-access-token": sandbox.accessToken,
        ...headers,
      },
    });
  }
  return {
    sandbox,
    client: createClient(sandbox, sandbox.accessToken),
    async run(query, variables, operationName) {
      const response = await post(graphqlPath, JSON.stringify({ query, variables, operationName }));
      return response.json();
    },
    post,
  };
}

/** Sends what is meant for the store to the sandbox. */
export function createClient(sandbox: ShopifySandbox, accessToken: string): AdminApiClient {
  return createAdminApiClient({
    storeDomain: "sandbox.myshopify.com",
    apiVersion: "2026-10",
    accessToken,
    customFetchApi: (url, init) => fetch(url.replace(/^https:\/\/[^/]+/, sandbox.url), init),
  });
}
