export { flagPages } from './pages.ts';
