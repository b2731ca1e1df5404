export { refusalPages } from './pages.ts';
