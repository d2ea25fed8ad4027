import type { MaybePromise } from "@keybrake/ledger";
import type { VendorDefinition } from "@keybrake/vendors";
import type { Upstreams } from "../pipeline/upstreams.ts";
import type { Secret } from "../secrets.ts";

/** What authenticates a call at the vendor: the headers that carry it, and the texts that must never be shown. */
export interface Credential {
  headers: Record<string, string>;
  secrets: string[];
  /** To be called where the vendor has refused it: one that was fetched is then fetched again. */
  discard?(): void;
}

/** Where a vendor's credential comes from. It may have to be fetched, so it is asked for at each call. */
export type CredentialSource = (upstreams: Upstreams) => MaybePromise<Credential>;

/** A credential that stays as it is. */
export function fixedCredential(auth: VendorDefinition["auth"], secret: Secret): CredentialSource {
  const credential = toCredential(auth, secret.reveal());
  return () => credential;
}

/** What a client-credentials grant needs (RFC 6749, 4.4). */
export interface ClientCredentials {
  clientId: string;
  clientSecret: Secret;
  /** Origin and path of the token endpoint. */
  tokenOrigin: string;
  tokenPath: string;
}

// A token is not used up to its last second: a call takes a while, and clocks differ.
const RENEW_BEFORE_MS = 60_000;

/** A token that the proxy fetches itself, keeps while it lives, and renews before it ends. One fetch at a time. */
export function grantedCredential(
  auth: VendorDefinition["auth"],
  grant: ClientCredentials,
  clock: () => number,
): CredentialSource {
  let current: { credential: Promise<Credential>; renewAt: number } | undefined;

  async function fetchToken(upstreams: Upstreams): Promise<{ credential: Credential; lifeMs: number }> {
    const { statusCode, body } = await upstreams.get(grant.tokenOrigin).request({
      method: "POST",
      path: grant.tokenPath,
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({
        grant_type: "client_credentials",
        client_id: grant.clientId,
        client_secret: grant.clientSecret.reveal(),
      }),
    });
    const answer = (await body.json().catch(() => undefined)) as
      | { access_token?: unknown; expires_in?: unknown }
      | undefined;
    const token = answer?.access_token;
    // It travels in a header, and is masked wherever it appears: an empty one would appear everywhere.
    if (statusCode !== 200 || typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token)) {
      throw new Error(`the vendor's token endpoint answered ${statusCode} without a token`);
    }
    const credential = toCredential(auth, token);
    credential.secrets.push(grant.clientSecret.reveal());
    return { credential, lifeMs: Number(answer?.expires_in ?? 0) * 1000 };
  }

  return (upstreams) => {
    if (current && clock() < current.renewAt) return current.credential;
    const fetched = fetchToken(upstreams);
    const discard = (): void => {
      if (current === entry) current = undefined;
    };
    const entry = {
      credential: fetched.then(({ credential }) => ({ ...credential, discard })),
      renewAt: Number.POSITIVE_INFINITY,
    };
    current = entry;
    fetched.then(({ lifeMs }) => {
      entry.renewAt = clock() + Math.max(lifeMs - RENEW_BEFORE_MS, lifeMs / 2);
    }, discard);
    return entry.credential;
  };
}

function toCredential(auth: VendorDefinition["auth"], secret: string): Credential {
  const basic = Buffer.from(secret).toString("base64");
  const headers = Object.fromEntries(
    Object.entries(auth).map(([name, template]) => [
      name.toLowerCase(),
      template.replaceAll("{{secret}}", secret).replaceAll("{{basic}}", basic),
    ]),
  );
  // Of `id:secret` (Basic) the id is no secret, and answers are full of it.
  const password = secret.slice(secret.indexOf(":") + 1);
  return { headers, secrets: [...new Set([...toEchoes(secret, basic), ...toEchoes(password)])] };
}

/** A secret as a vendor may echo it: plain, in Base64 (whatever follows it), in a URL, in JSON. */
function toEchoes(secret: string, basic = Buffer.from(secret).toString("base64")): string[] {
  const wholeTriplets = basic.slice(0, Math.floor(Buffer.byteLength(secret) / 3) * 4);
  return [secret, wholeTriplets || basic, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
}
