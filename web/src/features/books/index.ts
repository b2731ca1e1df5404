export { bookPages } from './pages.ts';
