/** An email before it has an id. */
export interface Draft {
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly replyTo: readonly string[];
  readonly subject: string;
  readonly html: string | null;
  readonly text: string | null;
  readonly scheduledAt: string | null;
}

export interface Email extends Draft {
  readonly id: string;
  readonly createdAtMs: number;
}

export interface Broadcast {
  readonly id: string;
  readonly name: string;
  readonly segmentId: string;
  readonly from: string;
  readonly subject: string;
  readonly createdAtMs: number;
  sentAtMs: number | null;
}
