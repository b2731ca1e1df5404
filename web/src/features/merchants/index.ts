export { merchantPages } from './pages.ts';
