import type { ApiNames } from './core/http/openapi-document.ts';

/*
 * The names that generated clients use: operations are their methods, bodies their types. Nouns and verbs of the domain.
 */

const BASE = '/api/v1';

const IDS = {
  'POST /auth/login': 'logIn',
  'POST /auth/refresh': 'refreshTokens',
  'POST /auth/logout': 'logOut',
  'POST /auth/password-reset': 'resetPassword',
  'POST /auth/password-reset-requests': 'requestPasswordReset',
  'POST /auth/email-verification': 'proveEmail',
  'POST /users/{id}/password-reset': 'issuePasswordReset',
  'PATCH /users/me/password': 'changePassword',

  'GET /auth/mfa': 'getSecondFactor',
  'POST /auth/mfa': 'enrolSecondFactor',
  'POST /auth/mfa/confirmation': 'confirmSecondFactor',
  'POST /auth/mfa/verification': 'verifySecondFactor',
  'POST /auth/mfa/step-up': 'stepUp',
  'POST /auth/mfa/recovery-codes': 'replaceRecoveryCodes',
  'DELETE /auth/mfa': 'removeSecondFactor',

  'POST /users': 'registerUser',
  'GET /users/me': 'getOwnUser',
  'PATCH /users/me': 'changeOwnUser',
  'POST /users/me/email': 'changeEmail',
  'POST /users/me/email-verification': 'requestEmailVerification',
  'GET /users/me/sessions': 'listOwnSessions',
  'DELETE /users/me/sessions': 'endOwnSessions',
  'DELETE /users/me/sessions/{id}': 'endOwnSession',
  'GET /users/{id}/sessions': 'listSessions',
  'GET /users': 'listUsers',
  'GET /users/{id}': 'getUser',
  'PATCH /users/{id}': 'updateUser',
  'PATCH /users/{id}/status': 'setUserStatus',
  'PUT /users/{id}/staff-roles': 'setStaffRoles',
  'POST /users/import': 'importUsers',

  'POST /merchants': 'createMerchant',
  'GET /merchants': 'listMerchants',
  'GET /merchants/{id}': 'getMerchant',
  'PATCH /merchants/{id}': 'updateMerchant',
  'PATCH /merchants/{id}/status': 'setMerchantStatus',

  'POST /offers': 'createOffer',
  'GET /offers': 'listOffers',
  'GET /offers/active': 'listActiveOffers',
  'GET /offers/{id}': 'getOffer',
  'PATCH /offers/{id}': 'extendOffer',
  'PATCH /offers/{id}/status': 'setOfferStatus',

  'POST /partners': 'createPartner',
  'GET /partners': 'listPartners',
  'GET /partners/me': 'getOwnPartner',
  'GET /partners/{id}': 'getPartner',
  'PATCH /partners/{id}': 'updatePartner',
  'PUT /partners/{id}/merchants': 'setPartnerMerchants',
  'PATCH /partners/{id}/status': 'setPartnerStatus',
  'POST /partners/{id}/signing-secret': 'rotateSigningSecret',
  'POST /partners/{id}/keys': 'issuePartnerKey',
  'GET /partners/{id}/keys': 'listPartnerKeys',
  'DELETE /partners/{id}/keys/{key_id}': 'revokePartnerKey',

  'POST /purchases': 'reportPurchase',
  'POST /purchases/batch': 'reportPurchases',
  'POST /purchases/settlements': 'settlePurchases',
  'GET /purchases': 'listPurchases',
  'GET /users/me/purchases': 'listOwnPurchases',
  'GET /purchases/{id}': 'getPurchase',
  'POST /purchases/{id}/confirmation': 'confirmPurchase',
  'POST /purchases/{id}/release': 'releasePurchase',
  'POST /purchases/{id}/amendments': 'amendPurchase',
  'POST /purchases/{id}/match': 'matchPurchases',
  'POST /purchases/{id}/reverse': 'reversePurchase',
  'PATCH /purchases/{id}/reverse': 'patchReversePurchase',
  'GET /purchase-holds': 'listPurchaseHolds',
  'PUT /ceilings': 'setCeiling',
  'GET /ceilings': 'listCeilings',

  'GET /users/me/wallet': 'getOwnWallet',
  'GET /users/me/wallet/transactions': 'listOwnWalletTransactions',
  'GET /users/{id}/wallet': 'getWallet',
  'GET /users/{id}/wallet/transactions': 'listWalletTransactions',
  'POST /users/{id}/wallet/adjustments': 'adjustWallet',
  'GET /adjustments': 'listAdjustments',
  'GET /adjustments/{id}': 'getAdjustment',
  'POST /adjustments/{id}/approval': 'approveAdjustment',
  'POST /adjustments/{id}/rejection': 'rejectAdjustment',

  'POST /users/me/payouts': 'requestPayout',
  'GET /users/me/payouts': 'listOwnPayouts',
  'POST /users/me/payouts/{id}/cancel': 'cancelPayout',
  'GET /payouts': 'listPayouts',
  'GET /payouts/{id}': 'getPayout',
  'GET /payouts/{id}/bank-details': 'getBankDetails',
  'PATCH /payouts/{id}/process': 'processPayout',

  'PUT /feature-flags/{key}': 'setFeatureFlag',
  'GET /feature-flags/{key}': 'getFeatureFlag',
  'DELETE /feature-flags/{key}': 'removeFeatureFlag',
  'GET /feature-flags': 'listFeatureFlags',
  'GET /feature-flags/{key}/evaluate': 'evaluateFeatureFlag',

  'GET /events': 'listEvents',
  'GET /search': 'searchEverything',
  'GET /audit-logs': 'listAuditLogs',
} as const;

