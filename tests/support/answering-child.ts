import { answerParent } from '../../bench/child.ts';

/** Tells who it is, unless told to die. */
answerParent(async ({ dies }: { dies: boolean }) => {
  if (dies) process.exit(3);
  return { pid: process.pid };
});
