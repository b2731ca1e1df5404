import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { faultsIn } from '../../scripts/check-prose.ts';
import { PROSE_RULES } from '../../scripts/prose-rules.ts';

const RULES = [{ pattern: /\banew\b/i, instead: 'again', pending: ['src/modules/'] }];
const FAULT = '"anew". Instead: again.';

describe('the prose check', () => {
  test('reads comments and strings of code, and names the line and the substitute', () => {
    const source = [
      '/** Once more.',
      ' * Anew. */',
      "const a = 'read anew'; // anew",
      `const b = \`read anew \${a}\`;`,
    ].join('\n');
    assert.deepEqual(faultsIn('src/a.ts', source, RULES), [
      'src/a.ts:2: "Anew". Instead: again.',
      `src/a.ts:3: ${FAULT}`,
      `src/a.ts:3: ${FAULT}`,
      `src/a.ts:4: ${FAULT}`,
    ]);
  });

  test('finds a phrase across a line break', () => {
    const rules = [{ pattern: /\bon end\b/, instead: 'for' }];
    const fault = 'src/a.ts:1: "on end". Instead: for.';
    assert.deepEqual(faultsIn('src/a.ts', '/* two on\n * end */\n', rules), [fault]);
  });

  test('ignores names, keys and SQL', () => {
    const source =
      "const anew = 'anew';\nsql`select anew from rows`;\nf('select anew from rows'); // `anew`\n";
    assert.deepEqual(faultsIn('src/a.ts', source, RULES), []);
  });

  test('reads titles of tests, and nothing else of them', () => {
    const source =
      "test('starts anew', () => f('starts anew'));\ndescribe(`begins anew`, () => {}); // anew\n";
    assert.deepEqual(faultsIn('tests/a.test.ts', source, RULES), [
      `tests/a.test.ts:1: ${FAULT}`,
      `tests/a.test.ts:2: ${FAULT}`,
    ]);
  });

  test('reads documents without their code and addresses', () => {
    const source = '# A page\n\nStart [anew](anew.md), `anew`.\n\n```bash\nanew\n```\n';
    assert.deepEqual(faultsIn('docs/a.md', source, RULES), [`docs/a.md:3: ${FAULT}`]);
  });

  test('skips pending paths and generated files', () => {
    for (const path of ['src/modules/a.ts', 'src/a.generated.ts', 'migrations/a.sql'])
      assert.deepEqual(faultsIn(path, '// anew\n', RULES), [], path);
  });

  for (const [text, isRefused] of [
    ['Looks it up anew.', true],
    ['They look up the key.', false],
    ['Something else happens, or everyone else waits.', false],
    ['Close it, or else it leaks.', true],
    ['Wait. What comes first is done.', true],
    ['Wait. What comes first?', false],
    ['The queue tells nobody.', true],
    ['A repeat gets the first outcome, be that a refusal.', true],
    ['Modes and mounts have a say.', true],
    ['A load that was cut off leaves nothing.', true],
    ['They have the same size.', false],
  ] as const)
    test(`${isRefused ? 'refuses' : 'allows'} "${text}"`, () => {
      assert.equal(faultsIn('docs/a.md', text, PROSE_RULES).length > 0, isRefused);
    });
});
