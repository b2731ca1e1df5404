export { staffPages } from './pages.ts';
