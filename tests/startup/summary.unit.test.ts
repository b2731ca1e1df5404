import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { summary } from '../../src/startup/summary.ts';

const facts = {
  url: 'http://localhost:8000',
  apps: { consoleUrl: 'http://localhost:8000' },
  dataLocation: '.data',
  demoData: true,
  apiDocs: true,
  showsMail: true,
};
const rowsOf = (given: Parameters<typeof summary>[0]) =>
  stripVTControlCharacters(summary(given))
    .split('\n')
    .flatMap((line) => {
      const [, label, value] = /^ {2}(\w+) {2,}(\S.*)$/.exec(line) ?? [];
      return label === undefined ? [] : [`${label}: ${value}`];
    });

describe('the summary of a start', () => {
  test('begins with the addresses of both apps', () => {
    assert.deepEqual(rowsOf(facts).slice(0, 3), [
      'Wallet: http://localhost:8000',
      'Console: http://localhost:8000/console',
      'API: http://localhost:8000/api/v1',
    ]);
  });

  test('names the host to which the console is confined', () => {
    const rows = rowsOf({ ...facts, apps: { consoleUrl: 'https://console.example.com' } });
    assert.equal(rows[1], 'Console: https://console.example.com/console');
  });

  test('names no app where only the API is served', () => {
    assert.equal(rowsOf({ ...facts, apps: undefined })[0], 'API: http://localhost:8000/api/v1');
  });

  test('shows the demo accounts only with demo data', () => {
    assert.ok(rowsOf(facts).includes('Password: Str0ng!Pass'));
    assert.ok(!rowsOf({ ...facts, demoData: false }).some((row) => /^(?:Shoppers|Staff|Password)/.test(row)));
  });
});
