// SPDX-License-Identifier: BSL-1.0
// src/site/data/losses.js — the losses of the collection: what the compiler says of them, and what the headers and docs/ say beside it.
import { data, read } from '../lib/paths.js';
import { inline } from '../lib/markdown.js';
import { callOf, shown, statements } from '../lib/shown.js';

const families = {
  classification: 'Classification', regression: 'Regression', segmentation: 'Segmentation', contrastive: 'Contrastive', preference: 'Sequences and preferences',
};
const spelled = { dpo: 'DPO', grpo: 'GRPO', clip: 'CLIP', info_nce: 'InfoNCE', gaussian_nll: 'Gaussian NLL', dice: 'Dice', image_dice: 'Image Dice', class_dice: 'Class Dice', huber: 'Huber' };
const titleOf = (name) => spelled[name] ?? name.replaceAll('_', ' ').replace(/^./, (c) => c.toUpperCase());

/// The rows of docs/reference/collection.md.
const table = new Map(read('docs/reference/collection.md').split('\n').filter((l) => l.startsWith('| `')).map((l) => {
  const cells = l.split('|').slice(1, -1).map((c) => c.trim());
  return [cells[0].replaceAll('`', ''), { row: inline(cells[1]), source: inline(cells[2]), divisor: inline(cells[3]) }];
}));

/// The statements that a loss of a header is made of, in order.
const known = new Map();
const spellingOf = (header, name) => {
  const of = (file) => statements(read('include/loom/collection', `${file}.hpp`));
  if (!known.has(header)) known.set(header, header === 'regression' ? [...of('classification'), ...of(header)] : of(header));
  const all = known.get(header);
  const needed = new Set([name]);
  for (const s of [...all].reverse())
    if (needed.has(s.name)) for (const [word] of s.code.replace(/"[^"]*"|\/\/.*/g, '').matchAll(/\w+/g)) needed.add(word);
  return all.filter((s) => needed.has(s.name)).map((s) => [...(s.name === name ? s.comments : []), s.code].join('\n')).join('\n')
    .replace(/\b(tensor|index|mask|scalar|axis|loss)</g, 'loom::$1<');
};

const calling = (loss) => {
  const space = loss.header === 'classification' || loss.header === 'regression' ? '' : `::${loss.header}`;
  return callOf(loss, { begins: `#include <loom/collection/collection.hpp>\n\nnamespace in = loom::collection${space};`, inputs: 'in',
    name: `loom::collection::${loss.name}`, renamed: { ref: 'reference' } });
};

/// Lines of the table of docs/reference/speed.md that are about a loss.
const measured = { cross_entropy: 'cross entropy', focal_cross_entropy: 'focal', distillation: 'distillation', binary_cross_entropy: 'weighted binary cross entropy', logistic_objective: 'binary cross entropy', huber: 'Huber', gaussian_nll: 'Gaussian NLL' };
const speed = read('docs/reference/speed.md').split('\n');
const speedOf = (name) => {
  const what = measured[name];
  if (!what) return null;
  const head = speed.findIndex((l) => l.startsWith('| |') && l.includes('Loom'));
  const cells = (l) => l.split('|').slice(1, -1).map((c) => inline(c.trim()));
  const rows = [];
  for (let i = head + 2; speed[i]?.startsWith('|'); ++i)
    if (speed[i].startsWith(`| ${what} `)) rows.push(cells(speed[i]));
  const columns = cells(speed[head]);
  const kept = columns.map((_, k) => k).filter((k) => k < 2 || rows.some((r) => r[k]));
  return rows.length ? { columns: kept.map((k) => columns[k]), rows: rows.map((r) => kept.map((k) => r[k])) } : null;
};

const ofLogits = [['logits', 'Any spelling of a softmax: no intermediate overflows.'], ['rest', 'Confident rows: the label leads by far.']];
const accuracy = {
  cross_entropy: ofLogits, softmax_objective: ofLogits, pixel_cross_entropy: ofLogits, token_cross_entropy: [['masked', 'A log-sum-exp under a mask.'], ...ofLogits],
  weighted_cross_entropy: ofLogits, focal_cross_entropy: ofLogits, distillation: ofLogits, info_nce: ofLogits, clip: ofLogits, dpo: ofLogits, grpo: ofLogits,
  binary_cross_entropy: [['logistic', 'Logits with labels 0 and 1.']], logistic_objective: [['logistic', 'Logits with labels 0 and 1.']],
  triplet_margin: [['norm', 'A norm of any size.']],
};
const curves = { cross_entropy: ['classes', 'classes-gradient', 'rows-of-10-gradient'], softmax_objective: ['classes-gradient'] };

export default () => data.losses.map((loss) => ({
  ...shown(loss, { spelling: spellingOf(loss.header, loss.name), call: calling(loss) }),
  title: titleOf(loss.name),
  family: families[loss.header],
  about: table.get(loss.name),
  accuracy: accuracy[loss.name] ?? [],
  curves: curves[loss.name] ?? [],
  speed: speedOf(loss.name),
}));
