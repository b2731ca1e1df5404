import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PROJECT_DIRECTORY } from '../../../src/config.ts';

/** The minor version whose insides the driver of transactions was compared with. */
const COMPARED = '8.23';

test('pg is of the minor version that the driver was compared with', () => {
  const manifest = readFileSync(join(PROJECT_DIRECTORY, 'node_modules/pg/package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  assert.equal(
    version.split('.').slice(0, 2).join('.'),
    COMPARED,
    `pg is ${version}: recheck "What it uses of pg" in src/core/database/README.md, then enter the version here`,
  );
});
