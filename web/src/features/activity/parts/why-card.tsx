import { rewardSentences } from '#features/rewards/index.ts';
import * as messages from '#messages/activity.ts';
import { Card } from '#ui/card.tsx';
import { useFormat, useLocale, useMessages } from '#ui/locale.tsx';
import { Sentence } from '#ui/sentence.tsx';
import type { OwnPurchaseDetail } from '../queries.ts';

/** How the cashback was computed, a sentence a line. */
export function WhyCard({ detail: { purchase, reward } }: { readonly detail: OwnPurchaseDetail }) {
  const t = useMessages(messages);
  const format = useFormat();
  const { locale } = useLocale();
  return (
    <Card title={t.why(format.money(reward.amount, purchase.currency))}>
      <div className="grid gap-1.5">
        {rewardSentences({ purchase, reward }, locale, 'shopper').map(({ text, tone }) => (
          <p key={text} className={tone === 'quiet' ? 'text-muted' : undefined}>
            <Sentence>{text}</Sentence>
          </p>
        ))}
      </div>
    </Card>
  );
}
