export { GlobalSearch } from './parts/global-search.tsx';
