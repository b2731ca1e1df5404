import cliProgress from 'cli-progress';

/** Receives the progress of each stage. */
export type Report = { readonly begin: (stage: string, total: number) => Progress };

export type Progress = { readonly advance: (count: number) => void; readonly end: () => void };

export const silentReport: Report = {
  begin: () => ({ advance: () => undefined, end: () => undefined }),
};

const LABEL_WIDTH = 24;

/** Shows a progress bar for each stage on a terminal. */
export const progressBars: Report = {
  begin(stage, total) {
    const started = performance.now();
    const bar = new cliProgress.SingleBar({
      format: `{stage} {bar} {percentage}%  {value}/{total}  {rate}/s`,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      barsize: 30,
      hideCursor: false,
    });
    let done = 0;
    const facts = () => ({
      stage: stage.padEnd(LABEL_WIDTH),
      rate: perSecond(done, (performance.now() - started) / 1_000),
    });
    bar.start(total, 0, facts());
    return {
      advance(count) {
        done += count;
        bar.update(done, facts());
      },
      end: () => bar.stop(),
    };
  },
};

/** Whole items per second. The shortest duration that counts is one millisecond. */
export function perSecond(count: number, seconds: number): number {
  return Math.round(count / Math.max(seconds, 0.001));
}
