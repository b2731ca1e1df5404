import { page } from '#app/page-kit.ts';

export const registrationPages = [
  page({
    path: '/register',
    component: async () => (await import('./pages/register-page.tsx')).RegisterPage,
  }),
  page({
    path: '/forgot-password',
    component: async () => (await import('./pages/forgot-page.tsx')).ForgotPage,
  }),
];
