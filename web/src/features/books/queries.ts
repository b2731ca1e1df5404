import { defineFilters, text } from '#app/page-kit.ts';

export const bookFilters = defineFilters({ currency: text });
