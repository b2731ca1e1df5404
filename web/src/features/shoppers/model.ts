import type { Answer } from '#app/client.ts';

export type Shopper = Answer<'/users/{id}', 'get'>;
export type Wallet = Shopper['wallets'][number];
