import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { PROJECT_DIRECTORY } from '../../src/config.ts';

const read = (path: string) => readFileSync(join(PROJECT_DIRECTORY, path), 'utf8');
const makefile = read('Makefile').replaceAll('\\\n', '');
const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
/** A script `check:types` is a part of the command `check`, and has no target. */
const isPart = (script: string) => script.includes(':');
const commands = scripts.filter((script) => !isPart(script)).sort();

describe('the commands', () => {
  test('have the same names in the Makefile and in package.json', () => {
    const [, targets = ''] = /^COMMANDS = (.+)$/m.exec(makefile) ?? [];
    assert.deepEqual(targets.trim().split(/\s+/).sort(), commands);
    assert.match(makefile, /^\t@npm run --silent \$@ /m, 'a target runs the script of its name');
  });

  test('are all listed by `make help`', () => {
    const listed = [...makefile.matchAll(/^([a-z-]+): ## \S/gm)].map(([, name]) => name);
    assert.deepEqual(listed.sort(), ['help', ...commands].sort());
  });

  test('own the parts that are named after them', () => {
    const parts = scripts.filter(isPart);
    assert.ok(parts.length > 0);
    for (const part of parts) assert.ok(commands.includes(part.split(':')[0] ?? ''), part);
  });

  test('are the ones that documents name', () => {
    const pages = globSync(['README.md', 'CONTRIBUTING.md', 'docs/**/*.md'], { cwd: PROJECT_DIRECTORY });
    assert.ok(pages.length > 20);
    for (const page of pages) {
      for (const [, name = ''] of read(page).matchAll(/npm run ([\w:-]+)/g))
        assert.ok(scripts.includes(name), `${page}: npm run ${name}`);
      for (const [, inText, inBlock] of read(page).matchAll(
        /(?:`make ([a-z-]+)|^make ([a-z-]+)(?= *(?:#|[A-Z]|$)))/gm,
      ))
        assert.ok(
          ['help', ...commands].includes(inText ?? inBlock ?? ''),
          `${page}: make ${inText ?? inBlock}`,
        );
    }
  });
});
