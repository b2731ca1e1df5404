import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { AREAS } from '../../torture/areas/index.ts';
import { FAULTS } from '../../torture/faults/index.ts';

const PROJECT = join(import.meta.dirname, '../..');
const PATCHES = join(PROJECT, 'torture/faults');

describe('the planted faults', () => {
  for (const { name, patch } of FAULTS) {
    test(`${name}: its patch applies to the current source`, () => {
      execFileSync('git', ['apply', '--check', join(PATCHES, patch)], { cwd: PROJECT, stdio: 'pipe' });
    });
  }

  test('have patches, and areas that must catch them', () => {
    const patches = readdirSync(PATCHES).filter((file) => file.endsWith('.patch'));
    assert.deepEqual(FAULTS.map(({ patch }) => patch).toSorted(), patches.toSorted());
    const areas = new Set(AREAS.map(({ name }) => name));
    for (const { area } of FAULTS) assert.ok(areas.has(area), area);
  });
});
