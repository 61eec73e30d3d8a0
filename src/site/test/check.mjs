// SPDX-License-Identifier: BSL-1.0
// src/site/test/check.mjs — the site in a browser, from its folder: node check.mjs SITE [FOLDER for pictures]
// Every page: no error, nothing loaded from elsewhere, all links lead somewhere, no sideways scrolling on a phone. Of each kind: contrast
// and names, in light and dark; the keyboard alone is enough. Losses and notations have all their parts, and each notation its page. The
// playground answers, and says what is wrong.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';

const site = resolve(process.argv[2]);
const pictures = process.argv[3];
const axe = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const url = (page) => pathToFileURL(join(site, page.split('#')[0])).href + (page.includes('#') ? '#' + page.split('#').slice(1).join('#') : '');

let checked = 0;
const wrong = [];
const check = (right, what) => {
  ++checked;
  if (!right) {
    wrong.push(what);
    console.error(`WRONG  ${what}`);
  }
};

const filesIn = (folder) => readdirSync(folder).flatMap((f) => (statSync(join(folder, f)).isDirectory() ? filesIn(join(folder, f)) : [join(folder, f)]));
const pages = filesIn(site).filter((f) => f.endsWith('.html')).map((f) => relative(site, f)).sort();

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const open = async (width, colorScheme = 'light') => {
  const page = await browser.newPage({ viewport: { width, height: width > 800 ? 1000 : 844 }, colorScheme });
  page.on('console', (m) => { if (m.type() === 'error') check(false, `${page.url()}: ${m.text()}`); });
  page.on('pageerror', (e) => check(false, `${page.url()}: ${e.message}`));
  page.on('request', (r) => { if (!/^(file|data|blob):/.test(r.url())) check(false, `${page.url()} asks for ${r.url()}`); });
  page.on('requestfailed', (r) => check(r.failure().errorText === 'net::ERR_ABORTED', `${page.url()}: ${r.url()} is not there`));  // aborted: the page was left
  return page;
};
const shown = (page) => page.waitForFunction(() => /Shown/.test(document.getElementById('status').textContent));

// ---- every page ----

const ids = new Map(), links = [];
{
  const phone = await open(390);
  for (const page of pages) {
    await phone.goto(url(page));
    if (page === 'playground.html') await shown(phone);
    const found = await phone.evaluate(() => ({
      width: document.documentElement.scrollWidth,
      ids: [...document.querySelectorAll('[id]')].map((e) => e.id),
      links: [...document.querySelectorAll('a[href], img[src], link[href]')].map((e) => e.getAttribute('href') ?? e.getAttribute('src')),
      empty: [...document.querySelectorAll('pre code, td:only-child, h1, h2, a')].filter((e) => e.textContent.trim() === '' && !e.querySelector('svg')).length,
      headings: document.querySelectorAll('h1').length,
      title: document.title,
    }));
    check(found.width <= 390, `${page} is ${found.width} px wide on a phone`);
    check(found.empty === 0, `${page} has something empty`);
    check(found.headings === 1, `${page} has ${found.headings} headings of the first level`);
    check(/Loom/.test(found.title) && !/^ ·|undefined/.test(found.title), `${page} has the title "${found.title}"`);
    check(new Set(found.ids).size === found.ids.length, `${page} has an id twice: ${found.ids.filter((id, i) => found.ids.indexOf(id) !== i)}`);
    ids.set(page, new Set(found.ids));
    for (const link of found.links) links.push([page, link]);
  }
  await phone.close();
}
for (const [page, link] of links) {
  if (link.startsWith('data:')) continue;
  check(!/^[a-z]+:/.test(link), `${page} leads elsewhere: ${link}`);
  const [path, anchor] = link.split('#');
  const target = path === '' ? page : relative(site, join(site, dirname(page), path));
  check(!target.startsWith('..') && (() => { try { return statSync(join(site, target)).isFile(); } catch { return false; } })(), `${page}: there is no ${link}`);
  if (anchor && ids.has(target) && !target.startsWith('playground')) check(ids.get(target).has(anchor), `${page}: ${target} has no place ${anchor}`);
}

