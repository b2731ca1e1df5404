import { randomFillSync, randomInt } from 'node:crypto';

/*
 * UUIDs of version 7 (RFC 9562, section 6.2, method 1): 48 bits of milliseconds, 42 bits of a counter that starts at a
 * random number in each millisecond, and 32 random bits. Node's own randomUUIDv7 has no counter: the ids of one batch,
 * which are created in the same millisecond, would be in random order.
 */
const MAX_MILLISECOND = 2 ** 48 - 1;
const HIGH_BITS = 2 ** 12;
/** Only the lower 30 bits of the counter increase. They start in their lower half, so half a billion ids fit at least. */
const LOW_BITS = 2 ** 30;
/** The variant of RFC 9562: binary 10, before the lower bits of the counter. */
const VARIANT = 2 ** 31;

/*
 * A request may need six ids. Concatenating strings took 400 ns and a kilobyte of garbage per id. Writing the digits
 * into a reused buffer takes 100 ns.
 */
const LENGTH = 36;
const COUNTER_AT = [19, 20, 21, 22, 24, 25, 26, 27];
const RANDOM_AT = [28, 29, 30, 31, 32, 33, 34, 35];
const DIGITS = Buffer.from('0123456789abcdef');

const randomBits = new Uint32Array(1024);
let randomsTaken = randomBits.length;

const nextOfOwnTime = idSequence();
const nextOfGivenTime = idSequence();
let latestMillisecond = 0;

/**
 * Returns a new id that is greater than all previous ids of this process. The primary key is therefore also the order by
 * age, and inserts into indexes stay local. With `at`, the id contains the millisecond of that instant instead, and is
 * greater than the previous ids with the same millisecond.
 */
export function newId(at?: Temporal.Instant): string {
  if (at !== undefined) return nextOfGivenTime(at.epochMilliseconds);
  // If the clock is set back, ids keep the latest time.
  latestMillisecond = Math.max(latestMillisecond, Date.now());
  return nextOfOwnTime(latestMillisecond);
}

/** The lowest possible id of this instant or later: `id >= firstIdAt(start)` is a range of the primary key. */
export function firstIdAt(instant: Temporal.Instant): string {
  const millisecond = Math.min(Math.max(instant.epochMilliseconds, 0), MAX_MILLISECOND);
  return `${timeDigits(millisecond)}-0000-0000-000000000000`;
}

export function isId(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text);
}

function idSequence(): (millisecond: number) => string {
  const digits = Buffer.alloc(LENGTH);
  let current = -1;
  let count = 0;
  return (millisecond) => {
    if (millisecond !== current) {
      current = millisecond;
      digits.write(`${timeDigits(millisecond)}-7${hex(randomInt(HIGH_BITS), 3)}-    -`, 'latin1');
      count = randomInt(LOW_BITS / 2);
    }
    count += 1;
    writeHex(digits, COUNTER_AT, VARIANT + count);
    writeHex(digits, RANDOM_AT, random32());
    return digits.toString('latin1');
  };
}

/** Writes the 32 bits of a number as eight digits at the given places. */
function writeHex(digits: Buffer, places: readonly number[], value: number): void {
  let bits = 32;
  for (const place of places) {
    bits -= 4;
    digits[place] = DIGITS[(value >>> bits) & 15] as number;
  }
}

function random32(): number {
  if (randomsTaken === randomBits.length) {
    randomFillSync(randomBits);
    randomsTaken = 0;
  }
  const taken = randomBits[randomsTaken] as number;
  randomsTaken += 1;
  return taken;
}

function timeDigits(millisecond: number): string {
  const digits = hex(millisecond, 12);
  return `${digits.slice(0, 8)}-${digits.slice(8)}`;
}

function hex(value: number, length: number): string {
  return value.toString(16).padStart(length, '0');
}
