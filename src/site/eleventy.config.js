// SPDX-License-Identifier: BSL-1.0
// src/site/eleventy.config.js — how the pages are made: what is copied beside them, and what is written once all of them are known.
// Every page works from a folder on disk: links are relative, scripts are classic, fonts lie in the style sheets.
import { mkdirSync, readFileSync, writeFileSync, copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import MiniSearch from 'minisearch';
import { output, root, work } from './lib/paths.js';
import { searchOptions } from './lib/search.js';
import { slug } from './lib/markdown.js';

const inModule = (...path) => join(work, 'node_modules', ...path);
const base64 = (file) => readFileSync(file).toString('base64');

const fontFace = (family, style, file) => {
  const [name, weights] = file;
  return `@font-face{font-family:"${family}";font-style:${style};font-display:block;font-weight:${weights};src:url(data:font/woff2;base64,${base64(name)}) format("woff2")}\n`;
};
const fonts = () => {
  const face = (family, module, file, style, weights) =>
    fontFace(family, style, [inModule(`@fontsource-variable/${module}`, 'files', file), weights]);
  return face('Source Serif', 'source-serif-4', 'source-serif-4-latin-wght-normal.woff2', 'normal', '200 900') +
    face('Source Serif', 'source-serif-4', 'source-serif-4-latin-wght-italic.woff2', 'italic', '200 900') +
    face('Source Sans', 'source-sans-3', 'source-sans-3-latin-wght-normal.woff2', 'normal', '200 900') +
    face('Source Code', 'source-code-pro', 'source-code-pro-latin-wght-normal.woff2', 'normal', '200 900');
};
/// The style sheet of KaTeX with the fonts that formulas of losses use, and no others.
const mathematicsCss = () => {
  const used = /KaTeX_(Main-Regular|Math-Italic|Size[1-4]-Regular|AMS-Regular|Main-Italic)\.woff2/;
  const css = readFileSync(inModule('katex', 'dist', 'katex.min.css'), 'utf8');
  return css.replace(/@font-face\{[^}]*\}/g, (face) => {
    const file = face.match(/fonts\/([\w-]+\.woff2)/)?.[1] ?? '';
    if (!used.test(file)) return '';
    return face.replace(/src:[^;}]*/, `src:url(data:font/woff2;base64,${base64(inModule('katex', 'dist', 'fonts', file))}) format("woff2")`);
  });
};

const plain = (html) => html.replace(/<(script|style|svg|nav)\b[\s\S]*?<\/\1>/g, ' ').replace(/<span class="katex-html"[\s\S]*?<\/span><\/span><\/span>/g, ' ')
  .replace(/<annotation[\s\S]*?<\/annotation>/g, ' ').replace(/<[^>]+>/g, ' ').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&').replace(/\s+/g, ' ').trim();

/// One entry a section, and one a public name: a page is found at the heading that is meant.
const sectionsOf = ({ url, content }) => {
  const main = content.match(/<main[\s\S]*?<\/main>/)?.[0] ?? '';
  const title = plain(content.match(/<h1[^>]*>([\s\S]*?)<\/h1>/)?.[1] ?? '');
  const parts = main.split(/(?=<h2[^>]*\bid="|<h3 class="name" id=")/);
  return parts.map((part) => {
    const heading = part.match(/^<h[23][^>]*\bid="([^"]*)"[^>]*>([\s\S]*?)<\/h[23]>/);
    const text = plain(part.replace(/<(h1|h2|h3|button|pre)\b[\s\S]*?<\/\1>|<p class="trail">[\s\S]*?<\/p>/g, ' '));
    const excerpt = text.length > 170 ? `${text.slice(0, 170).replace(/\s\S*$/, '')} …` : text;
    return { url: url.slice(1) + (heading ? `#${heading[1]}` : ''), title, section: heading ? plain(heading[2]) : '', text: plain(part), excerpt };
  }).filter((s) => s.text.length > 20);
};

const writeSearch = (pages) => {
  const search = new MiniSearch(searchOptions);
  const documents = pages.filter((p) => p.url?.endsWith('.html')).flatMap(sectionsOf).map((d, id) => ({ id, ...d, text: d.text.slice(0, 4000) }));
  search.addAll(documents);
  writeFileSync(join(output, 'assets', 'search-index.js'),
    `globalThis.loomSearchOptions=${JSON.stringify(searchOptions)};globalThis.loomSearchIndex=${JSON.stringify(JSON.stringify(search))};\n`);
};

export default function (eleventy) {
  eleventy.setQuietMode(true);
  eleventy.addFilter('rootOf', (url) => '../'.repeat(url.split('/').length - 2));
  eleventy.addFilter('kilobytes', (n) => `${Math.round(n / 1000)} kB`);
  eleventy.addFilter('groupedBy', (items, key) => {
    const groups = new Map();
    for (const item of items) groups.set(item[key], [...(groups.get(item[key]) ?? []), item]);
    return [...groups].map(([name, all]) => ({ name, items: all }));
  });
  eleventy.addFilter('json', (value) => JSON.stringify(value).replaceAll('<', '\\u003c'));
  eleventy.addFilter('count', (n, one, many) => (n === 1 ? `1 ${one}` : `${n} ${many ?? one + 's'}`));
  eleventy.addFilter('inCode', (text) => globalThis.loomHighlight(text));
  eleventy.addFilter('anchor', slug);
  eleventy.addFilter('encode', (text) => encodeURIComponent(text));

  eleventy.on('eleventy.after', ({ results }) => {
    const assets = join(output, 'assets');
    mkdirSync(assets, { recursive: true });
    const style = readFileSync('assets/style.css', 'utf8');
    writeFileSync(join(assets, 'style.css'), fonts() + style);
    writeFileSync(join(assets, 'mathematics.css'), mathematicsCss());
    for (const script of ['page.js', 'playground.js', 'highlight.js', 'plan.js']) copyFileSync(join('assets', script), join(assets, script));
    copyFileSync(inModule('minisearch', 'dist', 'umd', 'index.js'), join(assets, 'minisearch.js'));
    copyFileSync(inModule('katex', 'dist', 'katex.min.js'), join(assets, 'katex.js'));
    writeFileSync(join(assets, 'compiler.js'), `globalThis.loomCompiler="${base64(join(work, 'playground.wasm'))}";\n`);
    for (const folder of ['accuracy', 'speed']) {
      mkdirSync(join(output, 'docs', 'reference', folder), { recursive: true });
      for (const file of readdirSync(join(root, 'docs', 'reference', folder)))
        if (file.endsWith('.svg')) copyFileSync(join(root, 'docs', 'reference', folder, file), join(output, 'docs', 'reference', folder, file));
    }
    writeSearch(results);
  });

  return { dir: { input: 'pages', includes: '../templates', data: '../data', output }, htmlTemplateEngine: 'njk', markdownTemplateEngine: 'njk' };
}
