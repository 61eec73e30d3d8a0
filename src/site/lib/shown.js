// SPDX-License-Identifier: BSL-1.0
// src/site/lib/shown.js — what pages of losses and of notations show of a formula: src/site/show.cpp says it, here it becomes HTML.
import { equations, typeset } from './mathematics.js';
import '../assets/highlight.js';
import '../assets/plan.js';

/// The definitions of a header by name, each with the comments above it.
export const statements = (text) => {
  const list = [];
  let comments = [];
  const lines = text.split('\n');
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

/// A program that calls a loss, with a gradient by each of its subjects. `begins`: the lines that declare it; `inputs`: the namespace of
/// its inputs; `name`: how the loss is called.
export const callOf = (loss, { begins, inputs, name, renamed = {} }) => {
  const input = (d) => `${inputs}::${renamed[d] ?? d}`;
  const type = { tensor: 'const float*', index: 'const int*', mask: 'const bool*', scalar: 'double' };
  const variable = (d) => `${d.name}_data`;
  const axesOf = (g) => loss.declarations.find((d) => d.name === g).axes;
  const view = (data, axes) => (axes.length ? `loom::view(${data}, ${axes.join(', ')})` : data);
  const axes = [...new Set(loss.declarations.flatMap((d) => d.axes))];
  const parameters = [...axes.map((a) => `std::ptrdiff_t ${a}`), ...loss.declarations.map((d) => `${type[d.kind]} ${variable(d)}`),
    ...loss.gradients_by.map((g) => `float${axesOf(g).length ? '*' : '&'} gradient_of_${g}`)];
  const bindings = [...loss.declarations.map((d) => `${input(d.name)} = ${view(variable(d), d.axes)}`),
    ...loss.gradients_by.map((g) => `d(${input(g)}) = ${view(`gradient_of_${g}`, axesOf(g))}`)];
  const lines = (items, indent) => items.join(',\n' + ' '.repeat(indent));
  const memory = loss.plans.length !== 1 || loss.plans[0].before.length > 0 || loss.plans[0].plan.arrays.length > 0;
  return `#include <cstddef>
${memory ? '#include <vector>\n' : ''}
${begins}

// Data is bound by name, in any order; without a d(...) there is no gradient.
float ${loss.name}_of(${lines(parameters, 10 + loss.name.length)}) {
${memory ? `  std::vector<double> memory(static_cast<std::size_t>(${name}.workspace_size(
      ${lines(bindings, 6)})));
  return ${name}(
      ${lines([...bindings, 'loom::workspace = memory'], 6)});` : `  return ${name}(
      ${lines(bindings, 6)});`}
}
`;
};

/// The lines of a section of an explanation.
const section = (text, title) => {
  const at = ('\n' + text).indexOf(`\n${title}\n`);
  if (at < 0) return [];
  const rest = text.slice(at + title.length + 1).split('\n\n')[0];
  return rest.split('\n').filter((l) => l.startsWith('  ')).map((l) => l.slice(2)).reduce((all, l) => {
    if (l.startsWith('  ') && all.length) all[all.length - 1] += ' ' + l.trim(); else all.push(l);
    return all;
  }, []);
};

/// Everything that templates/stages.njk reads of a formula but what is measured. `spelling`: as C++ has it; `call`: a program.
export const shown = (loss, { spelling, call }) => ({
  ...loss,
  spelling: globalThis.loomHighlight(spelling),
  spellingText: spelling,
  call,
  callMarked: globalThis.loomHighlight(call),
  writtenHtml: equations(loss.written),
  rewrittenHtml: equations(loss.rewritten),
  same: JSON.stringify(loss.written) === JSON.stringify(loss.rewritten),
  gradientsHtml: equations(loss.gradients),
  teaser: typeset(loss.written[0].left + ' =\\nobreak ' + loss.written[0].right),
  plans: loss.plans.map((p) => ({ ...p, svg: p.plan === null ? '' : globalThis.loomPlan(p.plan) })),
  later: loss.rules.filter((name) => !loss.rewriting.some((r) => r.names.includes(name))),
  hazards: section(loss.explanation, 'Hazards').filter((h) => h !== 'none'),
  near: section(loss.explanation, 'Rules that nearly fit'),
  formulaText: section(loss.explanation, 'As written').join('\n'),
  accuracy: [],
  curves: [],
  speed: null,
});
