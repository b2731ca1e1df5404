import type { Letter, Locale } from '../model.ts';

/** A part of a mail. Text and HTML are made from the same parts. */
export type Block =
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'button'; readonly label: string; readonly link: string }
  /** Rows of a label and a value, such as an amount. */
  | { readonly kind: 'facts'; readonly rows: readonly (readonly [label: string, value: string])[] };

/** What a template says, in one language. */
export type Draft = { readonly subject: string; readonly blocks: readonly Block[] };

export function paragraph(text: string): Block {
  return { kind: 'paragraph', text };
}

export function button(label: string, link: string): Block {
  return { kind: 'button', label, link };
}

export function facts(rows: readonly (readonly [label: string, value: string])[]): Block {
  return { kind: 'facts', rows };
}

/** The frame of every mail: the sender's name above, and why the mail was sent below. */
export type Frame = {
  readonly locale: Locale;
  readonly product: string;
  /** Before each subject, such as `[Test]`. */
  readonly subjectPrefix: string;
  readonly footer: string;
  /** A link that ends mails of this kind. */
  readonly unsubscribe?: string;
};

export function compose({ subject, blocks }: Draft, frame: Frame): Omit<Letter, 'to'> {
  const title = oneLine(subject);
  return {
    subject: oneLine(`${frame.subjectPrefix} ${title}`),
    text: asText(blocks, frame),
    html: asHtml(title, blocks, frame),
  };
}

/** A header has one line: a line break in a name must not begin another header. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

function asText(blocks: readonly Block[], { locale, product, footer, unsubscribe }: Frame): string {
  const last = unsubscribe === undefined ? '' : `\n${UNSUBSCRIBE[locale]}:\n${unsubscribe}`;
  const parts = [...blocks.map(blockAsText), `-- \n${oneLine(product)}\n${oneLine(footer)}${last}`];
  return `${parts.join('\n\n')}\n`;
}

function blockAsText(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return oneLine(block.text);
    case 'button':
      return `${block.label}:\n${block.link}`;
    case 'facts':
      return block.rows.map(([label, value]) => `${oneLine(label)}: ${oneLine(value)}`).join('\n');
  }
}

/** Mail programs drop much of a style sheet, so the page is readable without it. The dark colours are a bonus. */
const STYLE = `
:root { color-scheme: light dark; }
body { margin: 0; padding: 24px 16px; background: #f4f6f8; color: #1c2430; font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; }
main, footer, header { max-width: 560px; margin: 0 auto; }
main { padding: 24px; background: #ffffff; border: 1px solid #dde3ea; border-radius: 12px; }
header { padding: 0 24px 12px; font-weight: 700; }
footer { padding: 12px 24px; color: #4b5563; font-size: 14px; }
h1 { margin: 0 0 16px; font-size: 22px; line-height: 1.3; }
p { margin: 0 0 16px; }
table { width: 100%; margin: 0 0 16px; border-collapse: collapse; }
th, td { padding: 8px 0; border-bottom: 1px solid #dde3ea; text-align: left; font-weight: 400; vertical-align: top; }
td { padding-left: 16px; text-align: right; font-weight: 600; }
a { color: #0b5cad; overflow-wrap: anywhere; }
.soft { color: #4b5563; font-size: 14px; }
@media (prefers-color-scheme: dark) {
  body { background: #12171e; color: #e8edf3; }
  main { background: #1a212b; border-color: #2c3644; }
  th, td { border-color: #2c3644; }
  footer, .soft { color: #b3bdc9; }
  a { color: #7db8f5; }
}
`;

const BUTTON =
  'display: inline-block; padding: 12px 20px; border-radius: 8px; background: #0b5cad; color: #ffffff; font-weight: 600; text-decoration: none;';

const UNSUBSCRIBE: Readonly<Record<Locale, string>> = {
  en: 'Stop these mails',
  de: 'Diese E-Mails abbestellen',
};

function asHtml(title: string, blocks: readonly Block[], frame: Frame): string {
  const { locale, product, footer, unsubscribe } = frame;
  const last =
    unsubscribe === undefined ? '' : `<br><a href="${escapeHtml(unsubscribe)}">${UNSUBSCRIBE[locale]}</a>`;
  return `<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>${escapeHtml(product)}</header>
<main>
<h1>${escapeHtml(title)}</h1>
${blocks.map((block) => blockAsHtml(block, locale)).join('\n')}
</main>
<footer>${escapeHtml(footer)}${last}</footer>
</body>
</html>
`;
}

const COPY_LINK: Readonly<Record<Locale, string>> = {
  en: 'If the button does not work, copy this address into your browser:',
  de: 'Falls die Schaltfläche nicht funktioniert, kopieren Sie diese Adresse in Ihren Browser:',
};

function blockAsHtml(block: Block, locale: Locale): string {
  switch (block.kind) {
    case 'paragraph':
      return `<p>${escapeHtml(block.text)}</p>`;
    case 'button': {
      const link = escapeHtml(block.link);
      return `<p><a href="${link}" style="${BUTTON}">${escapeHtml(block.label)}</a></p>
<p class="soft">${COPY_LINK[locale]}<br><a href="${link}">${link}</a></p>`;
    }
    case 'facts':
      return `<table>
${block.rows.map(([label, value]) => `<tr><th scope="row">${escapeHtml(label)}</th><td>${escapeHtml(value)}</td></tr>`).join('\n')}
</table>`;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}