/** The body that an operation returns. Equal bodies have one name. The items of `OfferPage` are called `Offer`. */
const RESULTS = {
  logIn: 'Tokens',
  issuePasswordReset: 'PasswordReset',
  getSecondFactor: 'SecondFactor',
  enrolSecondFactor: 'SecondFactorEnrolment',
  confirmSecondFactor: 'RecoveryCodes',
  registerUser: 'User',
  requestPasswordReset: 'Accepted',
  getOwnUser: 'OwnUser',
  proveEmail: 'ProvenEmail',
  listOwnSessions: 'SessionPage',
  listUsers: 'UserPage',
  getUser: 'UserDetail',
  setUserStatus: 'StatusOfId',
  importUsers: 'UserImport',

  createMerchant: 'Merchant',
  listMerchants: 'MerchantPage',
  createOffer: 'Offer',
  listOffers: 'OfferPage',
  listActiveOffers: 'ActiveOfferPage',
  getOffer: 'OfferDetail',

  getOwnPartner: 'OwnPartner',
  createPartner: 'NewPartner',
  listPartners: 'PartnerPage',
  rotateSigningSecret: 'SigningSecret',
  issuePartnerKey: 'NewPartnerKey',
  listPartnerKeys: 'PartnerKeyPage',

  reportPurchase: 'ReportedPurchase',
  reportPurchases: 'PurchaseBatchResult',
  settlePurchases: 'SettlementResult',
  listPurchases: 'PurchasePage',
  listOwnPurchases: 'OwnPurchasePage',
  getPurchase: 'PurchaseDetail',
  confirmPurchase: 'ConfirmedPurchase',
  releasePurchase: 'ReleasedPurchase',
  amendPurchase: 'AmendedPurchase',
  reversePurchase: 'ReversedPurchase',
  listPurchaseHolds: 'PurchaseHoldPage',
  setCeiling: 'Ceiling',
  listCeilings: 'CeilingPage',

  getOwnWallet: 'Wallet',
  listOwnWalletTransactions: 'WalletTransactionPage',
  adjustWallet: 'CompletedAdjustment',
  listAdjustments: 'AdjustmentPage',

  requestPayout: 'OwnPayout',
  listOwnPayouts: 'OwnPayoutPage',
  listPayouts: 'PayoutPage',
  getBankDetails: 'BankDetails',

  setFeatureFlag: 'FeatureFlag',
  listFeatureFlags: 'FeatureFlagPage',
  evaluateFeatureFlag: 'FeatureFlagDecision',

  listEvents: 'EventPage',
  searchEverything: 'SearchResultPage',
  listAuditLogs: 'AuditLogPage',
} as const;

/** The body that an operation takes, where it is not named after the operation: `RequestPayoutInput`. */
const INPUTS = {
  setUserStatus: 'StatusInput',
  stepUp: 'SecondFactorProof',
  reversePurchase: 'ReversalInput',
} as const;

/** The types of properties, each by one that has it. */
const PROPERTY_TYPES = {
  UserRole: 'User.role',
  StaffRole: 'User.staff_roles',
  StaffPermission: 'OwnUser.permissions',
  Locale: 'User.locale',
  PartnerScope: 'PartnerKey.scopes',
  PartnerLimits: 'OwnPartner.limits',
  PartnerUsage: 'OwnPartner.usage',
  PurchaseCount: 'PartnerUsage.today',
  ExternalIdScope: 'Partner.external_id_scope',
  CashbackType: 'Offer.cashback_type',

  PurchaseStatus: 'Purchase.status',
  CashbackStatus: 'PurchaseDetail.cashback_status',
  OrderLine: 'PurchaseDetail.lines',
  OrderLineInput: 'ReportPurchaseInput.lines',
  OrderLineStatus: 'OrderLine.status',
  SettlementAction: 'SettlePurchasesInputItem.action',
  BatchSummary: 'PurchaseBatchResult.summary',
  ReversalReason: 'ReversalInput.reason',
  PurchaseHoldStatus: 'PurchaseHold.status',
  PurchaseHoldReason: 'PurchaseHold.reasons',
  PurchaseHoldRule: 'PurchaseHoldReason.rule',
  CeilingScope: 'Ceiling.scope',

  WalletTransactionType: 'WalletTransaction.type',
  WalletAccount: 'WalletTransaction.from',
  AdjustmentStatus: 'Adjustment.status',
  AdjustmentDirection: 'Adjustment.direction',
  PayoutStatus: 'Payout.status',
  PayoutMethod: 'Payout.method',
  BankAccountInput: 'RequestPayoutInput.details',
  BankAccount: 'BankDetails.details',
  MaskedBankAccount: 'Payout.details',

  FeatureFlagScope: 'FeatureFlag.scope_type',
  ActorType: 'AuditLog.actor_type',
  AuditOutcome: 'AuditLog.outcome',
} as const;

export const API_NAMES: ApiNames = {
  operations: Object.fromEntries(
    Object.entries(IDS).map(([operation, id]) => [operation.replace(' ', ` ${BASE}`), id]),
  ),
  results: RESULTS,
  inputs: INPUTS,
  propertyTypes: PROPERTY_TYPES,
};
