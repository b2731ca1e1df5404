import type { WrittenMail } from './folder.ts';
import { escapeHtml } from './templates/blocks.ts';

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #4b5563; --page: #f4f6f8; --card: #ffffff; --line: #dde3ea; --link: #0b5cad; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8edf3; --soft: #b3bdc9; --page: #12171e; --card: #1a212b; --line: #2c3644; --link: #7db8f5; }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 2rem 1rem; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; }
h2 { margin: 1.5rem 0 0.5rem; font-size: 1rem; }
a { color: var(--link); overflow-wrap: anywhere; }
p, dd { margin: 0 0 0.25rem; }
table { width: 100%; border-collapse: collapse; background: var(--card); border: 1px solid var(--line); }
th, td { padding: 0.5rem 0.75rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--soft); font-weight: 500; }
iframe { width: 100%; height: 36rem; background: #ffffff; border: 1px solid var(--line); }
pre { margin: 0; padding: 1rem; background: var(--card); border: 1px solid var(--line); white-space: pre-wrap; overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.time { white-space: nowrap; }
`;

export function listPage(mails: readonly WrittenMail[]): string {
  if (mails.length === 0) {
    return page(
      'Mail',
      `<h1>Mail</h1>\n<p class="soft">No mail was written yet. Ask for a password reset, for instance.</p>`,
    );
  }
  const rows = mails.map(
    ({ id, to, subject, template }) =>
      `<tr><td class="time">${queuedAt(id)}</td><td>${escapeHtml(to)}</td><td><a href="/dev/mail/${id}">${escapeHtml(subject)}</a></td><td>${escapeHtml(template)}</td></tr>`,
  );
  return page(
    'Mail',
    `<h1>Mail</h1>
<p class="soft">A development platform sends no mail. It writes each one to a file, and shows the newest here.</p>
<table>
<thead><tr><th scope="col">Queued</th><th scope="col">To</th><th scope="col">Subject</th><th scope="col">Template</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>`,
  );
}

export function mailPage({ id, to, subject, template, text, unsubscribe }: WrittenMail): string {
  const list =
    unsubscribe === undefined ? '' : `<p class="soft">List-Unsubscribe: ${withLinks(unsubscribe)}</p>\n`;
  return page(
    subject,
    `<p><a href="/dev/mail">All mail</a></p>
<h1>${escapeHtml(subject)}</h1>
<p class="soft">To ${escapeHtml(to)}, queued ${queuedAt(id)}, template ${escapeHtml(template)}</p>
${list}<h2>HTML</h2>
<iframe src="/dev/mail/${id}/html" title="The mail as HTML" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>
<h2>Text</h2>
<pre>${withLinks(text)}</pre>`,
  );
}

/** Links of the mail open in a new tab. */
export function htmlForFrame({ html }: WrittenMail): string {
  return html.replace('<head>', '<head>\n<base target="_blank">');
}

/** Makes the addresses of a text clickable. */
function withLinks(text: string): string {
  return text
    .split(/(https?:\/\/\S+)/)
    .map((part, index) => {
      const escaped = escapeHtml(part);
      return index % 2 === 0 ? escaped : `<a href="${escaped}">${escaped}</a>`;
    })
    .join('');
}

/** The id has the milliseconds of its making. */
function queuedAt(id: string): string {
  const milliseconds = Number.parseInt(id.replace('-', '').slice(0, 12), 16);
  const instant = Temporal.Instant.fromEpochMilliseconds(milliseconds);
  return instant.toString({ smallestUnit: 'second' }).replace('T', ' ').replace('Z', ' UTC');
}

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`;
}
