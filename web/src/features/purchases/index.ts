export { purchasePages } from './pages.ts';
