// SPDX-License-Identifier: BSL-1.0
// src/site/data/tree.js — what the tree says of itself: the verbs of ./run, and the first program of README.md.
import { read } from '../lib/paths.js';
import '../assets/highlight.js';

const readme = read('README.md');
/// What README.md quotes as C++, by its part of a file.
const fence = (name) => {
  const found = readme.match(new RegExp('```cpp file=\\S+#' + name + '\\b[^\\n]*\\n([\\s\\S]*?)```'));
  if (!found) throw new Error(`README.md quotes no ${name} any more: see src/site/data/tree.js`);
  return found[1];
};
const speed = readme.match(/<!-- made by \.\/run speed -->\n([^\n]*)\n\n([\s\S]*?)\n\n/);
const cells = (line) => line.split('|').slice(1, -1).map((c) => c.trim().replaceAll('**', ''));
const rows = speed?.[2].split('\n') ?? [];

export default {
  run: read('run').split('\n').filter((l) => /^# {3}\.\/run/.test(l)).map((l) => l.slice(4)).join('\n'),
  program: globalThis.loomHighlight(fence('program').trimEnd()),
  facts: globalThis.loomHighlight(fence('facts').trimEnd()),
  speed: { note: speed?.[1] ?? '', columns: cells(rows[0] ?? ''), rows: rows.slice(2).map(cells) },
};
