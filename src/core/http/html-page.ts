import { createHash } from 'node:crypto';

/** A page that the platform serves: a card with a heading, light or dark as the browser asks. */
export type HtmlPage = {
  readonly lang: string;
  readonly title: string;
  /** HTML below the heading. */
  readonly content: string;
  /** JavaScript that runs when the page is shown. */
  readonly script?: string;
};

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --page: #f4f6f8; --card: #ffffff; --line: #dde3ea; --edge: #7b8796; --link: #0b5cad; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8edf3; --soft: #9aa7b6; --page: #12171e; --card: #1a212b; --line: #2c3644; --edge: #7d8998; --link: #7db8f5; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--page); color: var(--ink); font: 1rem/1.6 system-ui, sans-serif; }
main { width: calc(100% - 2rem); max-width: 32rem; margin: 1rem; padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: 1rem; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.3; }
p { margin: 0; }
p + form { margin-top: 1rem; }
label { display: block; font-weight: 600; }
label small { display: block; color: var(--soft); font-weight: 400; }
input { width: 100%; margin: 0.25rem 0 1rem; padding: 0.625rem 0.75rem; border: 1px solid var(--edge); border-radius: 0.5rem; background: var(--card); color: var(--ink); font: inherit; }
button { padding: 0.75rem 1.25rem; border: 0; border-radius: 0.5rem; background: #0b5cad; color: #ffffff; font: inherit; font-weight: 600; cursor: pointer; }
button:disabled { opacity: 0.6; cursor: default; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
form + [role='status']:not(:empty) { margin-top: 1rem; }
`;

const STYLE_SOURCE = sourceOf(STYLE);

/** The page as HTML. */
export function writeHtmlPage({ lang, title, content, script }: HtmlPage): string {
  return `<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${content}
</main>
${script === undefined ? '' : `<script>${script}</script>\n`}</body>
</html>
`;
}

/** The Content-Security-Policy of pages with this script: their own style, script, forms and requests, and nothing else. */
export function policyOfPages(script?: string): string {
  return [
    "default-src 'none'",
    `style-src ${STYLE_SOURCE}`,
    ...(script === undefined ? [] : [`script-src ${sourceOf(script)}`, "connect-src 'self'"]),
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function sourceOf(inline: string): string {
  return `'sha256-${createHash('sha256').update(inline).digest('base64')}'`;
}
