// SPDX-License-Identifier: BSL-1.0
// src/site/lib/search.js — what is searched and what is kept, for the index and for the page that reads it.
export const searchOptions = {
  fields: ['title', 'section', 'text'],
  storeFields: ['title', 'section', 'url', 'excerpt'],
};
