import { withoutSign } from '#lib/money.ts';
import { classes } from './classes.ts';
import { useFormat } from './locale.tsx';

export type AmountProps = {
  /** The decimal of the API, such as `"-2.37"`. */
  readonly value: string;
  readonly currency: string;
  /** `+` before credits. */
  readonly signed?: boolean;
  /** Crossed out: it was taken back. */
  readonly struck?: boolean;
  readonly strong?: boolean;
};

/** The one way to show money. */
export function Amount({ value, currency, signed, struck = false, strong = false }: AmountProps) {
  const format = useFormat();
  const text = format.money(struck ? withoutSign(value) : value, currency, { signed });
  const style = classes('amount', strong && 'font-strong');
  return struck ? (
    <s className={classes(style, 'text-muted')}>{text}</s>
  ) : (
    <span className={style}>{text}</span>
  );
}
