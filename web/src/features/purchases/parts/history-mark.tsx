import { Icon } from '#ui/icon.tsx';
import { dotOf } from './history-parts.ts';

export type HistoryMarkProps = {
  readonly kind: string;
  /** Nothing follows it. */
  readonly isLast: boolean;
};

/** The mark of an event, on the line that connects all of them. */
export function HistoryMark({ kind, isLast }: HistoryMarkProps) {
  const { icon, colour } = dotOf(kind);
  return (
    <span aria-hidden="true" className="absolute inset-y-0 left-0 w-5">
      {!isLast && <span className="absolute top-3 -bottom-3 left-2.25 w-px bg-line" />}
      <span className={`absolute top-2.5 left-0 grid size-5 place-items-center rounded-full ${colour}`}>
        <Icon name={icon} size={10} />
      </span>
    </span>
  );
}
