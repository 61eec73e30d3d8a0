// SPDX-License-Identifier: BSL-1.0
// src/site/data/api.js — the public names, from the comments of the headers that declare them, in the order in which a reader needs them.
import { data, read } from '../lib/paths.js';
import { commented, header, sentenceOf, tidied } from '../lib/headers.js';
import '../assets/highlight.js';

const everything = 'loom/loom.hpp';
const files = [
  { file: 'lang/inputs.hpp', title: 'Inputs' },
  { file: 'lang/expression.hpp', title: 'Formulas' },
  { file: 'lang/functions.hpp', title: 'Functions', sentences: 3 },
  { file: 'lang/running.hpp', title: 'Running values' },
  { file: 'loss.hpp', title: 'Losses' },
  { file: 'lang/bindings.hpp', title: 'Bindings' },
  { file: 'lang/view.hpp', title: 'Views' },
  { file: 'numeric/half.hpp', title: 'Numbers of 16 bits' },
  { file: 'loom.hpp', title: 'Plans', about: 'schedule/plan.hpp' },
  { file: 'call/error.hpp', title: 'Errors' },
  { file: 'loops/targets.hpp', title: 'Targets' },
  { file: 'threads.hpp', title: 'A pool of threads', include: 'loom/threads.hpp' },
  { file: 'code.hpp', title: 'Printed code', include: 'loom/code.hpp' },
  { file: 'rules.hpp', title: 'Rules of your own', include: 'loom/rules.hpp' },
  { file: 'laws.hpp', title: 'Laws of rules', include: 'loom/laws.hpp' },
  { file: 'collection/collection.hpp', title: 'The collection', include: 'loom/collection/collection.hpp' },
  { file: 'lang/notation.hpp', title: 'Names of others' },
  { file: 'base/config.hpp', title: 'Capacities' },
];
/// What a name that is declared elsewhere offers, and where it says so.
const memberOf = { plan: { file: 'schedule/plan.hpp', name: 'plan_facts' } };

