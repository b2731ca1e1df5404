import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Letter } from './model.ts';
import type { Transport } from './transport.ts';

/** A mail as it was written to the folder. */
export type WrittenMail = Letter & { readonly id: string; readonly template: string };

export type MailFolder = ReturnType<typeof mailFolder>;

/** The newest mails that are listed. */
const LISTED = 200;

/** Writes mails to files instead of sending them, for development. A mail that is written again replaces itself. */
export function mailFolder(directory: string) {
  const pathOf = (id: string) => join(directory, `${id}.json`);

  const transport: Transport = {
    async deliver({ id, template, letter }) {
      // Others have no business with links that log somebody in.
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const text = `${JSON.stringify({ id, template, ...letter } satisfies WrittenMail, null, 2)}\n`;
      await writeFile(`${pathOf(id)}.part`, text, { mode: 0o600 });
      await rename(`${pathOf(id)}.part`, pathOf(id));
    },
    close: () => undefined,
  };

  /** The newest mails, newest first. Their ids are in the order in which they were queued. */
  async function list(): Promise<readonly WrittenMail[]> {
    const files = await readdir(directory).catch(nothingIfMissing(() => []));
    const ids = files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length));
    const newest = ids.sort().reverse().slice(0, LISTED);
    const mails = await Promise.all(newest.map(find));
    return mails.filter((mail) => mail !== undefined);
  }

  /** `id` must be a UUID: it becomes a part of a path. */
  async function find(id: string): Promise<WrittenMail | undefined> {
    const text = await readFile(pathOf(id), 'utf8').catch(nothingIfMissing(() => undefined));
    return text === undefined ? undefined : (JSON.parse(text) as WrittenMail);
  }

  return { transport, list, find };
}

function nothingIfMissing<Nothing>(nothing: () => Nothing): (error: NodeJS.ErrnoException) => Nothing {
  return (error) => {
    if (error.code === 'ENOENT') return nothing();
    throw error;
  };
}
