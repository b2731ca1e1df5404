import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { seededRandom } from '../../../../demo/random.ts';
import { verifyLedger } from '../../../../src/modules/insight/proof/index.ts';
import { PRIVILEGES } from '../../../../src/privileges.ts';
import { keepBooks } from '../../../support/altered-books.ts';
import { testClock } from '../../../support/clock.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { sealRecords } from '../../../support/seals.ts';
import {
  type Attempt,
  attemptTampering,
  columnsOf,
  lastSeal,
  MANY_ROW_TAMPERINGS,
  OTHER_TABLES,
  singleRowTamperings,
  TABLES,
  WITHOUT_MEANING,
} from '../../../support/tamperings.ts';

/* A sample of what `make torture` tries a thousand of. The area `tampering` runs this file with these variables. */
const { TAMPERINGS = '60', TAMPERINGS_SEED = '1', TAMPERINGS_REPORT } = process.env;
const random = seededRandom(Number(TAMPERINGS_SEED));

// Records are in the past of the database, so that they can be sealed.
const platform = await startTestPlatform({ clock: testClock('2025-06-15T10:00:00Z') });
const { database } = platform;
const books = await keepBooks(platform);
await sealRecords(database);
const anchor = await lastSeal(database.db);
const columns = await columnsOf(database.db);
const singles = singleRowTamperings(columns);

/** All of many rows, and the others in a random order, again and again with other rows. */
const rounds = Math.ceil(Number(TAMPERINGS) / singles.length);
const chosen = Array.from({ length: rounds }, () => shuffled(singles)).flat();
const tamperings = [...MANY_ROW_TAMPERINGS, ...chosen].slice(0, Number(TAMPERINGS));

describe('what a superuser makes up, without triggers and foreign keys,', () => {
  test('is found, or refused by a constraint', async () => {
    const { counts, missed } = await attemptAll('superuser');
    report('superuser', counts, missed);
    assert.deepEqual(missed, []);
    assert.ok(counts.found > tamperings.length / 2, JSON.stringify(counts));
  });
});

describe('what the role that serves makes up', () => {
  test('is refused, or found', async () => {
    const { counts, missed } = await attemptAll('serving role');
    report('serving role', counts, missed);
    assert.deepEqual(missed, []);
    assert.ok(counts.refused > tamperings.length / 2, JSON.stringify(counts));
  });
});

test('a column without meaning exists, and has its reason', () => {
  const names = columns.map(({ table, name }) => `${table}.${name}`);
  for (const [column, reason] of Object.entries(WITHOUT_MEANING)) {
    assert.ok(names.includes(column), column);
    assert.ok(reason.length > 10);
  }
});

test('every table is tampered with, or says why not', () => {
  assert.deepEqual([...TABLES, ...Object.keys(OTHER_TABLES)].sort(), Object.keys(PRIVILEGES).sort());
});

test('the books are right before and after', async () => {
  const { verdict, faults } = await verifyLedger(database, { anchor });
  assert.deepEqual(faults, []);
  assert.equal(verdict, 'right');
});

type Counts = Record<Attempt, number>;

async function attemptAll(as: 'superuser' | 'serving role') {
  const counts: Counts = { found: 0, 'not found': 0, refused: 0, 'without effect': 0 };
  const missed: string[] = [];
  for (const tampering of tamperings) {
    const attempt = await attemptTampering(books, tampering, { random: random(), as, anchor });
    counts[attempt] += 1;
    if (attempt === 'not found') missed.push(`${tampering.title}${tampering.isHidden ? ', hidden' : ''}`);
  }
  return { counts, missed };
}

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, order: random() }))
    .sort((one, other) => one.order - other.order)
    .map(({ value }) => value);
}

/** A line for the area that runs this file. */
function report(as: string, counts: Counts, missed: readonly string[]): void {
  if (TAMPERINGS_REPORT !== undefined)
    writeFileSync(TAMPERINGS_REPORT, `${JSON.stringify({ as, counts, missed })}\n`, { flag: 'a' });
}
