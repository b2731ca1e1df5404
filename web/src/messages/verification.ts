/** Withdrawals need a proven address. */
export const en = {
  verifyTitle: 'Confirm your email address',
  verifyText: (email: string) => `We pay out once ${email} is confirmed.`,
  verifySend: 'Send me the mail',
  verifySent: (email: string) => `We sent a mail to ${email}. Open the link in it.`,
};

export const de: typeof en = {
  verifyTitle: 'Bestätigen Sie Ihre E-Mail-Adresse',
  verifyText: (email) => `Wir zahlen aus, sobald ${email} bestätigt ist.`,
  verifySend: 'Mail schicken',
  verifySent: (email) => `Wir haben eine Mail an ${email} geschickt. Öffnen Sie den Link darin.`,
};
