import { createHash } from 'node:crypto';
import type { Routes } from './core/http/route.ts';

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --page: #f4f6f8; --card: #ffffff; --line: #dde3ea; --link: #0b5cad; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8edf3; --soft: #9aa7b6; --page: #12171e; --card: #1a212b; --line: #2c3644; --link: #7db8f5; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--page); color: var(--ink); font: 1rem/1.6 system-ui, sans-serif; }
main { width: 100%; max-width: 36rem; padding: 2.5rem; background: var(--card); border: 1px solid var(--line); border-radius: 1rem; }
h1 { margin: 0; font-size: 1.75rem; letter-spacing: -0.02em; }
p { margin: 0.75rem 0 1.75rem; color: var(--soft); }
ul { margin: 0; padding: 0; list-style: none; }
li { border-top: 1px solid var(--line); }
a { display: block; padding: 0.8rem 0; color: var(--link); font-weight: 600; text-decoration: none; }
a:hover { text-decoration: underline; }
a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 4px; }
small { display: block; color: var(--soft); font-size: 0.875rem; font-weight: 400; }
`;

const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="15" fill="#0b5cad"/><path d="M21 11a7 7 0 1 0 0 10" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg>',
)}`;

/** Allows only the style and the icon of the page. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const LINKS = {
  docs: { path: '/docs', title: 'API reference', about: 'Every operation and error, with examples to send' },
  openapi: { path: '/openapi.json', title: 'OpenAPI 3.1', about: 'The same description for code generators' },
  health: { path: '/health/ready', title: 'Health', about: 'Whether the platform is ready for requests' },
};

/** Describes the platform at `/` with links: as a page for browsers, as JSON for programs. */
export function homePage(options: { readonly apiDocs: boolean }): Routes {
  const links = options.apiDocs ? LINKS : { health: LINKS.health };
  const page = pageWith(Object.values(links));
  const summary = {
    name: 'ClickNBack',
    api: '/api/v1',
    ...Object.fromEntries(Object.entries(links).map(([name, { path }]) => [name, path])),
  };

  return (server) => {
    server.get(
      '/',
      {
        schema: { hide: true },
        config: { access: 'public' },
        // Runs after the hook that sets the headers of every response.
        onSend: async (_request, reply) => {
          if (/^text\/html/.test(String(reply.getHeader('content-type'))))
            reply.header('content-security-policy', POLICY);
        },
      },
      async ({ headers }, reply) => {
        reply.headers({ vary: 'accept', 'cache-control': 'public, max-age=300' });
        return acceptsHtml(headers.accept) ? reply.type('text/html; charset=utf-8').send(page) : summary;
      },
    );
  };
}

/** Browsers accept `text/html` explicitly. Programs send no Accept header or accept any type. */
function acceptsHtml(accept: string | undefined): boolean {
  return /\btext\/html\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(accept ?? '');
}

function pageWith(links: readonly { path: string; title: string; about: string }[]): string {
  const items = links.map(
    ({ path, title, about }) => `<li><a href="${path}">${title}<small>${about}</small></a></li>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>ClickNBack</title>
<link rel="icon" href="${ICON}">
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>ClickNBack</h1>
<p>The API of a cashback platform. Users earn cashback on purchases at partner merchants, and a journal proves every cent.</p>
<ul>
${items.join('\n')}
</ul>
</main>
</body>
</html>
`;
}