/// Without the layers, which are Loom's own.
const names = read('tests/public_names/names.txt').replace(/^# The layers[^\n]*\n[^#]*/m, '').split('\n').filter((l) => !l.startsWith('#')).join(' ').split(/\s+/).filter(Boolean);
const known = new Set(names);
const isPublic = (name) => known.has(name);

/// What a function means: a formula as code, up to the words after it.
const meant = (text) => {
  const [, first, rest] = text.match(/^(.*?)([,;] (?!\w\)).*)?$/);
  const isFormula = /[a-z]/.test(first) && /^(?:[^A-Za-z]|\b[a-z]\b|[\w:]+(?=\()|std::\w+)*$/.test(first) && first.length > 1;
  return isFormula ? `<code>${globalThis.loomEscape(first)}</code>${sentenceOf(rest ?? '')}` : sentenceOf(text);
};

/// The rows of ir/ops.def that are written as functions.
const rows = read('include/loom/ir/ops.def').split('\n');
const functions = rows.flatMap((line, i) => {
  const found = line.match(/^LOOM_(UNARY|BINARY)(?:_COMPOSED)?\((\w+),.*?\b(function|symbol|internal),/);
  if (found?.[3] !== 'function') return [];
  const [, arity, name] = found;
  const beside = line.match(/\)\s*\/\/ (.*)$/)?.[1];
  const above = rows[i - 1].startsWith('// ') && !rows[i - 2].startsWith('//') && !/operand/.test(rows[i - 1]) ? rows[i - 1].slice(3).match(/^.*?\.(?=\s|$)/)?.[0].replace(/\.$/, '') : undefined;
  const op = data.ops.find((o) => o.name === name);
  const call = `${name}(${arity === 'UNARY' ? 'x' : 'a, b'})`;
  const standard = line.match(/"(std::\w+)\(/)?.[1];
  const meaning = beside ?? above ?? standard ?? (op.meaning === call || /^\w+imum\(/.test(op.meaning) ? '' : op.meaning);
  return [{ name, call, macro: `LOOM_${arity}_FUNCTION`, means: meant(meaning), domain: op.domain, range: op.range, row: name }];
});

const titles = { LOOM_UNARY_FUNCTION: 'Of one operand', LOOM_BINARY_FUNCTION: 'Of two operands', LOOM_REDUCTION: 'Reductions', LOOM_RUNNING: 'Along one axis', LOOM_CHAIN: 'Chains of states' };
const code = (text) => globalThis.loomHighlight(text);
const isDocumented = ({ doc }) => doc.length > 0;

/// What a class offers: all that is said, and what needs no word.
const membersOf = (declaration) => {
  const list = [];
  for (const m of declaration.members ?? []) {
    if (m.kind === 'using' || m.kind === 'namespace' || m.names[0].startsWith('~') || (!isDocumented(m) && m.kind === 'variable' && /\bis_view\b/.test(m.head))) continue;
    if (m.kind === 'variable' && !isDocumented(m) && /\[\[/.test(m.head)) continue;
    const shown = code(tidied(m, isPublic));
    if (!isDocumented(m) && m.shares && list.length) list.at(-1).code += '\n' + shown;
    else list.push({ code: shown, html: commented(m.doc) });
  }
  return list;
};

const group = ({ file, title, include, about, sentences: count = 1 }) => {
  const { sentences, declarations, make, defines } = header(read('include/loom', file));
  const entries = [];
  const families = new Map();
  const entryOf = (name) => entries.find((e) => e.names.includes(name));
  const family = (macro) => {
    if (!families.has(macro)) {
      const made = { names: [], rows: [], family: true, html: commented(defines.get(macro).doc), declaration: code(tidied(make(macro, 'f'), isPublic)), title: titles[macro], hasDomain: /_FUNCTION$/.test(macro) };
      families.set(macro, made);
      entries.push(made);
    }
    return families.get(macro);
  };
  if (title === 'Functions') {
    for (const f of [...functions].sort((a, b) => (a.name === 'as_written') - (b.name === 'as_written'))) {
      const made = family(f.macro);
      made.names.push(f.name);
      made.rows.push(f);
    }
  }
  for (const d of declarations) {
    const listed = d.names.filter((n) => isPublic(n) || (d.kind === 'macro' && isDocumented(d)));
    if (listed.length === 0) continue;
    if (d.from) {
      const made = family(d.from);
      const operands = { LOOM_REDUCTION: 'e, axes...', LOOM_BINARY_FUNCTION: 'a, b', LOOM_RUNNING: 'e, axis', LOOM_CHAIN: 'e, a, T, S = R' };
      const call = `${listed[0]}(${operands[d.from] ?? 'x'})`;
      made.names.push(listed[0]);
      made.rows.push({ name: listed[0], call, means: meant(d.doc.join(' ')) });
      continue;
    }
    const before = entries.at(-1);
    const part = () => ({ declarations: [code(tidied(d, isPublic))], html: commented(d.doc), members: membersOf(d) });
    const same = entries.find((e) => !e.family && e.names.includes(listed[0]));
    if (!isDocumented(d) && d.shares && before && !before.family) {
      before.names.push(...listed.filter((n) => !before.names.includes(n)));
      before.parts.at(-1).declarations.push(code(tidied(d, isPublic)));
    } else if (!isDocumented(d)) {
      if (same) same.parts.at(-1).declarations.push(code(tidied(d, isPublic)));
    } else if (same) {
      same.parts.push(part());
    } else {
      entries.push({ names: listed, parts: [part()] });
    }
  }
  for (const e of entries) {
    for (const name of e.names) {
      const where = memberOf[name];
      if (!where) continue;
      const found = header(read('include/loom', where.file)).declarations.find((d) => d.names[0] === where.name);
      e.parts[0].html += commented(found.doc);
      e.parts[0].members = membersOf(found);
    }
  }
  return { file: `loom/${file}`, include: include ?? everything, title, sentence: sentenceOf((about ? header(read('include/loom', about)).sentences : sentences).slice(0, count).join(' ')), entries };
};

export default () => {
  const groups = files.map(group).filter((g) => g.entries.length);
  const seen = new Set();
  for (const g of groups) {
    // Each name is the place of one entry: of its own, before that of a table.
    for (const e of [...g.entries].sort((a, b) => (a.family ? 1 : 0) - (b.family ? 1 : 0))) {
      e.anchors = e.names.filter((n) => !seen.has(n));
      e.anchors.forEach((n) => seen.add(n));
      for (const r of e.rows ?? []) r.anchored = e.anchors.includes(r.name);
    }
  }
  const silent = names.filter((n) => !seen.has(n));
  if (silent.length) console.error(`no comment says what these public names are: ${silent.join(' ')}`);
  return { groups, count: seen.size };
};
