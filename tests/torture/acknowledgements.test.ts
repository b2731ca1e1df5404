import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Answer, openAcknowledgements } from '../../torture/harness/acknowledgements.ts';
import { rewardOf } from '../../torture/harness/operations.ts';
import { SCRATCH_VARIABLE } from '../support/database.ts';

const directory = join(process.env[SCRATCH_VARIABLE] ?? '', `acknowledgements-${process.pid}`);
mkdirSync(directory, { recursive: true });

const payout = (key: string) => ({ kind: 'payout', key, userId: 'someone', cents: 1_000 }) as const;
const done = (id: string, isRepeat = false): Answer => ({ kind: 'done', id, cents: 1_000, isRepeat });

describe('the log of the clients', () => {
  const log = openAcknowledgements(directory);

  test('takes the same answer again, also as a repeat of an attempt whose outcome was unknown', () => {
    log.sent(payout('repeated'))({ kind: 'unknown', reason: 'ECONNRESET' });
    log.sent(payout('repeated'))(done('one', true));
    log.sent(payout('repeated'))(done('one', true));
    assert.deepEqual(log.contradictions(), []);
  });

  test('finds two answers that differ', () => {
    log.sent(payout('twice'))(done('one'));
    log.sent(payout('twice'))(done('two'));
    assert.match(log.contradictions().at(-1) ?? '', /twice got one .* and two/);
  });

  test('finds a repeat of what was only refused until then', () => {
    log.sent(payout('refused'))({ kind: 'refused', code: 'SERVICE_UNAVAILABLE', isFinal: false });
    log.sent(payout('refused'))(done('one', true));
    assert.match(log.contradictions().at(-1) ?? '', /refused took effect once and was answered as a repeat/);
  });

  test('is a file too', () => {
    const lines = readFileSync(join(directory, 'acknowledgements.jsonl'), 'utf8').trim().split('\n');
    assert.equal(lines.length, 14);
    log.close();
  });
});

test('the reward that clients expect is rounded half to even, once', () => {
  assert.deepEqual(
    [rewardOf(1_000, 5), rewardOf(150, 1), rewardOf(250, 1), rewardOf(251, 1), rewardOf(1_010, 5)],
    [50, 2, 2, 3, 50],
  );
});
