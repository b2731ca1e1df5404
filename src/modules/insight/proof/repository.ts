import { findCapMismatches } from './caps-repository.ts';
import { findWrongEntries, findWrongWallets, replayWallets } from './journal-repository.ts';
import { rangesOfSources, rangesOfWallets } from './ranges-repository.ts';
import { findAdjustmentRecordMismatches, findRecordMismatches } from './records-repository.ts';
import { findReleaseMismatches, findWrongDays } from './releases-repository.ts';
import { findRevisionCountMismatches, findRevisionMismatches } from './revisions-repository.ts';
import { findSeal, findSealMismatches, lastSealOfRange, summariseSeals } from './seals-repository.ts';
import { findEntryMismatches, findRewardMismatches } from './sources-repository.ts';
import { findStateMismatches } from './states-repository.ts';
import { findWitnessMismatches } from './witnesses-repository.ts';

export type ProofRepository = ReturnType<typeof proofRepository>;

/** All reads of the proof. */
export function proofRepository() {
  return {
    rangesOfWallets,
    replayWallets,
    findWrongWallets,
    findWrongEntries,
    rangesOfSources,
    findEntryMismatches,
    findRewardMismatches,
    findRevisionMismatches,
    findRevisionCountMismatches,
    findWitnessMismatches,
    findStateMismatches,
    findCapMismatches,
    lastSealOfRange,
    findSealMismatches,
    findSeal,
    summariseSeals,
    findReleaseMismatches,
    findWrongDays,
    findRecordMismatches,
    findAdjustmentRecordMismatches,
  };
}
