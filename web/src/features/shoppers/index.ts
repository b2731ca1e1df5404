export { shopperPages } from './pages.ts';
