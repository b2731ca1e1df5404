import { strong } from '#lib/emphasis.ts';

/** Why a reward is what it is. All values come formatted. */
export const en = {
  why: (amount: string) => `Why ${amount}?`,
  amended: (before: string, now: string) => `The purchase was reported with ${before} and is ${now} now.`,
  allReturned: 'All of it was returned, so it earns nothing.',
  gave: (merchant: string, rate: string, day: string) => `${merchant} gave ${strong(rate)} on ${day}.`,
  gaveFixed: (merchant: string, day: string) => `${merchant} gave a fixed amount on ${day}.`,
  utcDay: (day: string) => `${day} (UTC)`,
  earnsFixed: (amount: string) => `Each purchase earns ${amount}.`,
  exactly: (rate: string, amount: string, product: string) => `${rate} of ${amount} is ${product}.`,
  rounded: (rate: string, amount: string, product: string, to: string, rounded: string) =>
    `${rate} of ${amount} is ${product}, rounded to ${to}: ${rounded}.`,
  tie: (rate: string, amount: string, product: string, between: string, even: string) =>
    `${rate} of ${amount} is ${product}. That lies exactly between ${between}; ties go to the even one: ${even}.`,
  cent: 'the cent',
  twoCents: 'two cents',
  wholeAmount: 'a whole amount',
  twoWholeAmounts: 'two whole amounts',
  digits: (count: number) => `${count} decimals`,
  twoOfDigits: (count: number) => `two amounts with ${count} decimals`,
  notAbovePurchase: (amount: string) => `Never more than the purchase itself: ${amount}.`,
  tooSmall: 'A purchase this small earns nothing.',
  capNotReached: (cap: string) => `The limit of ${cap} a month was not reached.`,
  capReached: (cap: string, month: string, left: string) =>
    `The limit is ${cap} a month. In ${month}, ${strong(left)} of it were left.`,
  capUsedUp: (cap: string, month: string) =>
    `The limit is ${cap} a month. In ${month}, nothing of it was left.`,
  takenBack: (amount: string, day: string, because: string) =>
    `It was ${amount}. Taken back on ${strong(day)}${because}.`,
  roomAgain: 'The limit of the month has that room again.',
  waitsForRoom: 'It is still pending: a ceiling limits what becomes available on one day.',
  notReproduced:
    'The stored cashback is not what these terms make of the amount. Report this to the operators: the books have a fault.',
  because: {
    returned: ' because the order was returned',
    cancelled: ' because the order was cancelled',
    declined: ' because the shop declined it',
    fraud: ' because of fraud',
    error: ' because it was recorded by mistake',
  },
  becauseForShopper: {
    returned: ' because you returned the order',
    cancelled: ' because the order was cancelled',
    declined: ' because the shop declined it',
    fraud: '. Ask us for the reason',
    error: ' because it was recorded by mistake',
  },
};

export const de: typeof en = {
  why: (amount) => `Warum ${amount}?`,
  amended: (before, now) => `Der Einkauf wurde mit ${before} gemeldet und beträgt jetzt ${now}.`,
  allReturned: 'Alles wurde zurückgegeben, darum bringt er nichts.',
  gave: (merchant, rate, day) => `${merchant} gab am ${day} ${strong(rate)}.`,
  gaveFixed: (merchant, day) => `${merchant} gab am ${day} einen festen Betrag.`,
  utcDay: (day) => `${day} (UTC)`,
  earnsFixed: (amount) => `Jeder Einkauf bringt ${amount}.`,
  exactly: (rate, amount, product) => `${rate} von ${amount} sind ${product}.`,
  rounded: (rate, amount, product, to, rounded) =>
    `${rate} von ${amount} sind ${product}, gerundet auf ${to}: ${rounded}.`,
  tie: (rate, amount, product, between, even) =>
    `${rate} von ${amount} sind ${product}. Das liegt genau zwischen ${between}; dann gilt der gerade: ${even}.`,
  cent: 'den Cent',
  twoCents: 'zwei Cent-Beträgen',
  wholeAmount: 'einen ganzen Betrag',
  twoWholeAmounts: 'zwei ganzen Beträgen',
  digits: (count) => `${count} Nachkommastellen`,
  twoOfDigits: (count) => `zwei Beträgen mit ${count} Nachkommastellen`,
  notAbovePurchase: (amount) => `Nie mehr als der Einkauf selbst: ${amount}.`,
  tooSmall: 'Ein so kleiner Einkauf bringt nichts.',
  capNotReached: (cap) => `Die Grenze von ${cap} im Monat war nicht erreicht.`,
  capReached: (cap, month, left) =>
    `Die Grenze beträgt ${cap} im Monat. Davon waren im ${month} noch ${strong(left)} übrig.`,
  capUsedUp: (cap, month) => `Die Grenze beträgt ${cap} im Monat. Davon war im ${month} nichts mehr übrig.`,
  takenBack: (amount, day, because) => `Es waren ${amount}. Zurückgenommen am ${strong(day)}${because}.`,
  roomAgain: 'Die Grenze des Monats hat diesen Platz wieder.',
  waitsForRoom: 'Es steht noch aus: Eine Obergrenze begrenzt, was an einem Tag verfügbar wird.',
  notReproduced:
    'Das gespeicherte Cashback ist nicht das, was diese Bedingungen aus dem Betrag machen. Melden Sie das dem Betrieb: Die Bücher haben einen Fehler.',
  because: {
    returned: ', weil die Bestellung zurückging',
    cancelled: ', weil die Bestellung storniert wurde',
    declined: ', weil der Shop sie abgelehnt hat',
    fraud: ' wegen Betrugs',
    error: ', weil sie irrtümlich erfasst war',
  },
  becauseForShopper: {
    returned: ', weil Sie die Bestellung zurückgegeben haben',
    cancelled: ', weil die Bestellung storniert wurde',
    declined: ', weil der Shop sie abgelehnt hat',
    fraud: '. Fragen Sie uns nach dem Grund',
    error: ', weil sie irrtümlich erfasst war',
  },
};
