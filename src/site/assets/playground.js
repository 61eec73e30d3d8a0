// SPDX-License-Identifier: BSL-1.0
// src/site/assets/playground.js — the compiler in the page: text in, formulas, code and values out, at every key.
(() => {
  const $ = (id) => document.getElementById(id);
  const separator = String.fromCharCode(30);
  const examples = JSON.parse($('examples').textContent);

  // ---- the compiler ----

  /// What a WASI program asks of its system. This one only computes: it has no files, and what it prints goes to the console.
  const wasi = (memory) => {
    const view = () => new DataView(memory().buffer);
    const nothing = () => 52;  // not supported
    const known = {
      fd_write: (_, vectors, count, written) => {
        let text = '', size = 0;
        for (let i = 0; i < count; ++i) {
          const at = view().getUint32(vectors + 8 * i, true), n = view().getUint32(vectors + 8 * i + 4, true);
          text += new TextDecoder().decode(new Uint8Array(memory().buffer, at, n));
          size += n;
        }
        console.error(text);
        view().setUint32(written, size, true);
        return 0;
      },
      environ_sizes_get: (count, size) => { view().setUint32(count, 0, true); view().setUint32(size, 0, true); return 0; },
      environ_get: () => 0,
      proc_exit: (code) => { throw new Error(`the compiler stopped with ${code}`); },
    };
    return { wasi_snapshot_preview1: new Proxy(known, { get: (all, name) => all[name] ?? nothing }) };
  };

  let module, compiler;
  const start = async () => {
    module ??= await WebAssembly.compile(Uint8Array.from(atob(globalThis.loomCompiler), (c) => c.charCodeAt(0)));
    let memory;
    const instance = await WebAssembly.instantiate(module, wasi(() => memory));
    memory = instance.exports.memory;
    instance.exports._initialize();
    compiler = instance.exports;
  };
  const ask = (fields) => {
    const bytes = new TextEncoder().encode(fields.join(separator));
    const at = compiler.loom_request(bytes.length);
    new Uint8Array(compiler.memory.buffer, at, bytes.length).set(bytes);
    const answer = compiler.loom_show(at);
    const all = new Uint8Array(compiler.memory.buffer, answer);
    return JSON.parse(new TextDecoder().decode(all.subarray(0, all.indexOf(0))));
  };

  // ---- small data ----

  const state = { extents: {}, data: {}, by: '*', scale: 1 };
  const usual = { e: 0.1, gamma: 2, delta: 1, z: 0.0001, T: 2, pw: 2, margin: 0.2, scale: 4, beta: 0.1, eps: 0.2, smooth: 1 };
  /// The same numbers every time: a link shows what its sender saw (mulberry32).
  const random = (seed) => () => {
    seed = (seed + 0x6D2B79F5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const extentOf = (axis) => state.extents[axis] ?? 3;
  const sizeOf = (d) => d.axes.reduce((n, a) => n * extentOf(a), 1);
  const madeUp = (d, all) => {
    const next = random([...d.name].reduce((h, c) => h * 31 + c.charCodeAt(0), 7));
    const axes = [...new Set(all.flatMap((o) => o.axes))].filter((a) => !d.axes.includes(a));
    const labels = Math.min(...(axes.length ? axes : d.axes).map(extentOf));
    const [, low, high] = d.domain.match(/in [[(](\S+),(\S+)[\])]/) ?? [];
    return Array.from({ length: sizeOf(d) }, () => {
      if (d.kind === 'index') return Math.floor(next() * labels);
      if (d.kind === 'mask') return next() < 0.75 ? 1 : 0;
      if (d.kind === 'scalar') return usual[d.name] ?? 1;
      if (low) return Number((Number(low) + next() * (Number(high) - Number(low))).toFixed(2));
      const v = (next() + next() + next() - 1.5) * 3;
      return Number((/^>/.test(d.domain) || d.name === 'v' ? Math.abs(v) + 0.1 : v).toFixed(2));
    });
  };
  const dataOf = (declarations) => {
    const lines = [];
    for (const d of declarations) {
      let numbers = state.data[d.name];
      if (numbers?.length !== sizeOf(d)) numbers = state.data[d.name] = madeUp(d, declarations);
      lines.push(`${d.name} ${numbers.join(' ')}`);
    }
    return lines.join('\n');
  };

  // ---- what is shown ----

  let declarations = [];
  const latex = (e) => `\\displaystyle ${e.left} =\\nobreak ${e.right}`;
  const typesetBefore = new Map();  // most of a formula stays as it was while one types
  const typeset = (text) => {
    let html = typesetBefore.get(text);
    if (html === undefined) {
      html = globalThis.katex.renderToString(text, { throwOnError: false });
      if (typesetBefore.size > 500) typesetBefore.clear();
      typesetBefore.set(text, html);
    }
    return html;
  };
  const equations = (list) => {
    let defining = false;
    const all = document.createElement('div');
    all.className = 'mathematics';
    for (const e of list) {
      const row = document.createElement('div'), span = document.createElement('span');
      row.className = e.definition ? 'equation definition' : 'equation';
      if (e.definition && !defining) {
        const where = document.createElement('span');
        where.className = 'where';
        where.textContent = 'where';
        row.append(where);
      }
      defining = e.definition;
      span.className = 'scrolls';
      span.innerHTML = typeset(latex(e));
      row.append(span);
      all.append(row);
    }
    return all;
  };
  const number = (text) => {
    const v = Number(text.replace('inf', 'Infinity'));
    return Number.isFinite(v) ? String(Number(v.toPrecision(6))) : text;
  };
  const element = (tag, text, kind) => {
    const e = document.createElement(tag);
    if (text !== undefined) e.textContent = text;
    if (kind) e.className = kind;
    return e;
  };
  const grid = (result) => {
    const columns = result.axes.length ? extentOf(result.axes.at(-1)) : 1;
    const table = element('table', undefined, 'grid');
    for (let i = 0; i < result.entries.length; i += columns) {
      const row = table.insertRow();
      for (const v of result.entries.slice(i, i + columns)) row.insertCell().textContent = number(v);
    }
    const box = element('div', undefined, 'scrolls');
    box.append(table);
    return box;
  };
  const broken = (v) => /nan|inf/.test(v);
  const showValues = (values) => {
    const box = $('values');
    box.replaceChildren();
    if (!values) return;
    const one = (title, results) => {
      const column = element('div');
      for (const r of results) {
        column.append(element('h3', r.name === 'value' ? title : r.name));
        if (r.axes.length === 0) column.append(element('p', number(r.entries[0]), broken(r.entries[0]) ? 'result broken' : 'result'));
        else column.append(grid(r));
      }
      return column;
    };
    box.append(one('As Loom computes it', values.computed), one('As spelled', values.spelled));
  };
  const fill = (id, ...children) => $(id).replaceChildren(...children);
  const code = (id, text) => { $(id).innerHTML = globalThis.loomHighlight(text); };

  const showInputs = (answer) => {
    const tensors = declarations.filter((d) => d.kind === 'tensor' || d.kind === 'scalar');
    const key = JSON.stringify([declarations, answer.by]);
    if (showInputs.last === key) return;
    showInputs.last = key;
    const focused = document.activeElement?.id;
    fill('by', ...tensors.map((d) => {
      const label = element('label'), box = element('input');
      box.type = 'checkbox';
      box.id = `by-${d.name}`;
      box.checked = answer.by.includes(d.name);
      box.addEventListener('change', () => {
        state.by = tensors.filter((t) => $(`by-${t.name}`).checked).map((t) => t.name).join(' ');
        update();
      });
      label.append(box, element('code', d.name));
      return label;
    }));
    const axes = [...new Set(declarations.flatMap((d) => d.axes))];
    const fixed = Object.fromEntries(declarations.flatMap((d) => d.axes.map((a, i) => [a, Number(d.extents[i])])));
    fill('extents', ...axes.map((a) => {
      const label = element('label', `${a} `), box = element('input');
      box.type = 'number';
      box.id = `extent-${a}`;
      box.min = 1;
      box.max = 12;
      box.value = extentOf(a);
      box.disabled = fixed[a] > 0;
      box.addEventListener('input', () => {
        const n = Number(box.value);
        if (!(n >= 1 && n <= 12)) return;
        state.extents[a] = Math.floor(n);
        showData.last = '';
        update();
      });
      label.append(box);
      return label;
    }));
    if (focused) $(focused)?.focus();
  };
  const showData = () => {
    const key = JSON.stringify([declarations, state.extents]);
    if (showData.last === key) return;
    showData.last = key;
    fill('data', ...declarations.map((d) => {
      const label = element('label', undefined, 'field'), area = element('textarea');
      label.append(element('code', d.axes.length ? `${d.name}[${d.axes.join(',')}]` : d.name), element('small', ` ${d.kind}${d.domain ? ` ${d.domain}` : ''}`));
      area.spellcheck = false;
      area.id = `data-${d.name}`;
      const columns = d.axes.length ? extentOf(d.axes.at(-1)) : 1, numbers = state.data[d.name];
      const rows = [];
      for (let i = 0; i < numbers.length; i += columns) rows.push(numbers.slice(i, i + columns).join('  '));
      area.rows = Math.min(rows.length, 6);
      area.value = rows.join('\n');
      area.addEventListener('input', () => {
        const typed = area.value.trim().split(/[\s,;]+/);
        const right = typed.length === sizeOf(d) && typed.every((n) => /^-?inf$|^nan$/i.test(n) || (n !== '' && Number.isFinite(Number(n))));
        area.setAttribute('aria-invalid', !right);
        if (!right) return;
        state.data[d.name] = typed;
        update();
      });
      label.append(area);
      return label;
    }));
  };

  const hashOf = () => `#f=${encodeURIComponent($('formula').value)}${state.by === '*' ? '' : `&by=${encodeURIComponent(state.by)}`}`;
  /// After a pause: browsers count how often an address changes.
  const setHash = () => {
    clearTimeout(setHash.later);
    setHash.later = setTimeout(() => history.replaceState(null, '', hashOf()), 250);
  };

  const update = () => {
    if (!compiler) return;
    const begun = performance.now();
    const text = $('formula').value;
    const extents = () => Object.entries(state.extents).map(([a, n]) => `${a} ${n}`).join('\n');
    let answer;
    try {
      // With the data of the last formula: mostly it is the same inputs that are written about.
      answer = ask([text, '', state.by, extents(), dataOf(declarations)]);
      if (!answer.wrong) {
        declarations = answer.declarations;
        for (const d of declarations) d.axes.forEach((a, i) => { state.extents[a] = Number(d.extents[i]) || extentOf(a); });
        if (!answer.values) answer = ask([text, '', state.by, extents(), dataOf(declarations)]);
      }
    } catch (e) {
      answer = { wrong: { text: `This formula is more than the page can compile: ${e.message}` } };
      compiler = undefined;
      start();  // what stopped is not asked again
    }
    $('mistake').textContent = answer.wrong?.text ?? '';
    $('formula').setAttribute('aria-invalid', Boolean(answer.wrong));
    $('stages').classList.toggle('stale', Boolean(answer.wrong));
    setHash();
    if (answer.wrong) {
      $('status').textContent = '';
      return;
    }
    $('inferred').textContent = answer.inferred.length ? `Not declared, so taken as ${answer.inferred.join(', ')}.` : '';
    showInputs(answer);
    showData();
    fill('written', equations(answer.written));
    fill('rewritten', equations(answer.rewritten));
    $('gradient-section').hidden = answer.gradients.length === 0;
    fill('gradients', equations(answer.gradients));
    fill('rules', ...answer.rewriting.map((r) => {
      const item = element('li'), name = element('span', r.names.join(', '), 'rule-name');
      if (r.of_gradient) name.append(' ', element('small', 'in the gradient'));
      item.append(name, ' ', element('code', r.before), ' ', element('span', 'becomes', 'becomes'), ' ', element('code', r.after));
      return item;
    }));
    if (answer.rewriting.length === 0) fill('rules', element('li', 'No rule fits: what is written is what is computed.'));
    showValues(answer.values);
    fill('picture', ...answer.plans.flatMap((part, i) => {
      const says = [...(answer.plans.length > 1 ? [`Stage ${i + 1}${part.makes.length ? `: ${part.makes.join(', ')}` : ''}`] : []), ...(i === 0 ? answer.tiles : []), ...part.before];
      const drawn = element('div', undefined, 'picture');
      if (part.plan) drawn.innerHTML = globalThis.loomPlan(part.plan);
      return [...says.map((s) => element('p', `${s}.`)), drawn];
    }));
    for (const dialect of ['cpp', 'c99', 'cuda', 'hip']) code(dialect, answer[dialect]);
    $('explanation').textContent = answer.explanation;
    globalThis.loomMarkScrolling();
    $('status').textContent = `Shown in ${Math.max(1, Math.round(performance.now() - begun))} ms.`;
  };

  // ---- where a formula comes from ----

  const take = (formula, by = '*') => {
    Object.assign(state, { extents: {}, data: {}, by });
    showData.last = showInputs.last = '';
    $('formula').value = formula;
    $('formula').rows = Math.min(18, Math.max(4, formula.split('\n').length + 1));
    update();
  };
  const fromHash = () => {
    const hash = new URLSearchParams(location.hash.slice(1));
    const example = examples.find((e) => e.name === hash.get('loss'));
    if (example) {
      $('example').value = example.name;
      return take(example.formula, example.by);
    }
    if (hash.has('f')) {
      $('example').value = '';
      return take(hash.get('f'), hash.get('by') ?? '*');
    }
    $('example').value = examples[0].name;
    take(examples[0].formula, examples[0].by);
  };
  $('example').addEventListener('change', ({ target }) => {
    const example = examples.find((e) => e.name === target.value);
    if (example) take(example.formula, example.by);
  });
  $('formula').addEventListener('input', () => {
    $('example').value = '';
    update();
  });
  $('large').addEventListener('click', () => {
    for (const d of declarations) if (d.kind === 'tensor' && !d.domain) state.data[d.name] = state.data[d.name].map((v) => String(Number((Number(v) * 1000).toPrecision(6))));
    showData.last = '';
    update();
  });
  $('again').addEventListener('click', () => {
    state.data = {};
    showData.last = '';
    update();
  });
  $('link').addEventListener('click', async () => {
    try {
      history.replaceState(null, '', hashOf());
      await navigator.clipboard.writeText(location.href);
      $('link').textContent = 'Copied';
    } catch { $('link').textContent = 'It is in the address'; }
    setTimeout(() => { $('link').textContent = 'Copy a link'; }, 1500);
  });
  addEventListener('hashchange', fromHash);

  start().then(fromHash, (e) => { $('mistake').textContent = `The compiler could not be started: ${e.message}`; });
})();
