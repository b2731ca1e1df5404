export { partnerPages } from './pages.ts';
