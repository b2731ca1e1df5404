/* Refuses words that slow a reader down (scripts/prose-rules.ts): `npm run check:prose`. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseSync } from 'oxc-parser';
import { PROSE_RULES, type ProseRule } from './prose-rules.ts';

/** Comments and strings are checked here, and titles in tests. The rules themselves name what they refuse. */
const CODE = /^(?:src|demo|bench|torture|scripts|packages)\/.*\.ts$/;
const TESTS = /^tests\/.*\.ts$/;
const DOCUMENTS = /^(?:(?:docs|src|packages)\/.*|README|CONTRIBUTING)\.md$/;
const UNCHECKED = /\.generated\.ts$|^scripts\/prose-rules\.ts$/;

const TITLED = new Set(['describe', 'it', 'test']);
/** In lower case; sentences begin with a capital letter. */
const SQL = /^\s*(?:select|insert|update|delete|with|alter|create|drop|begin|set|lock|case)\b/;

type Prose = { readonly text: string; readonly start: number };

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const found = paths().flatMap((path) => faultsIn(path, readFileSync(path, 'utf8'), PROSE_RULES));
  for (const fault of found) console.error(fault);
  if (found.length > 0) process.exitCode = 1;
}

function paths(): string[] {
  const options = { encoding: 'utf8', maxBuffer: 1 << 26 } as const;
  return execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], options)
    .split('\0')
    .filter((path) => existsSync(path));
}

/** One line per fault; nothing for a file that is out of scope. A space in a pattern matches a line break too. */
export function faultsIn(path: string, source: string, rules: readonly ProseRule[]): string[] {
  return proseIn(path, source).flatMap(({ text, start }) =>
    rules
      .filter(({ pending = [] }) => !pending.some((prefix) => path.startsWith(prefix)))
      .flatMap(({ pattern, instead }) =>
        [...text.matchAll(new RegExp(pattern.source.replaceAll(' ', '\\s+'), `${pattern.flags}g`))].map(
          ({ 0: word, index }) => {
            const line = source.slice(0, start + index).split('\n').length;
            return `${path}:${line}: "${word.trim().replaceAll(/\s+/g, ' ')}". Instead: ${instead}.`;
          },
        ),
      ),
  );
}

function proseIn(path: string, source: string): Prose[] {
  if (UNCHECKED.test(path)) return [];
  if (DOCUMENTS.test(path)) return [{ text: withoutCode(source), start: 0 }];
  if (TESTS.test(path)) return stringsIn(path, source, true);
  if (CODE.test(path)) return [...commentsIn(path, source), ...stringsIn(path, source, false)];
  return [];
}

/** Code becomes blank, so that positions stay. Links keep their text. */
function withoutCode(markdown: string): string {
  return markdown
    .replaceAll(/^ *```[\s\S]*?^ *```$|`[^`\n]+`|\]\([^)\s]+\)/gm, (code) => code.replaceAll(/[^\n]/g, ' '))
    .replaceAll('\n', ' ');
}

/** Names in backticks are not prose; neither is the margin of a comment. */
function commentsIn(path: string, source: string): Prose[] {
  return parseSync(path, source).comments.map(({ value, start }) => ({
    text: value
      .replaceAll(/`[^`\n]+`/g, (code) => ' '.repeat(code.length))
      .replaceAll(/\n\s*\*/g, (margin) => ' '.repeat(margin.length)),
    start: start + 2,
  }));
}

function stringsIn(path: string, source: string, titlesOnly: boolean): Prose[] {
  const found: Prose[] = [];
  visit(parseSync(path, source).program, false);
  return found;

  function visit(node: unknown, isTitle: boolean): void {
    if (Array.isArray(node)) for (const child of node) visit(child, isTitle);
    if (!isNode(node) || node.type === 'TaggedTemplateExpression') return;
    if (node.type === 'CallExpression') {
      const [first, ...others] = node.arguments ?? [];
      const { callee } = node;
      const isTitled = isNode(callee) && typeof callee.name === 'string' && TITLED.has(callee.name);
      visit([callee, ...others], false);
      visit(first, isTitled);
      return;
    }
    const text = textOf(node);
    const isWanted = (isTitle || !titlesOnly) && text.includes(' ') && !SQL.test(text);
    if (isWanted) found.push({ text: text.replaceAll('\n', ' '), start: node.start });
    for (const child of Object.values(node)) visit(child, isTitle);
  }
}

type Node = {
  readonly type: string;
  readonly start: number;
  readonly value?: unknown;
  readonly name?: unknown;
  readonly callee?: unknown;
  readonly arguments?: readonly unknown[];
};

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function textOf({ type, value }: Node): string {
  if (type === 'Literal' && typeof value === 'string') return value;
  if (type === 'TemplateElement' && isRaw(value)) return value.raw;
  return '';
}

function isRaw(value: unknown): value is { readonly raw: string } {
  return typeof value === 'object' && value !== null && 'raw' in value && typeof value.raw === 'string';
}
