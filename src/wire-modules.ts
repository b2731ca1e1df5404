import type { Config } from './config.ts';
import type { Authenticate } from './core/caller.ts';
import type { Routes } from './core/http/route.ts';
import type { Loop } from './core/loops.ts';
import { guardedPost } from './core/outbound/guarded-post.ts';
import type { Kernel } from './kernel.ts';
import { labelFinder } from './labels.ts';
import { merchantsModule } from './modules/catalogue/merchants/index.ts';
import { offersModule } from './modules/catalogue/offers/index.ts';
import { cashbackModule } from './modules/earning/cashback/index.ts';
import { fraudModule } from './modules/earning/fraud/index.ts';
import { AUTO_CONFIRM_FLAG, purchasesModule } from './modules/earning/purchases/index.ts';
import { authModule } from './modules/identity/auth/index.ts';
import { isApiKey, partnersModule } from './modules/identity/partners/index.ts';
import { usersModule } from './modules/identity/users/index.ts';
import { balancesModule } from './modules/insight/balances/index.ts';
import { ownPurchasesModule } from './modules/insight/own-purchases/index.ts';
import { partnerAccountModule } from './modules/insight/partner-account/index.ts';
import { personalDataModule } from './modules/insight/personal-data/index.ts';
import { proofModule } from './modules/insight/proof/index.ts';
import { purchaseTimelineModule } from './modules/insight/purchase-timeline/index.ts';
import { refusalsModule } from './modules/insight/refusals/index.ts';
import { reportsModule } from './modules/insight/reports/index.ts';
import { searchModule } from './modules/insight/search/index.ts';
import { userDetailModule } from './modules/insight/user-detail/index.ts';
import { walletHistoryModule } from './modules/insight/wallet-history/index.ts';
import { payoutsModule } from './modules/money/payouts/index.ts';
import { walletsModule } from './modules/money/wallets/index.ts';
import { mailBooksDiffer, notificationsModule } from './modules/outbound/notifications/index.ts';
import { webhooksModule } from './modules/outbound/webhooks/index.ts';
import { appInfoModule } from './modules/platform/app-info/index.ts';
import type { FeedClient } from './modules/platform/events/index.ts';
import { featureFlagsModule } from './modules/platform/feature-flags/index.ts';
import { idempotencyModule } from './modules/platform/idempotency/index.ts';
import { mailModule } from './modules/platform/mail/index.ts';

import { demoLogins } from './startup/demo-accounts.ts';

export type Modules = ReturnType<typeof wireModules>;

