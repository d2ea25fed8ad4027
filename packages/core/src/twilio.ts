/**
 * The Twilio SDK through a vault key.
 *
 * @module
 */
import { unusableSdk } from "./unusable-sdk.ts";
import type { VaultKey } from "./vault-key.ts";

/** The part of the `twilio` module this needs, so that core needs no Twilio. */
interface TwilioModule<HttpClient> {
  RequestClient: new () => HttpClient;
}

interface TwilioHttpClient {
  request(options: never): Promise<unknown>;
}

/**
 * Options that send a Twilio client's calls through the proxy; the vault key takes the place of the auth token.
 * The SDK has no base URL, so its HTTP client sends each call to the proxy, with Twilio's host in the path.
 *
 * @throws {TypeError} when the installed version of the SDK has no `RequestClient`
 * @example
 * const client = twilio(accountSid, key.token, twilioOptions(key, twilio));
 * await client.messages.create({ to: "+14155550100", from: "+15005550006", body: "Your order is on its way" });
 */
export function twilioOptions<HttpClient extends TwilioHttpClient>(
  { baseUrl }: Pick<VaultKey, "baseUrl">,
  twilio: TwilioModule<HttpClient>,
): { httpClient: HttpClient } {
  if (typeof twilio.RequestClient !== "function") throw unusableSdk("twilio", "RequestClient");
  const httpClient = new twilio.RequestClient();
  const send = httpClient.request.bind(httpClient) as (options: { uri: string }) => Promise<unknown>;
  httpClient.request = (options: { uri: string }) =>
    send({ ...options, uri: toProxyUri(baseUrl, options.uri) });
  return { httpClient };
}

/** Links in Twilio's answers come from the proxy and lead there; every other URI is one of Twilio's hosts. */
function toProxyUri(baseUrl: string, uri: string): string {
  if (uri.startsWith(`${baseUrl}/`)) return uri;
  const { host, pathname, search } = new URL(uri);
  return `${baseUrl}/${host}${pathname}${search}`;
}
