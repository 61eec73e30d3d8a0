// SPDX-License-Identifier: BSL-1.0
// src/site/assets/plan.js — a plan as a picture: memory on the left, a row of entries in the middle, what is known of it on the right; time
// runs down. For the build and for the playground.
(() => {
  const middle = 118, cells = 8, line = 17, letter = 6.6, usual = 8, most = 16;
  // What is in memory stands in front of `edge`: as much room as the longest name needs.
  let names = usual, edge = 52, left = 86, right = 224, width = 372;
  const makeRoom = (longest) => {
    names = Math.min(Math.max(longest, usual), most);
    edge = 52 + Math.round((names - usual) * letter);
    left = edge + 34;
    right = left + middle + 20;
    width = right + 148;
  };
  const escape = (s) => s.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);
  const short = (s, n) => (s.length > n ? s.slice(0, n - 1) + '…' : s);
  const text = (x, y, s, kind = '', n = 99) =>
    `<text x="${x}" y="${y}" class="${kind}">${s.length > n ? `<title>${escape(s)}</title>` : ''}${escape(short(s, n))}</text>`;
  const arrow = (x1, y1, x2, y2, kind) => {
    const back = x2 < x1 ? 1 : -1;
    return `<path class="arrow ${kind}" d="M${x1} ${y1}H${x2}m${5 * back} -3.2l${-5 * back} 3.2l${5 * back} 3.2"/>`;
  };
  const unique = (items) => [...new Set(items)];

  /// What a pass does, sorted by where it is drawn.
  const sorted = (deeds) => ({
    reads: unique(deeds.filter((d) => d.verb === 'read').map((d) => (d.detail ? `${d.what} (1)` : d.what))),
    recalls: deeds.filter((d) => d.verb === 'recall'),
    parks: deeds.filter((d) => d.verb === 'park'),
    writes: deeds.filter((d) => d.verb === 'write'),
    results: deeds.filter((d) => ['reduce', 'total', 'fill'].includes(d.verb)),
  });

  const band = (y, title, deeds, { row = true, dim = false } = {}) => {
    const d = sorted(deeds);
    const ins = [...d.reads.map((what) => ({ what, kind: 'read' })), ...d.recalls.map((r) => ({ what: r.what, kind: 'parked' }))];
    const outs = [...d.parks.map((r) => ({ what: r.what, kind: 'parked' })), ...d.writes.map((r) => ({ what: r.what, kind: 'write' }))];
    const memory = [...ins.map((m) => ({ ...m, goes: 'in' })), ...outs.map((m) => ({ ...m, goes: 'out' }))];
    const rows = Math.max(memory.length, d.results.length * 2, 1);
    const height = rows * line + 27;
    const top = y + 21, centre = top + (rows * line) / 2 - 2;
    let s = `<g class="${dim ? 'dim' : ''}">` + text(left, y + 12, title, 'label');
    if (row) {
      const w = middle / cells;
      for (let i = 0; i < cells; ++i)
        s += `<rect class="cell" x="${left + i * w}" y="${centre - 7}" width="${w - 2}" height="14" rx="1.5"/>`;
    } else {
      s += `<rect class="cell" x="${left + middle / 2 - 7}" y="${centre - 7}" width="13" height="14" rx="1.5"/>`;
    }
    const begin = row ? left - 5 : left + middle / 2 - 12, end = row ? left + middle + 2 : left + middle / 2 + 11;
    memory.forEach((m, i) => {
      const at = top + i * line + line / 2 + (rows - memory.length) * line / 2;
      s += text(edge, at + 2, m.what, `memory ${m.kind}`, names);
      s += m.goes === 'in' ? arrow(edge + 4, at - 2, begin, at - 2, m.kind) : arrow(begin, at - 2, edge + 5, at - 2, m.kind);
    });
    d.results.forEach((r, i) => {
      const at = top + i * line * 2 + line * 0.75 + (rows - d.results.length * 2) * line / 2;
      s += arrow(end, at - 1, right - 5, at - 1, r.verb);
      s += text(right, at + 3, r.what, 'result', 20) + text(right, at + 15, r.detail || (r.verb === 'fill' ? 'in the workspace' : ''), 'detail', 24);
    });
    return { s: s + '</g>', y: y + height };
  };

  globalThis.loomPlan = (plan) => {
    const all = plan.loops.flatMap((sweep) => [sweep.before, ...sweep.passes.flatMap((pass) => [pass.deeds, pass.after])]).flat();
    makeRoom(Math.max(0, ...all.filter((d) => ['read', 'recall', 'park', 'write'].includes(d.verb)).map((d) => d.what.length + (d.verb === 'read' && d.detail ? 4 : 0))));
    let y = 4, s = '';
    s += text(edge, y + 11, 'memory', 'head memory') + text(left, y + 11, plan.elementwise ? 'entries' : 'a row', 'head') + text(right, y + 11, 'kept', 'head');
    y += 22;
    plan.loops.forEach((sweep, k) => {
      const over = plan.elementwise ? 'all entries' : sweep.rows ? `each row of ${sweep.rows}` : 'one row';
      s += `<path class="rule" d="M0 ${y}H${width}"/>` + text(0, y + 17, `Sweep ${k + 1}`, 'sweep') + text(left, y + 17, over, 'label');
      y += 25;
      const draw = (title, deeds, how) => {
        const shown = deeds.filter((d) => d.verb !== 'compute');
        if (shown.length === 0) return;
        const b = band(y, title, shown, how);
        s += b.s;
        y = b.y;
      };
      draw('before', sweep.before, { row: false });
      sweep.passes.forEach((pass, i) => {
        const name = plan.elementwise ? 'every entry' : `pass ${i + 1}${plan.columns ? ` over ${plan.columns}` : ''}`;
        const shown = pass.deeds.filter((d) => d.verb !== 'compute');
        const b = band(y, pass.left_out ? `${name}, if needed` : name, shown, { dim: pass.left_out });
        s += b.s;
        y = b.y;
        draw('then', pass.after, { row: false });
      });
      y += 6;
    });
    const n = plan.loops.length;
    const label = `The plan: ${n} ${n === 1 ? 'sweep' : 'sweeps'} over memory, ${plan.row_passes} ${plan.row_passes === 1 ? 'pass' : 'passes'} over a row. The words below say the same.`;
    return `<svg class="plan" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" role="img" aria-label="${escape(label)}">${s}</svg>`;
  };
})();
