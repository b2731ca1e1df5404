export { adjustmentPages } from './pages.ts';
