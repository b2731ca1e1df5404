export { activeOfferPages } from './pages.ts';
