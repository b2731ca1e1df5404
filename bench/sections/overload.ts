import { buying, inWords, peakOf, type Section, send } from './section.ts';

/** Ten times the callers with which the curve becomes flat. */
const CALLERS = 2_560;
/** Files that a process needs beside its connections. */
const OTHER_FILES = 256;
const SECONDS = 10;
const LONG_SECONDS = 60;

/**
 * The callers of the peak; then ten times as many as it takes, which retry as soon as they are refused; then, when these
 * have disconnected, a quarter of the peak's rate. The peak is measured again on the same process right before,
 * because the speed of a shared machine changes within minutes.
 */
export const overload: Section = {
  name: 'overload',
  needs: 'single',
  run: async (bench) => {
    const { measure, programme, long } = bench;
    const connections = Math.min(CALLERS, mostFiles() - OTHER_FILES);
    const peak = peakOf(bench);
    const perSecond = peak.perSecond / 4;
    const api = await bench.startApi();
    const seconds = long ? LONG_SECONDS : SECONDS;
    const purchases = () => ({ kind: 'purchases', ...buying(programme) }) as const;
    const sending = (connections: number) => () => send([api], purchases(), { connections, seconds });
    // The process of the peak had seen the whole curve before, so its code was compiled.
    await send([api], purchases(), { connections: peak.connections, seconds: 4 * bench.seconds });
    await measure({
      name: 'full',
      load: inWords(peak.connections),
      apis: [api],
      run: sending(peak.connections),
    });
    await measure(
      { name: 'overload', load: inWords(connections), apis: [api], run: sending(connections) },
      {
        name: 'recovery',
        load: `${Math.round(perSecond)} a second`,
        apis: [api],
        run: () => send([api], purchases(), { perSecond, seconds: SECONDS }),
      },
    );
    await api.stop();
  },
};

/** The limit of open files, including connections, of a process. */
function mostFiles(): number {
  const { userLimits } = process.report.getReport() as {
    userLimits?: { open_files?: { hard: number | 'unlimited' } };
  };
  const most = userLimits?.open_files?.hard;
  return typeof most === 'number' ? most : Number.POSITIVE_INFINITY;
}
