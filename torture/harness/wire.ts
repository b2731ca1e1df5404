/*
 * The part of PostgreSQL's protocol, version 3 (PostgreSQL 18, chapter 54), that is needed to find the messages and
 * transactions of a connection.
 */

/** The direction of a message. */
export type Direction = 'toServer' | 'toClient';

export type Message = {
  readonly direction: Direction;
  /** The first byte, such as `E` for Execute. Empty for the first message of a connection, which has no type. */
  readonly type: string;
  /** The number within the transaction and direction, from 1. Undefined outside a transaction. */
  readonly number: number | undefined;
  /** True if the message makes the server commit, or reports the commit. */
  readonly isCommit: boolean;
  readonly bytes: Buffer;
};

const TYPED_HEAD = 5;
const UNTYPED_HEAD = 4;

/** Splits a stream of bytes into messages. Only the first message of a connection has no type. */
export function messageSplitter({ startsUntyped }: { readonly startsUntyped: boolean }) {
  let rest: Buffer = Buffer.alloc(0);
  let isUntyped = startsUntyped;

  return (chunk: Buffer): { readonly type: string; readonly bytes: Buffer }[] => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const messages = [];
    for (;;) {
      const head = isUntyped ? UNTYPED_HEAD : TYPED_HEAD;
      if (rest.length < head) return messages;
      const length = rest.readInt32BE(head - UNTYPED_HEAD) + head - UNTYPED_HEAD;
      if (rest.length < length) return messages;
      messages.push({
        type: isUntyped ? '' : String.fromCharCode(rest[0] ?? 0),
        bytes: rest.subarray(0, length),
      });
      rest = rest.subarray(length);
      isUntyped = false;
    }
  };
}

/** Follows the transactions of one connection. */
export function transactionFollower() {
  /** The first word of each prepared statement, by its name. */
  const statements = new Map<string, string>();
  let isOpen = false;
  let commits = false;
  const counts = { toServer: 0, toClient: 0 };

  function follow(direction: Direction, type: string, bytes: Buffer): Message {
    const isCommit =
      direction === 'toServer' ? sent(type, bytes) : type === 'C' && textOf(bytes) === 'COMMIT';
    if (isOpen) counts[direction] += 1;
    const number = isOpen ? counts[direction] : undefined;
    if (direction === 'toClient' && type === 'Z' && bytes[TYPED_HEAD] === IDLE) end();
    return { direction, type, number, isCommit, bytes };
  }

  /** Handles a message to the server. Returns true if it makes the server commit. */
  function sent(type: string, bytes: Buffer): boolean {
    switch (type) {
      case 'Q':
        return meets(firstWord(textOf(bytes))) === 'commit';
      case 'P': {
        const name = textOf(bytes);
        const word = firstWord(textOf(bytes, TYPED_HEAD + Buffer.byteLength(name) + 1));
        statements.set(name, word);
        // The prepared BEGIN is bound next, so the transaction begins here.
        if (word === 'begin') begin();
        return false;
      }
      case 'B': {
        const portal = textOf(bytes);
        const statement = textOf(bytes, TYPED_HEAD + Buffer.byteLength(portal) + 1);
        commits = meets(statements.get(statement) ?? '') === 'commit';
        return false;
      }
      case 'E':
        return commits;
      default:
        return false;
    }
  }

  function meets(word: string): string {
    if (word === 'begin') begin();
    return word;
  }

  function begin(): void {
    if (isOpen) return;
    isOpen = true;
    counts.toServer = 0;
    counts.toClient = 0;
  }

  function end(): void {
    isOpen = false;
    commits = false;
  }

  return follow;
}

const IDLE = 'I'.charCodeAt(0);

/** Reads the text from `start` to the next zero byte. */
function textOf(bytes: Buffer, start = TYPED_HEAD): string {
  const end = bytes.indexOf(0, start);
  return bytes.toString('utf8', start, end === -1 ? bytes.length : end);
}

function firstWord(sql: string): string {
  return /^\s*([a-z]+)/i.exec(sql)?.[1]?.toLowerCase() ?? '';
}
