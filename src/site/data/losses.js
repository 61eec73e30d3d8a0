// SPDX-License-Identifier: BSL-1.0
// src/site/data/losses.js — the losses of the collection: what the compiler says of them, and what the headers and docs/ say beside it.
import { data, read } from '../lib/paths.js';
import { equations, typeset } from '../lib/mathematics.js';
import { inline } from '../lib/markdown.js';
import '../assets/highlight.js';
import '../assets/plan.js';

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

/// The statements of a header by name, each with its comments; and those that a loss is made of, in order.
const statements = (header) => {
  const list = [];
  let comments = [];
  const lines = read('include/loom/collection', `${header}.hpp`).split('\n');
  for (let i = 0; i < lines.length; ++i) {
    if (/^\/\/ [A-Z]/.test(lines[i]) && !lines[i].includes('clang-format')) { comments.push(lines[i]); continue; }
    const found = lines[i].match(/^inline constexpr auto (\w+) =/);
    if (!found) { if (lines[i] === '' || lines[i].startsWith('namespace')) comments = []; continue; }
    let code = lines[i];
    while (!/;\s*(\/\/.*)?$/.test(code)) code += '\n' + lines[++i];
    list.push({ name: found[1], code: code.replace('inline ', ''), comments });
    comments = [];
  }
  return list;
};
const known = new Map();
const spellingOf = (header, name) => {
  if (!known.has(header)) known.set(header, header === 'regression' ? [...statements('classification'), ...statements(header)] : statements(header));
  const all = known.get(header);
  const needed = new Set([name]);
  for (const s of [...all].reverse())
    if (needed.has(s.name)) for (const [word] of s.code.replace(/"[^"]*"|\/\/.*/g, '').matchAll(/\w+/g)) needed.add(word);
  return all.filter((s) => needed.has(s.name)).map((s) => [...(s.name === name ? s.comments : []), s.code].join('\n')).join('\n')
    .replace(/\b(tensor|index|mask|scalar|axis|loss)</g, 'loom::$1<');
};

/// How a program calls a loss, with a gradient by each of its subjects.
const callOf = (loss) => {
  const space = loss.header === 'classification' || loss.header === 'regression' ? '' : `::${loss.header}`;
  const renamed = { ref: 'reference' };
  const input = (name) => `in::${renamed[name] ?? name}`;
  const type = { tensor: 'const float*', index: 'const int*', mask: 'const bool*', scalar: 'double' };
  const variable = (d) => `${d.name}_data`;
  const view = (name, axes) => (axes.length ? `loom::view(${name}, ${axes.join(', ')})` : name);
  const axes = [...new Set(loss.declarations.flatMap((d) => d.axes))];
  const parameters = [...axes.map((a) => `std::ptrdiff_t ${a}`),
    ...loss.declarations.map((d) => `${type[d.kind]} ${variable(d)}`), ...loss.gradients_by.map((g) => `float* gradient_of_${g}`)];
  const bindings = [...loss.declarations.map((d) => `${input(d.name)} = ${view(variable(d), d.axes)}`),
    ...loss.gradients_by.map((g) => `d(${input(g)}) = ${view(`gradient_of_${g}`, loss.declarations.find((d) => d.name === g).axes)}`)];
  const lines = (items, indent) => items.join(',\n' + ' '.repeat(indent));
  const memory = loss.plan.arrays.length > 0;
  return `#include <cstddef>
${memory ? '#include <vector>\n' : ''}
#include <loom/collection/collection.hpp>

namespace in = loom::collection${space};

// Data is bound by name, in any order; without a d(...) there is no gradient.
float ${loss.name}_of(${lines(parameters, 10 + loss.name.length)}) {
${memory ? `  std::vector<double> memory(loom::collection::${loss.name}.workspace_size(
      ${lines(bindings, 6)}));
  return loom::collection::${loss.name}(
      ${lines([...bindings, 'loom::workspace = memory'], 6)});` : `  return loom::collection::${loss.name}(
      ${lines(bindings, 6)});`}
}
`;
};

const section = (text, title) => {
  const at = ('\n' + text).indexOf(`\n${title}\n`);
  if (at < 0) return [];
  const rest = text.slice(at + title.length + 1).split('\n\n')[0];
  return rest.split('\n').filter((l) => l.startsWith('  ')).map((l) => l.slice(2)).reduce((all, l) => {
    if (l.startsWith('  ') && all.length) all[all.length - 1] += ' ' + l.trim(); else all.push(l);
    return all;
  }, []);
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

const formulaText = (loss) => section(loss.explanation, 'As written').join('\n');

export default () => data.losses.map((loss) => ({
  ...loss,
  title: titleOf(loss.name),
  family: families[loss.header],
  about: table.get(loss.name),
  spelling: globalThis.loomHighlight(spellingOf(loss.header, loss.name)),
  spellingText: spellingOf(loss.header, loss.name),
  call: callOf(loss),
  callMarked: globalThis.loomHighlight(callOf(loss)),
  writtenHtml: equations(loss.written),
  rewrittenHtml: equations(loss.rewritten),
  same: JSON.stringify(loss.written) === JSON.stringify(loss.rewritten),
  gradientsHtml: equations(loss.gradients),
  teaser: typeset(loss.written[0].left + ' =\\nobreak ' + loss.written[0].right),
  planSvg: globalThis.loomPlan(loss.plan),
  later: loss.rules.filter((name) => !loss.rewriting.some((r) => r.names.includes(name))),
  hazards: section(loss.explanation, 'Hazards').filter((h) => h !== 'none'),
  near: section(loss.explanation, 'Rules that nearly fit'),
  formulaText: formulaText(loss),
  accuracy: accuracy[loss.name] ?? [],
  curves: curves[loss.name] ?? [],
  speed: speedOf(loss.name),
}));
