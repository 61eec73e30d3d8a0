// SPDX-License-Identifier: BSL-1.0
// src/site/data/tables.js — the tables of the compiler, as src/site/pages.cpp prints them.
import { slug } from '../lib/markdown.js';
import { data } from '../lib/paths.js';

/// Rules that share a name share a place to link to: that of the first.
const seen = new Set();
const anchored = (row) => {
  const anchor = slug(row.name);
  const first = !seen.has(anchor);
  seen.add(anchor);
  return { ...row, anchor, first };
};
const readable = (sentence) => sentence.replaceAll('named<>', '…').replaceAll('got<>', 'n').replaceAll('limit_is<>', 'm');

export default {
  version: data.version,
  ops: data.ops,
  reductions: data.reductions,
  rules: data.rules.map((t) => ({ ...t, rows: t.rows.map(anchored) })),
  anchors: seen,
  issues: data.issues.map((i) => ({ ...i, sentence: readable(i.sentence) })),
};
