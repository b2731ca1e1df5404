import * as common from '#messages/common.ts';
import * as messages from '#messages/shoppers.ts';
import { Card } from '#ui/card.tsx';
import { CopyText } from '#ui/copy-text.tsx';
import { Facts } from '#ui/facts.tsx';
import { useMessages } from '#ui/locale.tsx';
import { Time } from '#ui/time.tsx';
import type { Shopper } from '../model.ts';

export function ShopperFacts({ shopper }: { readonly shopper: Shopper }) {
  const t = useMessages(messages);
  const shared = useMessages(common);
  const names = t.factNames;
  return (
    <Card title={t.facts}>
      <Facts
        facts={[
          { label: names.name, value: shopper.display_name ?? shared.notEntered },
          {
            label: names.reference,
            value:
              shopper.external_reference === null ? (
                shared.notEntered
              ) : (
                <CopyText value={shopper.external_reference} />
              ),
          },
          { label: names.language, value: t.languages[shopper.locale] },
          { label: names.password, value: shopper.has_password ? t.hasPassword : t.noPassword },
          { label: names.since, value: <Time at={shopper.created_at} /> },
          { label: names.id, value: <CopyText value={shopper.id} /> },
        ]}
      />
    </Card>
  );
}
