import { formatUtc } from '#lib/dates.ts';
import { useFormat } from './locale.tsx';

/** An instant in local time. The hover has it in UTC. */
export function Time({
  at,
  as = 'dateTime',
}: {
  readonly at: string;
  readonly as?: 'dateTime' | 'date' | 'time' | 'age';
}) {
  const format = useFormat();
  return (
    <time dateTime={at} title={formatUtc(at)} className="whitespace-nowrap">
      {format[as](at)}
    </time>
  );
}
