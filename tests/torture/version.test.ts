import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { takeVersion } from '../../torture/harness/version.ts';
import { SCRATCH_VARIABLE } from '../support/database.ts';

test('a commit that the history lacks is missing, with the reason', async () => {
  const directory = join(process.env[SCRATCH_VARIABLE] ?? '', `version-${process.pid}`);

  const taken = await takeVersion('f'.repeat(40), directory);

  assert.match('missing' in taken ? taken.missing : '', /^the history lacks commit fffffff, see git fetch/);
});
