// SPDX-License-Identifier: BSL-1.0
// src/site/lib/markdown.js — the pages of docs/ as HTML: their links lead to pages of the site, their code is marked, their tables scroll.
import { posix } from 'node:path';
import MarkdownIt from 'markdown-it';
import '../assets/highlight.js';
import { exists } from './paths.js';

/// As GitHub names headings, which the links in docs/ count on.
export const slug = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').trim().replace(/\s+/g, '-');

/// Where a file of the tree is on the site, or nothing.
export const placeOf = (file) => {
  const path = file.replace(/\/$/, '');
  if (path === 'docs/decisions') return 'docs/decisions/index.html';
  if (path === 'examples' || path === 'examples/README.md') return 'docs/examples.html';
  if (path === 'docs/reference/ops.md') return 'tables/ops.html';  // printed from the same rows
  if (path.startsWith('docs/') && path.endsWith('.md')) return path.replace(/\.md$/, '.html');
  if (path.startsWith('docs/') && path.endsWith('.svg')) return path;
  if (path.startsWith('examples/') && path.endsWith('.cpp')) return path.replace(/\.cpp$/, '.html').replace('examples/', 'docs/examples/');
  return null;
};

const markdown = new MarkdownIt({ html: false, typographer: false });

markdown.renderer.rules.fence = (tokens, i) => {
  const [language] = tokens[i].info.trim().split(/\s+/);
  const code = tokens[i].content;
  const marked = ['cpp', 'c', 'c++', 'cmake'].includes(language) ? globalThis.loomHighlight(code) : globalThis.loomEscape(code);
  const drawing = /[│┌└]/.test(code) ? ' drawing' : '';
  return `<pre class="code scrolls${drawing}"><code>${marked}</code></pre>\n`;
};
markdown.renderer.rules.code_block = (tokens, i) => `<pre class="code scrolls"><code>${globalThis.loomEscape(tokens[i].content)}</code></pre>\n`;
markdown.renderer.rules.table_open = () => '<div class="scrolls table"><table>\n';
markdown.renderer.rules.table_close = () => '</table></div>\n';

/// file: of the tree; to: its page. Returns the page's title, its HTML and its headings.
export const render = (text, file, to) => {
  const headings = [];
  const seen = new Map();
  const env = {};
  const tokens = markdown.parse(text.replace(/^<!--.*-->$/gm, ''), env);
  const relative = (place) => posix.relative(posix.dirname(to), place);
  let level = 0;
  tokens.forEach((token, i) => {
    if (token.type === 'heading_open') {
      level = Math.min(Number(token.tag[1]), level + 1);  // none is left out
      token.tag = tokens[i + 2].tag = `h${level}`;
      const plain = tokens[i + 1].children.map((c) => c.content).join('');
      let id = slug(plain);
      const n = seen.get(id) ?? 0;
      seen.set(id, n + 1);
      if (n > 0) id += `-${n}`;
      token.attrSet('id', id);
      headings.push({ level: Number(token.tag[1]), text: plain, id });
    }
    if (token.type === 'th_open' || token.type === 'td_open') {
      const style = token.attrGet('style');
      if (style?.includes('right')) { token.attrs = null; token.attrSet('class', 'number'); }
    }
    // An empty heading of a column says nothing to those who listen.
    if (token.type === 'th_open' && tokens[i + 1].children?.length === 0) { token.type = 'td_open'; token.tag = 'td'; tokens[i + 2].tag = 'td'; tokens[i + 2].type = 'td_close'; }
    if (token.type !== 'inline') return;
    const dropped = [];
    for (const child of token.children) {
      if (child.type === 'link_open') {
        const href = child.attrGet('href');
        if (/^(https?:|#)/.test(href)) continue;
        const [path, anchor] = href.split('#');
        const target = posix.normalize(posix.join(posix.dirname(file), path));
        const place = placeOf(target);
        const there = place !== null && exists(target);
        dropped.push(!there);
        if (there) child.attrSet('href', relative(place) + (anchor ? `#${anchor}` : ''));
        else { child.type = 'text'; child.content = ''; child.tag = ''; }
      } else if (child.type === 'link_close' && dropped.pop()) {
        child.type = 'text'; child.content = ''; child.tag = '';
      } else if (child.type === 'image') {
        const target = posix.normalize(posix.join(posix.dirname(file), child.attrGet('src')));
        child.attrSet('src', relative(target));
        child.attrSet('class', 'plot');
        token.is_plot = true;
      }
    }
    if (token.is_plot && tokens[i - 1]?.type === 'paragraph_open') tokens[i - 1].attrSet('class', 'scrolls plots');
  });
  const title = headings.find((h) => h.level === 1)?.text ?? file;
  return { title, html: markdown.renderer.render(tokens, markdown.options, env), headings: headings.filter((h) => h.level === 2) };
};

export const inline = (text) => markdown.renderInline(text);