// ---- the API: every public name that is not a layer has its place ----

{
  const listed = readFileSync(join(site, '..', '..', 'tests', 'public_names', 'names.txt'), 'utf8').split('\n');
  const layers = listed.findIndex((l) => l.startsWith('# The layers'));
  const names = listed.filter((l, i) => !l.startsWith('#') && i > listed.findIndex((m, k) => k > layers && m.startsWith('#'))).join(' ').split(/\s+/).filter(Boolean);
  const places = ids.get('docs/reference/api.html') ?? new Set();
  check(names.length > 50, `names.txt has ${names.length} public names`);
  for (const name of [...names, 'LOOM_DECLARE', 'LOOM_INSTANTIATE']) check(places.has(name), `docs/reference/api.html does not say what ${name} is`);
}

// ---- losses and notations: each has its page, and every page its parts ----

{
  const root = join(site, '..', '..');
  const ofFormulas = pages.filter((p) => /^(losses|notations)\/(?!index)/.test(p)), ofNotations = pages.filter((p) => /^notations\/(?!index)/.test(p));
  const page = await open(1440);
  const about = new Map();
  for (const path of ofFormulas) {
    await page.goto(url(path));
    const found = await page.evaluate(() => {
      const text = (selector) => [...document.querySelectorAll(selector)].map((e) => e.textContent);
      const sections = Object.fromEntries([...document.querySelectorAll('section > h2[id]')].map((h) => [h.id, h.parentElement.textContent.trim().length - h.textContent.length]));
      return {
        sections, outline: text('.outline a').length, written: text('#formula ~ .mathematics .katex').length, gradients: text('#gradient ~ .mathematics .katex').length, broken: text('.katex-error').length,
        plans: [...document.querySelectorAll('svg.plan')].map((svg) => svg.querySelectorAll('.sweep').length),
        code: [...document.querySelectorAll('[role=tabpanel] code')].map((c) => c.textContent), spelled: text('#formula ~ .block code')[0], call: text('#call ~ .block code')[0],
        said: text('h1, .lede, article > p').join('\n'), links: [...document.querySelectorAll('article > p a')].map((a) => a.getAttribute('href')), explained: text('#words ~ details pre code')[0],
      };
    });
    about.set(path, found);
    for (const part of ['formula', 'rewritten', 'gradient', 'plan', 'code', 'hazards', 'call', 'words']) check(found.sections[part] > 20, `${path} has no ${part}`);
    check(found.outline >= 8, `${path} does not list its sections`);
    check(found.written > 0 && found.gradients > 0 && found.broken === 0, `${path} has ${found.written} formulas and ${found.gradients} gradients`);
    check(found.plans.length > 0 && found.plans.every((sweeps) => sweeps > 0), `${path} has the plans ${found.plans}`);
    check((found.explained.match(/^Plan( of stage \d+)?$/gm) ?? []).length === found.plans.length, `${path} has ${found.plans.length} pictures, and other plans in words`);
    check(found.code.length === 4, `${path} has ${found.code.length} dialects`);
    found.code.forEach((c, k) => check(k < 2 ? /double \w+\(.*[\s\S]*return /.test(c) : /__global__/.test(c) || /^\/\/ This formula .* no code for a GPU yet\.\n$/.test(c), `${path}: dialect ${k} is ${c.slice(0, 80)}`));
    check(/constexpr auto \w+ =\s*loom::loss</.test(found.spelled), `${path} is spelled ${found.spelled.slice(0, 80)}`);
    check(/^float \w+_of\(/m.test(found.call) && /d\(\w+::\w+\) = /.test(found.call), `${path} is called by ${found.call.slice(0, 80)}`);
  }

  const header = readFileSync(join(root, 'src', 'site', 'notations.hpp'), 'utf8');
  const losses = [...header.matchAll(/^inline constexpr auto (\w+) = (loom::loss<.*);$/gm)];
  check(losses.length === ofNotations.length && losses.length > 0, `${losses.length} losses show a notation, on ${ofNotations.length} pages`);
  for (const [, name, formula] of losses) check(ofNotations.some((p) => about.get(p).spelled.includes(`constexpr auto ${name} = ${formula};`) && about.get(p).call.includes(formula)), `no page quotes ${name} as src/site/notations.hpp has it`);

  // What the language has: a section of its reference that is not about all formulas has a page that links to it, and so has every word.
  const linked = ofNotations.flatMap((p) => about.get(p).links);
  const forAll = ['Inputs', 'Names', 'Elementwise', 'Reductions', 'The order of axes', 'Meaning', 'Edges', 'Second derivatives', 'Limits'];
  const headings = [...readFileSync(join(root, 'docs', 'reference', 'language.md'), 'utf8').matchAll(/^## (.*)$/gm)].map((m) => m[1]);
  for (const heading of forAll) check(headings.includes(heading), `docs/reference/language.md has no section ${heading} any more`);
  for (const heading of headings.filter((h) => !forAll.includes(h))) {
    const anchor = heading.toLowerCase().replace(/[^a-z0-9\s-]/g, '').replaceAll(' ', '-');
    check(linked.includes(`../docs/reference/language.html#${anchor}`), `no page of a notation leads to "${heading}" of docs/reference/language.md`);
  }
  for (const p of ofNotations) check(about.get(p).links.some((l) => l.startsWith('../docs/reference/language.html#')), `${p} does not lead to the reference`);
  for (const word of ['z(N = M)', 'x(C = 2)', 'x(T = T - 1)', 'outside', 'sum(a * b, D)', 'cumsum', 'cumprod', 'cummax', 'logcumsumexp', 'recurrence', 'reverse', 'exclusive', 'forward(', 'viterbi', 'S = S - K', 'order(e, C)', 'rank',
    'top_k', 'argmax', 'axis<"Q = N + M">', 'number(t)', 'N != M', 'K + 2', 'custom(', 'slope(u) = s']) check(ofNotations.some((p) => about.get(p).said.includes(word)), `no page says what ${word} is`);
  // Where what is shown needs its notation, it is in the formula.
  for (const [file, word] of [['a-value-at-a-place', '(N = M)'], ['products-of-matrices', 'sum(a * b, D)'], ['running-values', 'cumsum('], ['chains-of-states', 'forward('], ['order', 'order('], ['an-extent-that-follows', 'axis<"K = T - 1">'],
    ['numbers-of-labels-and-positions', 'number(t)'], ['a-derivative-of-ones-own', 'custom(']]) check(about.get(`notations/${file}.html`)?.spelled.includes(word), `notations/${file}.html is not there, or has no ${word}`);
  for (const file of ['running-values', 'chains-of-states', 'order']) check(about.get(`notations/${file}.html`)?.plans.length > 1, `notations/${file}.html shows no stages`);
  for (const p of ofNotations) check(links.some(([from, to]) => from === 'notations/index.html' && `notations/${to}` === p), `notations/index.html does not list ${p}`);
  check(links.filter(([, to]) => /(^|\/)notations\/index\.html$/.test(to)).length >= pages.length - ofNotations.length - 1, 'the head of a page does not lead to the notations');
  await page.close();
}

// ---- one of each kind: what axe finds, in light and dark ----

const kinds = ['index.html', 'losses/index.html', 'losses/cross_entropy.html', 'losses/grpo.html', 'notations/index.html', 'notations/products-of-matrices.html', 'notations/chains-of-states.html', 'docs/index.html', 'docs/tutorial.html', 'docs/reference/speed.html',
  'docs/help.html', 'docs/reference/api.html', 'docs/examples/01_cross_entropy.html', 'tables/index.html', 'tables/ops.html', 'tables/rules.html', 'tables/issues.html', 'playground.html'];
for (const scheme of ['light', 'dark']) {
  for (const width of [1440, 390]) {
    const page = await open(width, scheme);
    for (const kind of kinds) {
      await page.goto(url(kind));
      if (kind === 'playground.html') await shown(page);
      if (width === 1440 || kind === 'playground.html' || kind === 'index.html') {
        await page.evaluate(axe);
        const found = await page.evaluate(() => globalThis.axe.run(document, { preload: false, resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }));
        check(found.violations.length === 0, `${kind}, ${scheme}, ${width}: ${found.violations.map((v) => `${v.id} (${v.nodes.length}): ${v.nodes[0].html.slice(0, 160)} ${v.nodes[0].failureSummary}`).join('; ')}`);
      }
      if (pictures) await page.screenshot({ path: join(pictures, `${kind.replace(/\.html$/, '').replaceAll('/', '_')}-${width}-${scheme}.png`), fullPage: true });
    }
    await page.close();
  }
}

// ---- the playground ----

{
  const page = await open(1440);
  const text = (id) => page.textContent(`#${id}`);
  const type = async (formula) => {
    await page.fill('#formula', formula);
    return { mistake: await text('mistake'), cpp: await text('cpp'), ms: Number((await text('status')).match(/\d+/)?.[0]) };
  };
  await page.goto(url('playground.html'));
  await shown(page);
  check(/double loss\(/.test(await text('cpp')) && /double loss\(/.test(await text('c99')), 'the playground prints no code at first');

  const huber = await type('where(abs(a - y) <= delta, 0.5 * square(a - y), delta * (abs(a - y) - 0.5 * delta)).mean()');
  check(huber.mistake === '' && /std::fabs/.test(huber.cpp), `a new formula makes no new code: ${huber.mistake}`);

  const misspelled = await type('-log(gathr(softmax(x, C), t)).mean()');
  check(/no function gathr/.test(misspelled.mistake) && /\^{5}/.test(misspelled.mistake) && /gather/.test(misspelled.mistake), `a mistake is not shown: ${misspelled.mistake}`);
  check(/std::fabs/.test(misspelled.cpp), 'a mistake takes the last code away');
  check((await page.getAttribute('#formula', 'aria-invalid')) === 'true', 'a mistake is not said to those who listen');

  // As a textbook sets it: what KaTeX was given.
  for (const [formula, latex] of [
    ['mean(x)', '\\dfrac{1}{N}\\sum_{n} x_{n}'],
    ['sum(exp(x) / sum(exp(x), C) * w, C).sum()', "\\sum_{n} \\sum_{c} \\dfrac{\\mathrm{e}^{x_{nc}}}{\\sum_{c'} \\mathrm{e}^{x_{nc'}}}\\,w_{nc}"],
    ['gather(x, t).sum()', '\\sum_{n} x_{n,t_{n}}'],
    ['sum(where(m, x, 0))', '\\sum_{n\\,:\\,m_{n}} x_{n}'],
    ['(a / (b / c)).sum()', '\\sum_{n} \\dfrac{a_{n}}{\\dfrac{b_{n}}{c_{n}}}'],
    ['(-(x + y) * z / 3).sum()', '-\\sum_{n} \\dfrac{z_{n}\\,(x_{n} + y_{n})}{3}'],
    ['((a - b) - (c - d)).sum()', '\\sum_{n} (a_{n} - b_{n} - c_{n} + d_{n})'],
    ['(log(x) * log(y)).sum()', '\\sum_{n} (\\log x_{n})\\,\\log y_{n}'],
    ['square(sum(x, C)).sum()', '\\sum_{n} {\\left(\\sum_{c} x_{nc}\\right)}^{2}'],
    ['pow(-x, 3.0).sum()', '\\sum_{n} {(-x_{n})}^{3}'],
    ['exp(-square(x)).sum()', '\\sum_{n} \\mathrm{e}^{-x_{n}^{2}}'],
    ['(x * cumsum(y, N)).sum()', "\\sum_{n,c} x_{nc}\\,\\sum_{n' \\le n} y_{n'c}"],
    ['logcumsumexp(x, N, reverse, exclusive).sum()', "\\sum_{n,c} \\log \\sum_{n' > n} \\mathrm{e}^{x_{n'c}}"],
    ['sum(exp(cumprod(-cummax(x, N), N)), N)', "\\sum_{n} \\exp\\left(\\prod_{n' \\le n} \\left(-\\max_{n'' \\le n'} x_{n'',c}\\right)\\right)"],
    ['(0.5 * (x + 1e-6) / y).mean()', '\\dfrac{1}{N}\\sum_{n} \\dfrac{x_{n} + 10^{-6}}{2\\,y_{n}}'],
  ]) {
    await type(formula);
    const set = (await page.textContent('#written annotation')).replace(/^.*?\\nobreak /, '');
    check(set === latex, `${formula} is set as ${set}`);
  }

  // Values: against the same computed here.
  await type('-gather(log(exp(x) / sum(exp(x), C)), t).mean()');
  await page.fill('#data-x', '1 2 3\n0 0 0\n-1 4 0.5');
  await page.fill('#data-t', '2 0 1');
  const rows = [[1, 2, 3], [0, 0, 0], [-1, 4, 0.5]], labels = [2, 0, 1];
  const softmax = (r) => r.map((v) => Math.exp(v) / r.reduce((s, w) => s + Math.exp(w), 0));
  const expected = rows.reduce((s, r, i) => s - Math.log(softmax(r)[labels[i]]), 0) / 3;
  const value = async (column) => Number(await page.textContent(`#values > div:nth-child(${column}) .result`));
  check(Math.abs((await value(1)) - expected) < 1e-5 && Math.abs((await value(2)) - expected) < 1e-5, `the value is ${await value(1)}, not ${expected}`);
  const gradient = (await page.locator('#values > div:nth-child(1) .grid td').allTextContents()).map(Number);
  const exact = rows.flatMap((r, i) => softmax(r).map((p, k) => (p - (k === labels[i] ? 1 : 0)) / 3));
  check(gradient.length === 9 && gradient.every((g, i) => Math.abs(g - exact[i]) < 1e-5), `the gradient is ${gradient}, not ${exact}`);
  await page.click('#large');
  check(Number.isFinite(await value(1)) && !Number.isFinite(await value(2)), 'large logits: Loom computes what the spelling does not');

  await page.waitForFunction(() => decodeURIComponent(location.hash).includes('sum(exp(x), C)'));
  const link = page.url();
  const other = await open(1440);
  await other.goto(link);
  await shown(other);
  check((await other.inputValue('#formula')) === '-gather(log(exp(x) / sum(exp(x), C)), t).mean()', 'a link does not carry the formula');
  await other.close();

  const names = await page.locator('#example option').evaluateAll((all) => all.map((o) => o.value).filter(Boolean));
  const slowest = { ms: 0 };
  for (const name of names) {
    await page.selectOption('#example', name);
    check((await text('mistake')) === '', `${name}: ${await text('mistake')}`);
    check((await page.locator('#values .result').count()) > 0, `${name} has no value`);
    const formula = await page.inputValue('#formula');
    const times = [];
    for (let i = 0; i < 3; ++i) times.push((await type(formula + ' '.repeat(i))).ms);
    const ms = Math.min(...times);
    if (ms > slowest.ms) Object.assign(slowest, { name, ms });
  }
  const size = gzipSync(readFileSync(join(site, 'assets', 'compiler.js'))).length;
  check(size < 1e6, `the compiler is ${size} bytes compressed`);
  console.error(`playground: ${Math.round(size / 1000)} kB compressed; the slowest of ${names.length} formulas, ${slowest.name}, is shown in ${slowest.ms} ms`);

  // A plan in stages has a picture for each, and products of matrices their sentences.
  await page.selectOption('#example', 'crf');
  check((await page.locator('#picture svg').count()) === 3 && /Stage 2: value/.test(await text('picture')), 'a chain of states has no pictures of its stages');
  await page.selectOption('#example', 'siglip');
  check((await page.locator('#picture svg').count()) === 1 && /N x M: products over D/.test(await text('picture')), 'products of matrices have no sentence');

  // Whatever is typed on the way to a formula is answered.
  for (const formula of ['', '(', 'x[', 'constexpr auto', '('.repeat(300), 'a.b.c', '"', '\\', 'log(x', '💡', 'sum(sum(x, C), C)'.repeat(40)])
    check((await type(formula)).mistake !== '' || formula === '', `${formula.slice(0, 20)} is no formula, and nothing is said`);
  check((await type('square(x).sum()')).mistake === '', 'the playground does not recover');
  await page.close();
}

// ---- by keyboard alone ----

{
  const page = await open(1440);
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim());
  await page.goto(url('index.html'));
  await page.keyboard.press('Tab');
  check((await focused()) === 'Skip to the text', `the first stop is ${await focused()}`);
  await page.keyboard.press('Enter');
  check((await page.evaluate(() => location.hash)) === '#main', 'the first stop does not skip the head');

  await page.keyboard.press('/');
  await page.keyboard.type('huber');
  await page.waitForFunction(() => document.querySelector('#search-results a'));
  check(/huber/i.test(await page.textContent('#search-results')), 'search does not find the Huber loss');
  await page.keyboard.press('Enter');
  await page.waitForURL(/losses\/huber/);
  check(/Huber/.test(await page.title()), 'search does not lead to the Huber loss');
  for (const [words, place] of [['log of a sum of exponentials', 'tables/rules'], ['workspace', 'calls'], ['unknown_axis', 'issues'], ['ten minutes', 'tutorial'], ['strided_view', 'api.html#strided_view'], ['viterbi', 'notations/chains-of-states']]) {
    await page.keyboard.press('/');
    await page.waitForSelector('#search[open]');
    await page.fill('#search-text', words);
    await page.waitForFunction((w) => document.getElementById('search-results').dataset.of === w, words);
    const hrefs = await page.locator('#search-results a').evaluateAll((all) => all.map((a) => a.href));
    check(hrefs.some((h) => h.includes(place)), `search for "${words}" does not find ${place}`);
    await page.keyboard.press('Escape');
  }

  await page.focus('#tab-cpp');
  await page.keyboard.press('ArrowRight');
  check((await focused()) === 'tab-c99' && (await page.isVisible('#code-c99')) && !(await page.isVisible('#code-cpp')), 'the arrows do not change the dialect');
  await page.focus('#code-c99 .copy');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelector('#code-c99 .copy').textContent === 'Copied');
  await page.goto(url('playground.html'));
  await page.focus('#formula');
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Control+V');
  check((await page.inputValue('#formula')).includes('double huber('), 'what is copied is not the code');
  await page.goto(url('losses/huber.html'));

  await page.focus('#theme');
  await page.keyboard.press('Enter');
  check((await page.getAttribute('html', 'data-theme')) === 'dark', 'the switch does not make it dark');
  await page.waitForTimeout(300); // what a page keeps reaches the next one a little later
  await page.goto(url('tables/ops.html'));
  check((await page.getAttribute('html', 'data-theme')) === 'dark', 'the next page forgets that it is dark');
  await page.focus('#theme');
  await page.keyboard.press('Space');
  check((await page.getAttribute('html', 'data-theme')) === 'light', 'the switch does not make it light');

  // Every control of the playground is a stop, in the order of the page.
  await page.goto(url('playground.html'));
  await shown(page);
  await page.focus('#example');
  const stops = [];
  for (let i = 0; i < 14; ++i) {
    stops.push(await focused());
    await page.keyboard.press('Tab');
  }
  for (const id of ['example', 'formula', 'by-x', 'link', 'extent-N', 'large', 'again', 'data-x', 'data-t']) check(stops.includes(id), `the keyboard does not reach ${id}: ${stops}`);
  await page.focus('#formula');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('square(x).mean()');
  check((await page.textContent('#mistake')) === '' && /square/.test(await page.textContent('#explanation')), 'typing makes no formula');
  await page.close();
}

await browser.close();
console.error(`${pages.length} pages, ${links.length} links, ${checked} checks, ${wrong.length} wrong`);
process.exit(wrong.length === 0 ? 0 : 1);
