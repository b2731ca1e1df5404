import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { PROJECT_DIRECTORY } from '../../src/config.ts';
import { freePort } from '../../src/core/free-port.ts';
import { newSigningSecret, sign } from '../../src/core/secrets/signatures.ts';
import { until } from '../support/until.ts';

const page = readFileSync(join(PROJECT_DIRECTORY, 'docs/webhooks.md'), 'utf8');
const directory = mkdtempSync(join(tmpdir(), 'clicknback-webhooks-'));
after(() => rmSync(directory, { recursive: true }));

/**
 * How a function of docs/webhooks.md is called by a program that exits with 0 if a message is genuine. The body is in the
 * file `body`, and the other arguments are in the environment.
 */
const LANGUAGES = {
  Node: {
    block: 'js',
    file: 'verify.mjs',
    call: `
      import { readFileSync } from 'node:fs';
      const { ID, TIME, SIGNATURES, SECRET } = process.env;
      process.exit(verify(ID, TIME, SIGNATURES, readFileSync('body'), SECRET) ? 0 : 1);`,
    command: [process.execPath, 'verify.mjs'],
    needs: [process.execPath, '--version'],
  },
  Python: {
    block: 'python',
    file: 'verify.py',
    call: `
import os, sys
e = os.environ
body = open("body", "rb").read()
sys.exit(0 if verify(e["ID"], e["TIME"], e["SIGNATURES"], body, e["SECRET"]) else 1)`,
    command: ['python3', 'verify.py'],
    needs: ['python3', '--version'],
  },
  PHP: {
    block: 'php',
    file: 'verify.php',
    call: `
exit(verify(getenv('ID'), getenv('TIME'), getenv('SIGNATURES'), file_get_contents('body'), getenv('SECRET')) ? 0 : 1);`,
    command: ['php', 'verify.php'],
    needs: ['php', '--version'],
  },
  Go: {
    block: 'go',
    file: 'verify.go',
    call: '',
    command: ['./verify-go'],
    needs: ['go', 'version'],
  },
  Shell: {
    block: 'sh',
    file: 'verify.sh',
    call: 'verify "$ID" "$TIME" "$SIGNATURES" body "$SECRET"',
    command: ['sh', 'verify.sh'],
    needs: ['openssl', 'version'],
  },
} as const;

type Language = (typeof LANGUAGES)[keyof typeof LANGUAGES];

const GO_CALL = `package main

import "os"

func main() {
	body, _ := os.ReadFile("body")
	e := os.Getenv
	if !verify(e("ID"), e("TIME"), e("SIGNATURES"), body, e("SECRET")) {
		os.Exit(1)
	}
}
`;

const secret = newSigningSecret();
const body = Buffer.from('{"id":"1","type":"purchase.confirmed","data":{"name":"Bücher & Mehr"}}');

function message(fields: { at?: number; secrets?: readonly string[] } = {}) {
  const { at = Date.now() / 1000, secrets = [secret] } = fields;
  const id = '01936f2e-8c1b-7c3a-9d55-0b1f2a3c4d5e';
  const timestamp = String(Math.floor(at));
  return { ID: id, TIME: timestamp, SIGNATURES: sign({ id, timestamp, body }, secrets), SECRET: secret };
}

/** Messages, and whether each is genuine. */
const MESSAGES = {
  'a genuine one': [message(), body, true],
  'one with two signatures, the second one by the secret': [
    message({ secrets: [newSigningSecret(), secret] }),
    body,
    true,
  ],
  'one with a changed body': [message(), Buffer.from(`${body} `), false],
  'one by another secret': [message({ secrets: [newSigningSecret()] }), body, false],
  'one of six minutes ago': [message({ at: Date.now() / 1000 - 360 }), body, false],
  'one of in six minutes': [message({ at: Date.now() / 1000 + 360 }), body, false],
  'one without a signature': [{ ...message(), SIGNATURES: '' }, body, false],
} as const;

for (const [name, language] of Object.entries(LANGUAGES)) {
  const skip = isInstalled(language.needs) ? false : `${name} is not installed`;
  describe(`the function in ${name}`, { skip }, () => {
    const folder = join(directory, name);
    if (skip === false) prepare(folder, name, language);

    test('accepts genuine messages and refuses others', async () => {
      for (const [title, [environment, content, isGenuine]] of Object.entries(MESSAGES)) {
        writeFileSync(join(folder, 'body'), content);
        const [program = '', ...parameters] = language.command;
        const status = await promisify(execFile)(program, parameters, {
          cwd: folder,
          env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
        }).then(
          () => 0,
          (error: { code: number }) => error.code,
        );
        assert.equal(status, isGenuine ? 0 : 1, title);
      }
    });
  });
}

test('examples/webhook-receiver.ts takes genuine messages, each once, and refuses others', async (t) => {
  const port = await freePort('127.0.0.1');
  const receiver = spawn(process.execPath, [join(PROJECT_DIRECTORY, 'examples/webhook-receiver.ts')], {
    env: { PORT: String(port), WEBHOOK_SECRET: secret },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => receiver.kill('SIGKILL'));
  let printed = '';
  receiver.stdout.on('data', (text) => {
    printed += text;
  });
  const post = async (content: Buffer, { ID, TIME, SIGNATURES }: ReturnType<typeof message>) => {
    const headers = { 'webhook-id': ID, 'webhook-timestamp': TIME, 'webhook-signature': SIGNATURES };
    const answer = await fetch(`http://localhost:${port}/`, { method: 'POST', body: content, headers });
    return answer.status;
  };
  await until(() => post(body, { ...message(), SIGNATURES: '' }).catch(() => undefined));

  for (const [title, [sent, content, isGenuine]] of Object.entries(MESSAGES))
    assert.equal(await post(content, sent), isGenuine ? 204 : 401, title);

  await until(() => printed.includes('\n'));
  assert.equal(printed, 'purchase.confirmed {"name":"Bücher & Mehr"}\n');
});

function isInstalled([program, ...parameters]: readonly [string, ...string[]]): boolean {
  try {
    execFileSync(program, parameters, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Writes the function of the page and its call into a folder. */
function prepare(folder: string, name: string, { block, file, call }: Language) {
  const [, section = ''] = page.split(`\n### ${name}\n`);
  const [, code] = new RegExp(`\`\`\`${block}\\n([\\s\\S]*?)\`\`\``).exec(section) ?? [];
  assert.ok(code, `docs/webhooks.md has no function in ${name}`);
  mkdirSync(folder);
  writeFileSync(join(folder, file), `${code}${call}\n`);
  if (name !== 'Go') return;
  writeFileSync(join(folder, 'main.go'), GO_CALL);
  writeFileSync(join(folder, 'go.mod'), 'module verify\n\ngo 1.20\n');
  execFileSync('go', ['build', '-o', 'verify-go', '.'], { cwd: folder, stdio: 'ignore' });
}
