/** A request as it reached the emulator, whether or not it had an effect. */
export interface SandboxRequest {
  /** When the whole request had arrived, as RFC 3339 in UTC. */
  readonly at: string;
  readonly method: string;
  /** The request target as sent, with its query. */
  readonly path: string;
  /** Names in lower case. A repeated header is joined by `", "`, so that every copy of it is visible. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
