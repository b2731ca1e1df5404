import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** An operation of a client. It may be sent several times, as the same request. */
export type Operation =
  | {
      readonly kind: 'purchase';
      readonly externalId: string;
      readonly userId: string;
      readonly merchantId: string;
      /** The amount in cents, and the expected reward, unless a cap may reduce it. */
      readonly cents: number;
      readonly rewardCents?: number;
      /** Defaults to the time of the report. */
      readonly purchasedAt?: string;
      /** True if the merchant's purchases are confirmed automatically without delay. */
      readonly isConfirmedByJob?: boolean;
    }
  | { readonly kind: 'confirm' | 'reverse'; readonly purchaseId: string }
  | { readonly kind: 'payout'; readonly key: string; readonly userId: string; readonly cents: number }
  /** A payout without a key is never repeated. `name` exists only on the client. */
  | {
      readonly kind: 'keyless payout';
      readonly name: string;
      readonly userId: string;
      readonly cents: number;
    };

/** The result of the operation in a response. */
export type Answer =
  /** `id` is that of the purchase or payout. `cents` is the reward or the amount of the payout, 0 for a settlement. */
  | { readonly kind: 'done'; readonly id: string; readonly cents: number; readonly isRepeat: boolean }
  /** This attempt had no effect. If the refusal is not final, another attempt may have one. */
  | { readonly kind: 'refused'; readonly code: string; readonly isFinal: boolean }
  | { readonly kind: 'unknown'; readonly reason: string };

export type Entry = {
  readonly operation: Operation;
  sent: number;
  refused: number;
  unknown: number;
  /** The first result that contained it. */
  done: { readonly id: string; readonly cents: number } | undefined;
};

/** The log of the clients with all requests and responses, in memory and in a file. */
export type Acknowledgements = {
  /** To be called before the request is sent. The returned function must be called with the response. */
  readonly sent: (operation: Operation) => (answer: Answer) => void;
  readonly find: (operation: Operation) => Entry | undefined;
  readonly entries: () => readonly Entry[];
  /** Responses that contradict each other or the request. */
  readonly contradictions: () => readonly string[];
  readonly close: () => void;
};

export function openAcknowledgements(directory: string): Acknowledgements {
  const file = openSync(join(directory, 'acknowledgements.jsonl'), 'a');
  const entries = new Map<string, Entry>();
  const contradictions: string[] = [];

  function sent(operation: Operation): (answer: Answer) => void {
    const name = nameOf(operation);
    const entry = entries.get(name) ?? { operation, sent: 0, refused: 0, unknown: 0, done: undefined };
    entries.set(name, entry);
    entry.sent += 1;
    write({ at: Date.now(), sent: operation });
    return (answer) => {
      write({ at: Date.now(), name, answer });
      answered(name, entry, answer);
    };
  }

  function answered(name: string, entry: Entry, answer: Answer): void {
    if (answer.kind === 'refused') entry.refused += 1;
    else if (answer.kind === 'unknown') entry.unknown += 1;
    else {
      const { id, cents, isRepeat } = answer;
      // The other attempts had no effect, so this one cannot be a repeat.
      if (isRepeat && entry.done === undefined && entry.sent - entry.refused <= 1)
        contradictions.push(`${name} took effect once and was answered as a repeat`);
      const { done } = entry;
      if (done !== undefined && (done.id !== id || done.cents !== cents)) {
        contradictions.push(`${name} got ${done.id} over ${done.cents} and ${id} over ${cents} cents`);
      }
      entry.done ??= { id, cents };
    }
  }

  function write(line: object): void {
    writeSync(file, `${JSON.stringify(line)}\n`);
  }

  return {
    sent,
    find: (operation) => entries.get(nameOf(operation)),
    entries: () => [...entries.values()],
    contradictions: () => contradictions,
    close: () => closeSync(file),
  };
}

export function nameOf(operation: Operation): string {
  switch (operation.kind) {
    case 'purchase':
      return `purchase ${operation.externalId}`;
    case 'confirm':
    case 'reverse':
      return `${operation.kind} ${operation.purchaseId}`;
    case 'payout':
      return `payout ${operation.userId} ${operation.key}`;
    case 'keyless payout':
      return `payout ${operation.userId} ${operation.name} without a key`;
  }
}
