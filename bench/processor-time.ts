import { readFileSync } from 'node:fs';

/* proc_pid_stat(5): user and system time are fields 14 and 15, those of children that were waited for 16 and 17. */
const OWN_TICKS = [14, 15] as const;
const TICKS_OF_ENDED_CHILDREN = [16, 17] as const;
const TICKS_PER_SECOND = 100;

/** Processor time of a process and all its children since its start. 0 on systems other than Linux. */
export function processorTime_ms(pid: number): number {
  const children = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean);
  const living = children.reduce((sum, child) => sum + readTicks(child, OWN_TICKS), 0);
  const ticks = readTicks(pid, OWN_TICKS) + readTicks(pid, TICKS_OF_ENDED_CHILDREN) + living;
  return (ticks * 1000) / TICKS_PER_SECOND;
}

function readTicks(pid: number | string, fields: readonly [number, number]): number {
  const stat = read(`/proc/${pid}/stat`);
  // The second field is a name in parentheses, which may hold anything.
  const values = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.reduce((sum, field) => sum + Number(values[field - 3] ?? 0), 0);
}

/** 0 for a process that has ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
