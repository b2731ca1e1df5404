import { rewardSentences } from '#features/rewards/index.ts';
import * as messages from '#messages/rewards.ts';
import { Card } from '#ui/card.tsx';
import { useFormat, useLocale, useMessages } from '#ui/locale.tsx';
import { Sentence } from '#ui/sentence.tsx';
import type { Timeline } from '../model.ts';

const TONES = { quiet: 'text-muted', fault: 'rounded-control bg-red-fill px-3 py-2 text-red' };

/** Why the reward is what it is, in sentences. */
export function WhyCard({ timeline: { purchase, reward } }: { readonly timeline: Timeline }) {
  const t = useMessages(messages);
  const format = useFormat();
  const { locale } = useLocale();
  const present = reward.status === 'reversed' ? '0' : reward.amount;
  return (
    <Card title={t.why(format.money(present, purchase.currency))}>
      <div className="grid max-w-prose gap-1.5">
        {rewardSentences({ purchase, reward }, locale, 'staff').map(({ text, tone }) => (
          <p key={text} className={tone && TONES[tone]}>
            <Sentence>{text}</Sentence>
          </p>
        ))}
      </div>
    </Card>
  );
}
