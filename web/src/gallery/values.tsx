import { Amount } from '#ui/amount.tsx';
import { Badge, type Tone } from '#ui/badge.tsx';
import { Card } from '#ui/card.tsx';
import { CopyText } from '#ui/copy-text.tsx';
import { Facts } from '#ui/facts.tsx';
import { History } from '#ui/history.tsx';
import type { IconName } from '#ui/icon.tsx';
import { Time } from '#ui/time.tsx';

const BADGES: readonly (readonly [Tone, IconName, string])[] = [
  ['amber', 'clock', 'Pending'],
  ['violet', 'pause', 'Held'],
  ['green', 'check', 'Confirmed'],
  ['grey', 'return', 'Reversed'],
  ['blue', 'arrow', 'Processing'],
  ['red', 'mark', 'Failed'],
  ['grey', 'cross', 'Cancelled'],
];

export function Values() {
  return (
    <Card title="Values">
      <div className="grid gap-6 sm:grid-cols-2">
        <div className="flex flex-wrap content-start gap-2">
          {BADGES.map(([tone, icon, text]) => (
            <Badge key={text} tone={tone} icon={icon}>
              {text}
            </Badge>
          ))}
        </div>
        <div className="grid justify-items-end gap-1">
          <Amount value="152.77" currency="EUR" strong />
          <Amount value="-15.00" currency="EUR" signed />
          <Amount value="2.37" currency="EUR" signed />
          <Amount value="1.66" currency="EUR" struck />
          <Amount value="123456789012.345" currency="KWD" />
          <Amount value="1200" currency="JPY" />
        </div>
        <Facts
          facts={[
            { label: 'Order', value: <CopyText value="demo-order-3" /> },
            { label: 'Bought', value: <Time at="2026-11-26T09:14:03Z" /> },
            { label: 'Id', value: <CopyText value="01a21c59-1a1e-79b6-915a-caf965a3ab8e" /> },
          ]}
        />
        <History
          steps={[
            { id: '1', text: 'Reported by Northwind Network', time: <Time at="2026-11-26T09:14:03Z" /> },
            { id: '2', text: 'Held: over 50 orders that day', time: <Time at="2026-11-26T09:14:04Z" /> },
            { id: '3', text: 'Confirms on 26 Dec 2026', isNext: true },
          ]}
        />
      </div>
    </Card>
  );
}
