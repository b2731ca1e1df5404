import { signatureHeaders } from './signatures.ts';
import type { Authorization } from './transport.ts';

export type PartnerKey = {
  readonly apiKey: string;
  /** `whsec_…`. With it every request that changes something is signed. */
  readonly signingSecret?: string;
};

/** A partner is known by its key. Each attempt is signed again, because the platform takes a message once. */
export function authorizePartner({ apiKey, signingSecret }: PartnerKey): Authorization {
  return {
    async authorize({ method, headers, body }) {
      headers.set('authorization', `Bearer ${apiKey}`);
      if (signingSecret === undefined || method === 'GET' || method === 'HEAD') return;
      for (const [name, value] of Object.entries(await signatureHeaders(signingSecret, body)))
        headers.set(name, value);
    },
    renew: async () => false,
  };
}
