export { VerifyNotice } from './parts/verify-notice.tsx';
