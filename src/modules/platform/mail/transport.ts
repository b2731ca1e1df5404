import type { Letter } from './model.ts';

/** Takes letters to their recipients. */
export type Transport = {
  /** @throws DeliveryFailure. After any other error it is unknown whether the letter was taken. */
  readonly deliver: (envelope: Envelope, signal: AbortSignal) => Promise<void>;
  readonly close: () => void;
};

export type Envelope = { readonly id: string; readonly template: string; readonly letter: Letter };

/**
 * Why a letter was not taken.
 * `refused`: the server will never take it. `deferred`: it may take this letter later. `unreachable`: it takes no letter now.
 */
export type FailureKind = 'refused' | 'deferred' | 'unreachable';

export class DeliveryFailure extends Error {
  readonly kind: FailureKind;
  /** For the log: codes and texts without an address. */
  readonly facts: Readonly<Record<string, string | number | undefined>>;

  constructor(kind: FailureKind, facts: DeliveryFailure['facts'], options?: ErrorOptions) {
    super(`the mail was not sent: ${kind}`, options);
    this.kind = kind;
    this.facts = facts;
  }
}
