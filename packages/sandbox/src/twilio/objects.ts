import type { Bill } from "./billing.ts";

export interface Message {
  readonly sid: string;
  readonly to: string;
  readonly from: string | null;
  readonly body: string;
  readonly messagingServiceSid: string | null;
  readonly media: number;
  readonly segments: number;
  readonly scheduled: boolean;
  readonly createdAtMs: number;
}

export interface Call {
  readonly sid: string;
  readonly to: string;
  readonly from: string;
  readonly seconds: number;
  readonly createdAtMs: number;
}

export interface PhoneNumber {
  readonly sid: string;
  readonly number: string;
  readonly createdAtMs: number;
}

/** A messaging service. It costs nothing. */
export interface Service {
  readonly sid: string;
  readonly friendlyName: string;
  readonly createdAtMs: number;
}

export interface Verification {
  /** Of its one attempt, `VL…`. */
  readonly sid: string;
  readonly verificationSid: string;
  readonly serviceSid: string;
  readonly to: string;
  readonly channel: string;
  readonly createdAtMs: number;
  /** What the channel cost; the verification itself is not in it, as at Twilio. */
  readonly channelBill: Bill;
}
