/* Every `check:…` script of package.json, two at a time. Prints what a check said only when it failed. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { styleText } from 'node:util';
import pLimit from 'p-limit';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
const checks = Object.keys(scripts).filter((name) => name.startsWith('check:'));

const limit = pLimit(2);
const results = await Promise.all(checks.map((name) => limit(() => check(name))));
process.exitCode = results.every(Boolean) ? 0 : 1;

async function check(name: string): Promise<boolean> {
  const started = performance.now();
  const { succeeded, output } = await run(name);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const mark = succeeded ? styleText('green', '✔') : styleText('red', '✖');
  console.log(`${mark} ${name} ${styleText('dim', `${seconds} s`)}`);
  if (!succeeded) console.log(`  ${scripts[name]}\n${output}`);
  return succeeded;
}

function run(script: string): Promise<{ succeeded: boolean; output: string }> {
  return new Promise((resolve) => {
    const child = spawn('npm', ['run', '--silent', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('close', (code) => resolve({ succeeded: code === 0, output: Buffer.concat(chunks).toString() }));
  });
}
