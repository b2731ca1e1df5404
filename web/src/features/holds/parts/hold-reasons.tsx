import { type HoldReason, holdReasonWords } from '#features/purchases/index.ts';
import * as messages from '#messages/purchases.ts';
import { Link } from '#ui/link.tsx';
import { useLocale, useMessages } from '#ui/locale.tsx';

/** What each rule found. A link leads to the other purchase that it names. */
export function HoldReasons({ reasons }: { readonly reasons: readonly HoldReason[] }) {
  const t = useMessages(messages);
  const { locale } = useLocale();
  return (
    <ul className="grid gap-1 first-letter:uppercase max-sm:text-left">
      {holdReasonWords(reasons, locale).map(({ text, purchaseId }) => (
        <li key={text}>
          <span className="inline-block first-letter:uppercase">{text}.</span>{' '}
          {purchaseId !== undefined && (
            <span className="relative z-1">
              <Link to="/purchases/$id" params={{ id: purchaseId }}>
                {t.otherPurchase}
              </Link>
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
