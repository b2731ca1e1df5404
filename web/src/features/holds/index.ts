export { holdPages } from './pages.ts';
