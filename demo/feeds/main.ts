/* Plays a feed of purchases against the running platform, over HTTP like a program of an operator. */
import { readArguments, USAGE } from './arguments.ts';
import { readFeed } from './feed.ts';
import { generateFeed } from './generated-feed.ts';
import { type Address, explain, platformClient } from './platform-client.ts';
import { playFeed } from './play.ts';
import { progressBars, silentReport } from './progress.ts';
import { presentPlay, presentPlayAsJson } from './report.ts';

let address: Pick<Address, 'url' | 'email'> = { url: '', email: '' };
try {
  await main();
} catch (error) {
  console.error(explain(error, address) ?? error);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { feedPath, json, help, ...login } = readArguments(process.argv.slice(2), process.env);
  address = login;
  if (help) return console.log(USAGE);

  const feed = feedPath === undefined ? generateFeed() : await readFeed(feedPath);
  const isForPeople = !json && process.stdout.isTTY && process.stderr.isTTY;
  const report = isForPeople ? progressBars : silentReport;
  const play = await playFeed({ feed, client: platformClient(login), report });
  console.log(json ? presentPlayAsJson(play) : presentPlay(play));
}
