import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { PROJECT_DIRECTORY } from '../../src/config.ts';

const read = (path: string) => readFileSync(join(PROJECT_DIRECTORY, path), 'utf8');
const { paths } = JSON.parse(read('openapi.json')) as {
  paths: Record<string, Record<string, { responses: object }>>;
};

describe('docs/routes.md', () => {
  const routes = [
    ...read('docs/routes.md').matchAll(/^\| ([A-Z]+) \| `(\S+)` \| (.+) \| \[.+\]\(\.\.\/(.+)\) \|$/gm),
  ];

  test('names a file that registers the path, for each operation of openapi.json', () => {
    const described = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const listed = routes.map(([, method, path]) => `${method} ${path}`);
    assert.ok(described.length > 50);
    assert.deepEqual(
      described.filter((operation) => !listed.includes(operation)),
      [],
    );
    for (const [, , path = '', , file = ''] of routes) {
      const own = path.replace('/api/v1', '').replaceAll(/\{(\w+)\}/g, ':$1');
      assert.ok(existsSync(join(PROJECT_DIRECTORY, file)), file);
      assert.ok(read(file).includes(`'${own}'`), `${file} registers ${own}`);
    }
  });

  test('says who may use each route', () => {
    for (const [row, , , who = ''] of routes)
      assert.match(
        who,
        /^(public|(user|admin( \(`[\w:-]+`\))?|partner( \(`\w+:\w+`\))?)(, (admin( \(`[\w:-]+`\))?|partner \(.+\)))*)$/,
        row,
      );
  });
});

describe('docs/errors.md', () => {
  test('has every code that openapi.json names', () => {
    const page = read('docs/errors.md');
    const codes = new Set(JSON.stringify(paths).match(/(?<="code":")[A-Z_]+(?=")/g));
    assert.ok(codes.size > 20);
    for (const code of codes) assert.ok(page.includes(`\n| \`${code}\` |`), code);
  });
});
