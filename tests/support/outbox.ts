import { encryption } from '../../src/core/secrets/encryption.ts';
import type { Letter } from '../../src/modules/platform/mail/model.ts';
import { encryptionContext } from '../../src/modules/platform/mail/policies.ts';
import { runSql } from './database.ts';
import type { startTestPlatform } from './platform.ts';

/** The mails to an address that wait to be sent, oldest first. */
export async function mailsTo(
  { database, config }: Pick<Awaited<ReturnType<typeof startTestPlatform>>, 'database' | 'config'>,
  email: string,
): Promise<(Letter & { readonly template: string })[]> {
  const { decrypt } = encryption(config.encryptionKeys);
  const rows = await runSql(
    database.url,
    'select id, template, content from mails where content is not null order by queued_at, id',
  );
  return rows
    .map(({ id, template, content }) => ({
      template: String(template),
      ...(JSON.parse(decrypt(String(content), encryptionContext(String(id)))) as Letter),
    }))
    .filter(({ to }) => to === email);
}

/** The token in the link of a mail. */
export function tokenIn({ text }: Letter): string {
  const [, token] = /#token=([\w-]+)/.exec(text) ?? [];
  if (token === undefined) throw new Error(`no link in: ${text}`);
  return token;
}
