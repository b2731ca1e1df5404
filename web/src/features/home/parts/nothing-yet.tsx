import * as messages from '#messages/home.ts';
import { Card } from '#ui/card.tsx';
import { Empty } from '#ui/empty.tsx';
import { ButtonLink } from '#ui/link.tsx';
import { useMessages } from '#ui/locale.tsx';

/** A shopper who never bought anything. */
export function NothingYet() {
  const t = useMessages(messages);
  return (
    <Card>
      <Empty
        action={
          <ButtonLink kind="primary" to="/offers">
            {t.toOffers}
          </ButtonLink>
        }
      >
        {t.nothingYet}
      </Empty>
    </Card>
  );
}
