// SPDX-License-Identifier: BSL-1.0
// src/site/data/documents.js — every page made of a file of docs/ or examples/, in the order of their list.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { read, root } from '../lib/paths.js';
import { placeOf, render } from '../lib/markdown.js';
import '../assets/highlight.js';

const groups = [
  { name: 'Start', files: ['docs/index.md', 'docs/tutorial.md', 'docs/how-it-works.md', 'docs/how-to/install.md', 'examples/README.md'] },
  { name: 'Reference', folder: 'docs/reference', first: ['language', 'calls', 'command-line', 'collection', 'numerics', 'accuracy', 'speed', 'limits', 'platforms'], without: ['ops'] },
  { name: 'How to', folder: 'docs/how-to', first: ['write-a-formula', 'bind-data', 'use-the-program', 'read-an-error', 'choose-a-target', 'prove-a-loss-safe', 'compile-a-loss-once'], without: ['install'] },
  { name: 'More', files: ['docs/glossary.md'] },
  { name: 'Decisions', folder: 'docs/decisions', first: [] },
  { name: 'Examples', folder: 'examples', first: [], ends: '.cpp' },
];

const filesOf = ({ files, folder, first, without = [], ends = '.md' }) => {
  if (files) return files;
  const all = readdirSync(join(root, folder)).filter((f) => f.endsWith(ends) && statSync(join(root, folder, f)).isFile()).sort();
  const leading = first.map((f) => f + ends).filter((f) => all.includes(f));
  return [...leading, ...all.filter((f) => !leading.includes(f) && !without.includes(f.slice(0, -ends.length)))].map((f) => `${folder}/${f}`);
};

const pageOf = (file, group) => {
  const place = placeOf(file);
  if (!file.endsWith('.cpp')) return { group, file, place, ...render(read(file), file, place) };
  const code = read(file).replace(/^\/\/ SPDX.*\n/, '').replace(/^ *\/\/ \[\/?[\w-]+\]\n/gm, '');
  const html = `<h1>${file.split('/').pop()}</h1>\n<pre class="code scrolls"><code>${globalThis.loomHighlight(code)}</code></pre>`;
  return { group, file, place, title: file.split('/').pop(), html, headings: [] };
};

export default () => groups.flatMap((g) => filesOf(g).map((file) => pageOf(file, g.name)));
