// SPDX-License-Identifier: BSL-1.0
// src/site/lib/headers.js — what a header declares, and what its comments say of it: enough of C++ for the headers of Loom.
import { inline } from './markdown.js';

const escape = (text) => globalThis.loomEscape(text);

// ---- declarations ----

const closes = { '(': ')', '[': ']', '{': '}' };
/// Past a comment or a text that begins at a position; the position itself if none does.
const pastText = (s, at) => {
  if (s.startsWith('//', at)) return s.indexOf('\n', at);
  if (s.startsWith('R"(', at)) return s.indexOf(')"', at) + 2;
  if (s[at] !== '"' && (s[at] !== "'" || /\w/.test(s[at - 1]))) return at;
  let i = at + 1;
  while (s[i] !== s[at]) i += s[i] === '\\' ? 2 : 1;
  return i + 1;
};
/// Past the bracket that closes the one at a position.
const pastBracket = (s, at) => {
  const close = closes[s[at]];
  for (let i = at + 1; i < s.length;) {
    const next = pastText(s, i);
    if (next !== i) i = next;
    else if (s[i] === close) return i + 1;
    else i = closes[s[i]] ? pastBracket(s, i) : i + 1;
  }
  return s.length;
};
/// Past the angle bracket that closes the one at a position, or -1: it was a comparison.
const pastAngle = (s, at) => {
  for (let i = at + 1; i < s.length;) {
    const next = pastText(s, i);
    if (next !== i) i = next;
    else if (s[i] === '>') return i + 1;
    else if (s[i] === '<' && /[\w"]/.test(s[i + 1])) { i = pastAngle(s, i); if (i < 0) return -1; }
    else if (closes[s[i]]) i = pastBracket(s, i);
    else if (/[;{})\]]/.test(s[i])) return -1;
    else ++i;
  }
  return -1;
};
const without = (s, opening) => {
  let r = '';
  for (let i = 0; i < s.length;) {
    const past = s[i] !== opening ? -1 : opening === '<' ? (/[\w]$/.test(r) ? pastAngle(s, i) : -1) : pastBracket(s, i);
    if (past > 0) i = past;
    else r += s[i++];
  }
  return r;
};

/// The template parameters of a declaration, what they must fulfil, and the rest of it.
const partsOf = (head) => {
  let rest = head.trim(), parameters = '', requires = '';
  while (rest.startsWith('template')) {
    const past = pastAngle(rest, rest.indexOf('<'));
    parameters = rest.slice(0, past);
    rest = rest.slice(past).trim();
  }
  while (rest.startsWith('requires')) {
    const after = rest.slice(8).trimStart();
    let past = rest.length - after.length;
    if (after.startsWith('(')) past = pastBracket(rest, past);
    else if (after.startsWith('requires')) past = pastBracket(rest, rest.indexOf('{'));
    else past = rest.indexOf('\n') < 0 ? rest.length : rest.indexOf('\n');
    requires = rest.slice(0, past);
    rest = rest.slice(past).trim();
  }
  return { parameters, requires, rest };
};
const isInitialised = (head) => / =\s/.test(without(without(partsOf(head).rest, '('), '[').replace(/operator=+/g, ''));
/// Whether what a head ends with asks for an expression in brackets: requires {, requires(T& v) {.
const isAsking = (head) => {
  const after = head.slice(head.lastIndexOf('requires') + 8).trim();
  return head.includes('requires') && (after === '' || (after[0] === '(' && pastBracket(after, 0) === after.length));
};
const isType = (head) => /^(class|struct|union|enum)\b/.test(partsOf(head).rest);

/// Where the declaration at a position ends, its head, and its body.
const declarationAt = (s, at) => {
  let body = '', i = at;
  for (;;) {
    const next = pastText(s, i);
    if (next !== i) { i = next; continue; }
    if (s[i] === ';' || i >= s.length) return { head: s.slice(at, i), body, end: i + 1 };
    if (s[i] === '{') {
      const head = s.slice(at, i), past = pastBracket(s, i);
      if (isAsking(head) || isInitialised(head)) { i = past; continue; }
      body = s.slice(i + 1, past - 1);
      const semicolon = /^\s*;/.exec(s.slice(past));
      return { head, body, end: semicolon ? past + semicolon[0].length : past, braced: !isType(head) && Boolean(semicolon) };
    }
    i = s[i] === '(' || s[i] === '[' ? pastBracket(s, i) : i + 1;
  }
};

