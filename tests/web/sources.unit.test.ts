/* Rules for the sources of the web apps that no linter of the project has. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseSync, Visitor } from 'oxc-parser';

const COMPONENTS = globSync('web/src/{app,console,features,ui,wallet}/**/*.tsx');
const FEATURES = globSync('web/src/{features,wallet,console}/**/*.{ts,tsx}');
const TEXT_ATTRIBUTES = ['aria-label', 'alt', 'description', 'hint', 'label', 'placeholder', 'title'];
/** Names of the product and of languages, which no language changes. */
const NAMES = ['ClickNBack', 'English', 'Deutsch'];

type Line = { readonly file: string; readonly text: string };

test('visible text stands in messages alone', () => {
  const found: Line[] = [];
  for (const file of COMPONENTS)
    visit(file, (report) => ({
      JSXText: ({ value }) => report(value),
      JSXAttribute: ({ name, value }) => {
        if (name.type === 'JSXIdentifier' && TEXT_ATTRIBUTES.includes(name.name) && value?.type === 'Literal')
          report(String(value.value));
      },
    })).forEach((text) => {
      if (/\p{L}{2}/u.test(text) && !NAMES.includes(text.trim())) found.push({ file, text: text.trim() });
    });
  assert.deepEqual(found, []);
});

test('no feature computes with numbers made of texts', () => {
  const found: Line[] = [];
  for (const file of FEATURES)
    visit(file, (report) => ({
      UnaryExpression: ({ operator, argument }) => {
        if (operator === '+' && argument.type !== 'Literal') report('unary plus');
      },
    })).forEach((text) => {
      found.push({ file, text });
    });
  assert.deepEqual(found, []);
});

test('a component has at most 150 lines', () => {
  const long = COMPONENTS.filter((file) => readFileSync(file, 'utf8').split('\n').length > 151);
  assert.deepEqual(long, []);
});

test('no page reads data in an effect', () => {
  const reading = FEATURES.filter((file) =>
    /useEffect\((?:(?!useEffect)[\s\S])*?\b(api|fetch)\b/.test(readFileSync(file, 'utf8')),
  );
  assert.deepEqual(reading, []);
});

/** The texts that a visitor of the file's syntax tree reports. */
function visit(
  file: string,
  visitor: (report: (text: string) => void) => ConstructorParameters<typeof Visitor>[0],
): string[] {
  const texts: string[] = [];
  const { program } = parseSync(file, readFileSync(file, 'utf8'));
  new Visitor(visitor((text) => texts.push(text))).visit(program);
  return texts;
}
