export { type RewardFacts, rewardSentences } from './words.ts';