const nameOf = (head) => {
  const { rest } = partsOf(head.replace(/\[\[.*?\]\]/g, ''));
  const type = rest.match(/^(class|struct|union|enum class|enum)\s+(\w+)/) ?? rest.match(/^(concept|using)\s+(\w+)\s*=/);
  if (type) return { kind: type[1].split(' ')[0], names: [type[2]] };
  if (rest.startsWith('using')) return { kind: 'using', names: [...rest.matchAll(/\b(?:\w+::)+(\w+)/g)].map((m) => m[1]) };
  const flat = without(rest, '<');
  const operator = flat.match(/\boperator\s*(\(\)|[^\s\w(]+|[\w:]+)\s*\(/);
  if (operator) return { kind: 'function', names: [`operator${/\w/.test(operator[1]) ? ' ' : ''}${operator[1]}`] };
  const called = flat.split(/ =\s/)[0].match(/(~?\w+)\s*\(/);
  if (called && !/\((&|\*)/.test(flat)) return { kind: 'function', names: [called[1]] };
  if (called && /\w\s+\w+\(\w/.test(flat)) return { kind: 'function', names: [called[1]] };
  const variable = without(without(flat.split(/ =\s/)[0], '['), '{').match(/(\w+)\s*$/);
  return { kind: 'variable', names: variable ? [variable[1]] : [] };
};

/// All declarations of a text, in order: { kind, names, head, body, doc, shares, members, from }. `shares`: no blank line, and no
/// comment, parts it from the one before. `from`: the macro that made it.
const scan = (source, { defines, undefined_, isClass = false } = {}) => {
  const s = source + '\n';
  const found = [];
  let at = 0, doc = [], joined = false, access = isClass ? 'private' : 'public';
  const add = (declaration) => {
    found.push({ ...declaration, doc, shares: joined && doc.length === 0 });
    doc = [];
    joined = true;
  };
  while (at < s.length) {
    const gap = s.slice(at).match(/^\s*/)[0];
    const sameLine = !gap.includes('\n');
    if (/\n[ \t]*\n/.test(gap)) joined = false;
    at += gap.length;
    if (at >= s.length) break;
    const line = s.slice(at, s.indexOf('\n', at));
    if (line.startsWith('///<')) {
      if (sameLine && found.length) found.at(-1).doc = [line.slice(4).trim()];
      at += line.length;
    } else if (line.startsWith('///')) {
      doc.push(line.slice(3).replace(/^ /, ''));
      at += line.length;
    } else if (line.startsWith('//')) {
      if (!sameLine) joined = false;
      at += line.length;
    } else if (line.startsWith('#')) {
      const directive = s.slice(at).match(/^(?:.*\\\n)*.*/)[0];
      const define = directive.match(/^#define\s+(\w+)(\(([^)]*)\))?\s*([\s\S]*)$/);
      at += directive.length;
      if (!define) continue;
      const [, name, list, parameters, text] = define;
      defines.set(name, { parameters: (parameters ?? '').split(',').map((p) => p.trim()), text: text.replace(/\\\n/g, '\n'), doc });
      if (doc.length && !undefined_.has(name)) add({ kind: 'macro', names: [name], head: `#define ${name}${list ?? ` ${text}`}`, body: '' });
      doc = [];
      joined = false;
    } else if (/^(public|private|protected):/.test(line)) {
      access = line.match(/^\w+/)[0];
      at += line.indexOf(':') + 1;
    } else if (/^namespace\b[^=;]*\{/.test(s.slice(at, s.indexOf('{', at) + 1))) {
      const open = s.indexOf('{', at), past = pastBracket(s, open);
      const name = s.slice(at, open).trim().split(/\s|::/).pop();
      const inside = name === 'detail' ? [] : scan(s.slice(open + 1, past - 1), { defines, undefined_ });
      if (doc.length) add({ kind: 'namespace', names: [name], head: `namespace ${name}`, body: '', members: inside });
      else found.push(...inside);
      at = past;
      joined = false;
    } else if (defines.has(line.match(/^\w+/)?.[0]) && /^\w+\([^()]*\)\s*(\/\/.*)?$/.test(line)) {
      const [call, macro, list] = line.match(/^(\w+)\(([^()]*)\)/);
      const made = expanded(defines, macro, list.split(',').map((a) => a.trim()));
      add({ ...made, from: macro });
      at += call.length;
    } else if (line.startsWith('}')) {
      ++at;
    } else {
      const { head, body, end, braced } = declarationAt(s, at);
      const named = nameOf(head);
      const kept = access === 'public' && named.names.length && !/^(friend|static_assert|extern|typedef)\b/.test(head.trim()) && !/^template\s*<>/.test(head.trim()) &&
        !/= (delete|default)\s*$/.test(head) && !(named.kind === 'function' && /\bnever</.test(body)) && !(named.kind === 'class' || named.kind === 'struct' ? body === '' && /^(class|struct)\s+\w+$/.test(partsOf(head).rest) : false);
      if (kept) {
        const hasMembers = named.kind === 'class' || named.kind === 'struct';
        add({ ...named, kind: braced ? 'variable' : named.kind, head, body,
          members: hasMembers ? scan(body, { defines, undefined_, isClass: named.kind === 'class' }) : [] });
      } else {
        doc = [];
      }
      at = end;
    }
  }
  return found;
};
const expanded = (defines, macro, values) => {
  const { parameters, text } = defines.get(macro);
  const filled = parameters.reduce((t, p, i) => t.replace(new RegExp(`(?<![\\w:])${p}\\b(?!::)|(?<=::)${p}(?=>)`, 'g'), values[i] ?? ''), text);
  return scan(filled, { defines: new Map(), undefined_: new Set() })[0];
};

/// The sentences that a file begins with, its declarations, and what a macro of it makes of a name.
export const header = (text) => {
  const undefined_ = new Set([...text.matchAll(/^#undef (\w+)/gm)].map((m) => m[1]));
  const defines = new Map();
  const declarations = scan(text.replace(/^\/\/ SPDX.*\n(\/\/.*\n)*/, ''), { defines, undefined_ });
  const opening = text.match(/^\/\/ SPDX.*\n((?:\/\/.*\n)*)/)[1].replace(/^\/\/ ?/gm, '').replace(/\n/g, ' ').replace(/^\S+ — /, '');
  const sentences = opening.split(/(?<=\.)\s+/).map((s, i) => (i === 0 ? s.replace(/^./, (c) => c.toUpperCase()) : s));
  return { sentences, declarations, defines, make: (macro, name) => expanded(defines, macro, [name]) };
};

// ---- as they are shown ----

/// A declaration without its body, and without what says how it is compiled.
export const tidied = ({ kind, head, body }, isPublic) => {
  if (kind === 'macro') return head;
  let { parameters, requires, rest } = partsOf(head.replace(/\[\[.*?\]\]\s*/g, ''));
  rest = rest.trim();
  if (kind === 'namespace' || (kind === 'using' && !rest.includes('='))) return `${rest};`;
  if (kind === 'enum') {
    const rows = body.includes('\n') ? body.replace(/\s*$/, '\n') : body;
    return `${rest} {${rows.replace(/\/\/\/<?/g, '//')}};`;
  }
  if (kind === 'function') {
    const flat = rest.match(/^[\s\S]*?\)(?=\s*:\s)/);
    if (flat) rest = flat[0];
  }
  if (kind === 'variable') {
    const [named, ...value] = rest.split(/ =\s+/);
    const left = without(named, '{').trim();
    const type = left.match(/^((?:inline|static|constexpr|const)\s+)*(.*?)\s*(\w+(?:\[.*\])?)$/s);
    const words = left.match(/^(?:(?:inline|static|constexpr)\s+)*/)[0];
    const shown = type && /^(?:auto|typename\b.*|.*<.*|detail::.*|\w+_name)$/s.test(type[2]) && !isPublic(type[2]) ? `${words}auto ${type[3]} = …` : left;
    const literal = value.join(' = ');
    rest = shown.endsWith('…') || !literal || literal.length > 40 ? shown : `${left} = ${literal}`;
  }
  if (/detail::|is_result_list/.test(requires)) requires = '';
  const lines = [parameters, requires && `  ${requires}`, rest].filter(Boolean).join('\n');
  const short = lines.replace(/\bdetail::/g, '').replace(/\b(?:lang|schedule|rewrite|emit|call|base)::(\w+)/g, (all, name) => (isPublic(name) ? name : all));
  const one = short.replace(/\n\s*/g, ' ');
  const indented = short.replace(/\n {4,}(?=\S)/g, '\n    ');
  return (one.length <= 78 ? one : indented) + (kind === 'class' || kind === 'struct' ? ' { … };' : ';');
};

/// A comment in which what looks like code is marked: calls, templates, bindings, names with :: or _, files, flags.
const marked = (text) => {
  let html = '', plain = '';
  const flush = () => { html += inline(plain); plain = ''; };
  for (let i = 0; i < text.length;) {
    const said = /^(?:<\w+>|#pragma [a-z]+ [a-z]+|#include|-f[a-z]+-[a-z]+|[a-z]\w* = [a-z]\w*(?![\w(]))/.exec(text.slice(i));
    if (said && !/[\w`/.]$/.test(plain)) {
      flush();
      html += `<code>${escape(said[0])}</code>`;
      i += said[0].length;
      continue;
    }
    const word = /^(?:[A-Za-z_]\w*(?:(?:::|\/)[A-Za-z_]\w*)*(?:\.(?:hpp|def|h))?)/.exec(text.slice(i));
    if (!word || /[\w`/.]$/.test(plain)) { plain += text[i++]; continue; }
    let end = i + word[0].length, isCode = /::|_|\.(hpp|def|h)$|^LOOM/.test(word[0]) && !/^_/.test(word[0]);
    for (;;) {
      const past = text[end] === '(' ? pastBracket(text, end) : text[end] === '<' ? pastAngle(text, end) : -1;
      if (past > 0 && past <= text.length && /[)>]/.test(text[past - 1])) { end = past; isCode = true; continue; }
      const member = /^(?:\.|::)[A-Za-z_]\w*(?=[(<]|\b)/.exec(text.slice(end));
      if (!member || !/^(::|\.\w+\()/.test(text.slice(end))) break;
      end += member[0].length;
    }
    if (isCode && /[)>]$/.test(text.slice(i, end))) end += /^ = [a-z]\w*(?![\w(])/.exec(text.slice(end))?.[0].length ?? 0;
    if (!isCode) plain += text.slice(i, end);
    else { flush(); html += `<code>${escape(text.slice(i, end))}</code>`; }
    i = end;
  }
  flush();
  return html;
};

/// A comment as HTML: its paragraphs, its code, and what it says under a word as a list of terms.
export const commented = (lines) => {
  const blocks = [];
  let open = null;
  for (const line of lines) {
    const term = line.match(/^([A-Z][a-z]*):\s+(\S.*)$/);
    if (line.trim() === '') open = null;
    else if (term) blocks.push(open = { term: term[1], text: term[2] });
    else if (/^ {2,}template|^ {4}/.test(line) && open?.term === undefined) {
      if (blocks.at(-1)?.code !== undefined && open === blocks.at(-1)) open.code += '\n' + line;
      else blocks.push(open = { code: line });
    } else if (open && open.code === undefined && !(open.term && open.text.endsWith('.') && !line.startsWith(' '))) open.text += ' ' + line.trim();
    else blocks.push(open = { text: line.trim() });
  }
  const dedented = (code) => code.split('\n').map((l) => l.slice(Math.min(...code.split('\n').map((c) => c.search(/\S/))))).join('\n');
  let html = '';
  blocks.forEach((b, i) => {
    if (b.code !== undefined) html += `<pre class="code scrolls"><code>${globalThis.loomHighlight(dedented(b.code))}</code></pre>\n`;
    else if (b.term === undefined) html += `<p>${marked(b.text)}</p>\n`;
    else html += `${blocks[i - 1]?.term ? '' : '<dl class="terms">'}<div><dt>${b.term}</dt><dd>${marked(b.text)}</dd></div>${blocks[i + 1]?.term ? '' : '</dl>\n'}`;
  });
  return html;
};
export const sentenceOf = (text) => marked(text);
