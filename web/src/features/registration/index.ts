export { registrationPages } from './pages.ts';
