export { loginPages } from './pages.ts';
