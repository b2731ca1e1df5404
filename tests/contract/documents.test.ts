import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { PROJECT_DIRECTORY } from '../../src/config.ts';

const MOST_WORDS_IN_DECISION = 330;
const DECISION_HEADINGS = ['Context', 'Decision', 'Enforced by', 'Rejected'];

const read = (path: string) => readFileSync(join(PROJECT_DIRECTORY, path), 'utf8');
const exists = (path: string) => existsSync(join(PROJECT_DIRECTORY, path));

const documents = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: PROJECT_DIRECTORY,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && exists(path));
const decisions = documents.filter((path) => /^docs\/adr\/\d{4}-/.test(path)).sort();

describe('documents', () => {
  for (const document of documents) {
    test(`${document} links to existing files and headings`, () => {
      assert.deepEqual(
        linksIn(read(document)).flatMap((link) => brokenLink(document, link)),
        [],
      );
    });
  }

  // The changelog names files of earlier releases.
  for (const document of documents.filter((path) => path !== 'CHANGELOG.md')) {
    test(`${document} names existing paths`, () => {
      assert.deepEqual(
        pathsIn(read(document)).filter((path) => !exists(path)),
        [],
      );
    });
  }
});

describe('decisions', () => {
  test('the index lists every decision with its title', () => {
    const listed = [...read('docs/adr/README.md').matchAll(/^\| \[(\d{4})\]\((.+?)\) \| (.+?) \|$/gm)];
    assert.deepEqual(
      listed.map(([, number, file, title]) => [`docs/adr/${file}`, `# ${number}: ${title}`]),
      decisions.map((path) => [path, read(path).split('\n')[0]]),
    );
  });

  for (const decision of decisions) {
    test(`${decision} is half a page and names the check that enforces it`, () => {
      const text = read(decision);
      assert.ok(text.split(/\s+/).length <= MOST_WORDS_IN_DECISION, 'too long');
      assert.deepEqual(
        [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading),
        DECISION_HEADINGS,
      );
      const [, enforcement = ''] = text.split('## Enforced by');
      assert.ok(codeIn(enforcement).some(exists), 'names no existing file');
    });
  }
});

function linksIn(text: string): string[] {
  return [...withoutBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link));
}

function brokenLink(document: string, link: string): string[] {
  const [path = '', heading] = link.split('#');
  const target = path === '' ? document : join(dirname(document), path);
  if (!exists(target)) return [link];
  if (heading === undefined || headingsOf(read(target)).includes(heading)) return [];
  return [link];
}

/** As GitHub names them. */
function headingsOf(text: string): string[] {
  return [...withoutBlocks(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Without globs and placeholders, and without results that a run writes. */
function pathsIn(text: string): string[] {
  return codeIn(text)
    .filter((code) =>
      /^(?:src|tests|docs|bench|torture|scripts|demo|migrations|deploy|examples)\/[\w./-]*$/.test(code),
    )
    .filter((path) => !/NNNN|^(?:bench|torture)\/results\//.test(path));
}

function codeIn(text: string): string[] {
  return [...withoutBlocks(text).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}

function withoutBlocks(text: string): string {
  return text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '');
}
