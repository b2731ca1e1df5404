import { existsSync } from 'node:fs';

const { FEED_SAMPLE = '' } = process.env;

/** A file of real purchases, if the environment names one: it is not part of the project. */
export const FEED = FEED_SAMPLE;

/** Why the tests that need it cannot run; false if they can. */
export const skipWithoutFeed =
  FEED !== '' && existsSync(FEED) ? false : 'FEED_SAMPLE names no file of real purchases';
