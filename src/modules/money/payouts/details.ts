import { type EncryptionKey, encryption } from '../../../core/secrets/encryption.ts';
import { fingerprints } from '../../../core/secrets/fingerprint.ts';
import type { BankDetails } from './model.ts';

export type DetailsCipher = ReturnType<typeof detailsCipher>;

/** Encrypts bank details. The ciphertext is bound to its payout and cannot be decrypted for another one. */
export function detailsCipher(keys: readonly EncryptionKey[]) {
  const { currentKeyId, encrypt, decrypt } = encryption(keys);
  const { fingerprint } = fingerprints(keys);

  return {
    currentKeyId,
    encrypt: (payoutId: string, { iban, accountHolder }: BankDetails): string =>
      encrypt(JSON.stringify({ iban, account_holder: accountHolder }), contextOf(payoutId)),
    decrypt(payoutId: string, encrypted: string): BankDetails {
      const { iban, account_holder } = JSON.parse(decrypt(encrypted, contextOf(payoutId)));
      return { iban, accountHolder: account_holder };
    },
    /** Equal for equal accounts, as long as the first key is the same. The IBAN cannot be guessed from it. */
    fingerprintOf: ({ iban }: Pick<BankDetails, 'iban'>): string => fingerprint(`bank account ${iban}`),
  };
}

function contextOf(payoutId: string): string {
  return `payout ${payoutId}`;
}