/** Creates every module, in the order of their dependencies. */
export function wireModules(config: Config, kernel: Kernel & { readonly feed: FeedClient }) {
  const { supportedCurrencies, encryptionKeys } = config;
  const [defaultCurrency] = supportedCurrencies;

  const idempotency = idempotencyModule(kernel, { encryptionKeys });
  const mail = mailModule(kernel, { ...config.mail, encryptionKeys });
  const featureFlags = featureFlagsModule(kernel, { knownFlags: [AUTO_CONFIRM_FLAG] });
  const wallets = walletsModule(kernel, {
    idempotency: idempotency.client,
    supportedCurrencies,
    fourEyesAbove: config.fourEyesAbove,
    requireActiveSender: (trx, sender) => users.client.requireActiveSender(trx, sender),
  });
  const users = usersModule(kernel, {
    onCreated: (trx, created) =>
      wallets.client.queueOpenWallets(
        trx,
        created.map(({ id }) => ({ userId: id, currency: defaultCurrency })),
      ),
    onRegistered: (trx, user, address) => auth.client.welcome(trx, user, address),
    endAccess: (trx, userIds) => auth.client.endAccess(trx, userIds),
    bcryptCost: config.bcryptCost,
    registrationsPerMinute: config.registrationsPerMinute,
  });
  const auth = authModule(kernel, {
    users: users.client,
    tokens: config.tokens,
    encryptionKeys,
    isFactorRequiredOfAdmins: config.adminMfa === 'required',
    loginFailures: config.loginFailures,
    mail: mail.client,
    publicUrl: config.publicUrl,
    consoleUrl: config.consoleUrl,
  });
  const merchants = merchantsModule(kernel, {
    findActiveOffers: (db, merchantIds) => offers.client.findActiveOffers(db, merchantIds),
  });
  const partners = partnersModule(kernel, {
    encryptionKeys,
    findMerchants: merchants.client.findMerchants,
    findRefusedShares: (partnerIds) => reports.client.refusedShares(partnerIds),
  });
  const offers = offersModule(kernel, {
    merchants: merchants.client,
    supportedCurrencies,
    maxCashbackPercentage: config.maxCashbackPercentage,
    defaultConfirmationDays: config.defaultConfirmationDays,
    findCapUses: (...query) => cashback.client.findCapUses(...query),
  });
  const cashback = cashbackModule(kernel);
  const refusals = refusalsModule(kernel);
  const fraud = fraudModule(kernel, {
    users: users.client,
    merchants: merchants.client,
    cashback: cashback.client,
    limits: config.velocity,
    supportedCurrencies,
    defaultCeilings: config.ceilings,
  });
  const purchases = purchasesModule(kernel, {
    users: users.client,
    partners: partners.client,
    merchants: merchants.client,
    offers: offers.client,
    fraud: fraud.client,
    cashback: cashback.client,
    wallets: wallets.client,
    flags: featureFlags.client,
    feed: kernel.feed,
    defaultConfirmationDays: config.defaultConfirmationDays,
    selfReports: config.selfReports,
    maxEventAgeDays: config.maxEventAgeDays,
    supportedCurrencies,
    maxPurchasesPerBatch: config.maxPurchasesPerBatch,
    maxQueuedPurchases: config.maxQueuedPurchases,
    perMinutePerUser: config.purchasesPerMinutePerUser,
    perMinutePerPartner: config.purchasesPerMinutePerPartner,
    noteRefusal: refusals.client.note,
  });
  const payouts = payoutsModule(kernel, {
    idempotency: idempotency.client,
    wallets: wallets.client,
    users: users.client,
    findBlockers: purchases.client.findBlockers,
    encryptionKeys,
    supportedCurrencies,
    limits: config.payoutLimits,
    fourEyesAbove: config.fourEyesAbove,
    needsEmailProof: config.needsEmailProof,
    bankDetailsRetentionDays: config.bankDetailsRetentionDays,
    maxQueuedPayouts: config.maxQueuedPayouts,
  });
  const isProduction = config.mode === 'production';
  const allowedNetworks = config.webhookAllowedNetworks;
  const guards = {
    operator: guardedPost({ allowsHttp: !isProduction, allowedNetworks }),
    partners: guardedPost({
      allowsHttp: !isProduction,
      allowedNetworks: isProduction ? [] : allowedNetworks,
    }),
  };
  const webhooks = webhooksModule(kernel, {
    encryptionKeys,
    feed: kernel.feed,
    guardOf: ({ partnerId }) => (partnerId === null ? guards.operator : guards.partners),
  });
  const balances = balancesModule(kernel, defaultCurrency);
  const reports = reportsModule(kernel, {
    supportedCurrencies,
    payoutMinimum: config.payoutLimits.minimum,
    defaultConfirmationDays: config.defaultConfirmationDays,
    autoConfirmFlag: AUTO_CONFIRM_FLAG,
  });
  const userDetail = userDetailModule({ users: users.client, balances: balances.client });
  const partnerAccount = partnerAccountModule(kernel, {
    partners: partners.client,
    purchases: purchases.client,
    purchasesPerMinute: config.purchasesPerMinutePerPartner,
    refusedShares: reports.client.refusedShares,
  });
  const notifications = notificationsModule(kernel, {
    feed: kernel.feed,
    mail: mail.client,
    encryptionKeys,
    publicUrl: config.publicUrl,
  });
  const personalData = personalDataModule(kernel, {
    auth: auth.client,
    users: users.client,
    wallets: wallets.client,
    forfeit: wallets.forfeit,
    payouts: payouts.client,
    forgetResponses: idempotency.forgetResponses,
    mail: {
      ...mail.client,
      queueDiscard: (trx, userIds) => {
        mail.client.queueDiscard(trx, userIds);
        notifications.client.queueForget(trx, userIds);
      },
    },
  });
  const walletHistory = walletHistoryModule(kernel, defaultCurrency);

  const proof = proofModule(kernel, {
    onWrong: async (faults) => {
      if (mail.client.isConfigured) await mailBooksDiffer({ ...kernel, mail: mail.client }, faults);
    },
  });

  const authenticate: Authenticate = (token, requestId) =>
    (isApiKey(token) ? partners : auth).client.authenticate(token, requestId);
  const appInfo = appInfoModule({
    name: config.programmeName,
    version: config.version,
    supportEmail: config.supportEmail,
    sendsMail: config.mail.isConfigured,
    currencies: supportedCurrencies,
    demoLogins: config.demoData ? demoLogins() : [],
  });
  const routes: readonly Routes[] = [
    appInfo,
    auth,
    users,
    userDetail,
    partners,
    partnerAccount,
    merchants,
    offers,
    purchases,
    payouts,
    fraud,
    wallets,
    balances,
    walletHistory,
    personalData,
    refusals,
    reports,
    searchModule(kernel),
    ownPurchasesModule(kernel, {
      purchases: purchases.client,
      merchants: merchants.client,
      flags: featureFlags.client,
      defaultConfirmationDays: config.defaultConfirmationDays,
      defaultCurrency,
    }),
    purchaseTimelineModule(kernel, {
      cashback: cashback.client,
      flags: featureFlags.client,
      defaultConfirmationDays: config.defaultConfirmationDays,
    }),
    featureFlags,
    notifications,
    webhooks,
  ].map((module) => module.routes);
  const jobs = [
    ...auth.jobs,
    ...idempotency.jobs,
    ...mail.jobs,
    ...notifications.jobs,
    ...partners.jobs,
    ...payouts.jobs,
    ...personalData.jobs,
    ...purchases.jobs,
    ...refusals.jobs,
    ...wallets.jobs,
    ...webhooks.jobs,
    ...proof.jobs,
  ];
  const loops: readonly Loop[] = [
    ...mail.loops,
    ...auth.loops,
    ...notifications.loops,
    ...webhooks.loops,
    ...reports.loops,
  ];
  return {
    authenticate,
    routes,
    jobs,
    loops,
    /** What the feed of events shows. */
    eventSources: [
      auth,
      users,
      partners,
      merchants,
      offers,
      purchases,
      fraud,
      payouts,
      wallets,
      webhooks,
      personalData,
    ].map((module) => module.eventSource),
    findLabels: labelFinder({
      users: users.client,
      partners: partners.client,
      merchants: merchants.client,
      purchases: purchases.client,
    }),
    partners,
    refusals,
    reports,
    mail,
    notifications,
    webhooks,
    /** Used by commands, demo data and tests. */
    open: { auth, users, partners, featureFlags, merchants, offers, purchases, wallets, payouts },
  };
}
