/* Plays a feed of purchases against the running platform, over HTTP like a program of an operator. */
import { readArguments, USAGE } from './arguments.ts';
import { DemoError } from './demo-error.ts';
import { readFeed } from './feed.ts';
import { generateFeed } from './generated-feed.ts';
import { platformClient } from './platform-client.ts';
import { playFeed } from './play.ts';
import { progressBars, silentReport } from './progress.ts';
import { presentPlay, presentPlayAsJson } from './report.ts';

try {
  await main();
} catch (error) {
  console.error(error instanceof DemoError ? error.message : error);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { feedPath, json, help, ...address } = readArguments(process.argv.slice(2), process.env);
  if (help) return console.log(USAGE);

  const feed = feedPath === undefined ? generateFeed() : await readFeed(feedPath);
  const isForPeople = !json && process.stdout.isTTY && process.stderr.isTTY;
  const report = isForPeople ? progressBars : silentReport;
  const play = await playFeed({ feed, client: platformClient(address), report });
  console.log(json ? presentPlayAsJson(play) : presentPlay(play));
}
