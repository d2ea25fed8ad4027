/** A request as it reached the sandbox, whatever became of it. */
export interface SandboxRequest {
  /** When it had arrived in full, as RFC 3339 in UTC. */
  readonly at: string;
  readonly method: string;
  /** The request target as sent, with its query. */
  readonly path: string;
  /** Names in lower case; a repeated header is joined by `", "`, so that no copy of it goes unseen. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
