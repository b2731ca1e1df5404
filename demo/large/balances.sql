-- What the months left in the wallets.
update wallets
set pending = seeded.pending * :unit, available = seeded.available * :unit, paid = seeded.paid * :unit,
  last_sequence = seeded.sequence
from seed_wallets as seeded
where seeded.wallet_id = wallets.id and seeded.sequence > 0;
