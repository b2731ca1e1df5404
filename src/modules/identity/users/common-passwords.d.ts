/** The package has no types of its own. */
declare module 'fxa-common-password-list' {
  const commonPasswords: {
    /** True when the password is one of the commonest, compared in lower case. */
    test(password: string): boolean;
  };
  export default commonPasswords;
}
