export { payoutPages } from './pages.ts';
