import { defineFilters, page, text } from '#app/page-kit.ts';

export const loginPages = [
  page({
    path: '/login',
    search: defineFilters({ back: text }),
    component: async () => (await import('./pages/login-page.tsx')).LoginPage,
  }),
];
