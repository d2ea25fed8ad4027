import { toKeybrakeError } from "@keybrake/core";
import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from "@nestjs/common";
import { HttpAdapterHost } from "@nestjs/core";

/** What Keybrake refused, also where a vendor's SDK raised it. */
// biome-ignore lint/complexity/noStaticOnlyClass: Nest picks filters by `instanceof`, and asks for a class
abstract class Refusal {
  static [Symbol.hasInstance](error: unknown): boolean {
    return toKeybrakeError(error) !== undefined;
  }
}

/**
 * Answers what Keybrake refused, in place of a 500: a spent cap is 402 `{ error: "spend_cap_exceeded" }`, a key that
 * can't be had 503 `{ error: "vault_key_unavailable" }`.
 */
@Catch(Refusal)
export class RefusalFilter implements ExceptionFilter {
  readonly #adapterHost: HttpAdapterHost;

  constructor(@Inject(HttpAdapterHost) adapterHost: HttpAdapterHost) {
    this.#adapterHost = adapterHost;
  }

  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const answer = toKeybrakeError(error)?.toResponse();
    // A hybrid application's filters see the errors of message handlers too, where there is nobody to answer like this.
    if (!answer || host.getType() !== "http") throw error;
    const { httpAdapter } = this.#adapterHost;
    const response = host.switchToHttp().getResponse();
    const body = await answer.json();
    if (httpAdapter.isHeadersSent(response)) return httpAdapter.end(response);
    for (const [name, value] of answer.headers) httpAdapter.setHeader(response, name, value);
    httpAdapter.reply(response, body, answer.status);
  }
}
