import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { announcement, hasPassed, table } from '../../torture/report.ts';

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
