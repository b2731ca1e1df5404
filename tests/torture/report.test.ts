import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { announcement, failures, hasPassed, table } from '../../torture/report.ts';

const area = { title: 'an upgrade' };

test('an area that could not run says that it shows nothing, and why', () => {
  const report = {
    area: 'upgrade',
    seconds: 1,
    figures: [],
    violations: [],
    skipped: 'the history lacks the commit',
  };

  assert.equal(
    stripVTControlCharacters(announcement(area, report)),
    '- an upgrade: skipped, shows nothing: the history lacks the commit',
  );
  assert.match(table([report]), /^upgrade +skipped +- +the history lacks the commit$/m);
  assert.doesNotMatch(table([report]), /broken invariants/);
});

test('an area that ran shows its broken invariants', () => {
  const report = { area: 'upgrade', seconds: 1, figures: [], violations: ['a purchase is lost'] };

  assert.equal(hasPassed(report), false);
  assert.match(table([report]), /^upgrade +broken invariants +1 +0 +BROKEN$/m);
});

test('the failures are missed goals and broken invariants, with the name of their area', () => {
  const figures = [
    { name: 'kills', value: 3, goal: { atLeast: 1 } },
    { name: 'slowest exit', value: 6000, unit: 'ms', goal: { atMost: 5000 } },
  ];
  const failed = { area: 'shutdown', seconds: 1, figures, violations: ['a purchase is lost'] };
  const passed = { area: 'crash', seconds: 1, figures: figures.slice(0, 1), violations: [] };

  assert.deepEqual(failures([failed, passed]), [
    'shutdown: slowest exit is 6,000 ms, not ≤ 5000',
    'shutdown: a purchase is lost',
  ]);
});
