import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { PROJECT_DIRECTORY } from '../../src/config.ts';

const definitions = new Map(
  sourcesIn('src').flatMap(({ text }) =>
    [...text.matchAll(/= defineError\b[^=]*?\(\s*'([a-z_]+)',\s*'([A-Z][A-Z0-9_]+)'/g)].map(
      ([, kind, code]) => [code ?? '', kind ?? ''] as const,
    ),
  ),
);
const tests = sourcesIn('tests').filter(
  ({ file }) => file.endsWith('.test.ts') && !file.endsWith('error-codes.test.ts'),
);

describe('the error codes', () => {
  test('are all found: every call of defineError is one that this test can read', () => {
    const calls = sourcesIn('src').flatMap(({ text }) => [...text.matchAll(/= defineError\b/g)]).length;
    // VALIDATION_ERROR has two definitions: malformed, and against a rule.
    assert.equal(definitions.size, calls - 1);
    assert.ok(definitions.size > 20);
  });

  for (const code of definitions.keys()) {
    test(`${code} is asserted by a test`, () => {
      const quoted = new RegExp(`['"\`/ (|^]${code}\\b`);
      assert.ok(
        tests.some(({ text }) => withoutTitles(text).match(quoted)),
        `no test of tests/** names '${code}' outside of its title`,
      );
    });
  }

  test('that tests expect are codes that exist', () => {
    const expected = tests.flatMap(({ file, text }) =>
      [...text.matchAll(/error\??\.code, '([A-Z_]+)'/g)].map(([, code = '']) => ({ file, code })),
    );
    assert.ok(expected.length > 30);
    assert.deepEqual(
      expected.filter(({ code }) => !definitions.has(code)),
      [],
    );
  });
});

/** A title alone proves nothing. */
function withoutTitles(text: string): string {
  return text.replaceAll(/\b(?:test|describe)\(\s*(?:'[^'\n]*'|"[^"\n]*"|`[^`]*`)/g, '');
}

function sourcesIn(directory: string): { file: string; text: string }[] {
  return globSync(`${directory}/**/*.ts`, { cwd: PROJECT_DIRECTORY }).map((file) => ({
    file,
    text: readFileSync(join(PROJECT_DIRECTORY, file), 'utf8'),
  }));
}
