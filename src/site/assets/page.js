// SPDX-License-Identifier: BSL-1.0
// src/site/assets/page.js — what every page can do: dark and light, search, copy, tabs. A page without it is whole but for these.
(() => {
  const $ = (id) => document.getElementById(id);
  const root = globalThis.loomRoot;

  // Dark and light: the system's choice until a reader makes one.
  $('theme').addEventListener('click', () => {
    const now = document.documentElement.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
    const next = now === 'dark' ? 'light' : 'dark';
    document.documentElement.dataset.theme = next;
    try { localStorage.setItem('loom-theme', next); } catch { /* a browser that keeps nothing for files */ }
  });

  // What scrolls sideways must be reachable by keyboard; what does not must not be a stop on the way.
  const markScrolling = () => {
    for (const e of document.querySelectorAll('.scrolls')) {
      if (e.scrollWidth > e.clientWidth + 1) e.tabIndex = 0;
      else e.removeAttribute('tabindex');
    }
  };
  globalThis.loomMarkScrolling = markScrolling;
  markScrolling();
  addEventListener('resize', markScrolling);
  document.addEventListener('toggle', markScrolling, true);
  addEventListener('load', markScrolling);

  // What would push the text away on a phone is folded there.
  if (!matchMedia('(min-width: 62rem)').matches) for (const d of document.querySelectorAll('.fold')) d.open = false;

  document.addEventListener('click', async ({ target }) => {
    const button = target.closest('.copy');
    if (!button) return;
    const text = button.parentElement.querySelector('code').textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {  // pages of a folder may have no clipboard
      const area = document.createElement('textarea');
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand('copy');
      area.remove();
      button.focus();
    }
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  });

  for (const tabs of document.querySelectorAll('[data-tabs]')) {
    const all = [...tabs.querySelectorAll('[role="tab"]')];
    const choose = (tab) => {
      for (const t of all) {
        t.setAttribute('aria-selected', t === tab);
        t.tabIndex = t === tab ? 0 : -1;
        $(t.getAttribute('aria-controls')).hidden = t !== tab;
      }
      markScrolling();
    };
    tabs.addEventListener('click', ({ target }) => { if (target.role === 'tab') choose(target); });
    tabs.addEventListener('keydown', ({ target, key }) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
      if (target.role !== 'tab' || !step) return;
      const next = all[(all.indexOf(target) + step + all.length) % all.length];
      choose(next);
      next.focus();
    });
  }

  // Search: the index is a script of its own, read when it is first asked for.
  const load = (src) => new Promise((done, fail) => {
    const script = document.createElement('script');
    script.src = root + src;
    script.onload = done;
    script.onerror = fail;
    document.head.append(script);
  });
  let search;
  const ready = () => (search ??= load('assets/minisearch.js').then(() => load('assets/search-index.js')).then(() =>
    globalThis.MiniSearch.loadJSON(globalThis.loomSearchIndex, globalThis.loomSearchOptions)));
  const show = async () => {
    const index = await ready();
    const text = $('search-text').value.trim();
    const found = text ? index.search(text, { prefix: true, fuzzy: 0.15, boost: { title: 4, section: 3 }, combineWith: 'AND' }).slice(0, 20) : [];
    $('search-results').dataset.of = text;
    $('search-count').textContent = text ? (found.length ? `${found.length === 20 ? 'The first 20 places' : `${found.length} ${found.length === 1 ? 'place' : 'places'}`}` : 'Nothing found') : '';
    $('search-results').replaceChildren(...found.map((f) => {
      const item = document.createElement('li'), link = document.createElement('a'), excerpt = document.createElement('span');
      link.href = root + f.url;
      link.textContent = f.section && f.section !== f.title ? `${f.title}: ${f.section}` : f.title;
      excerpt.textContent = f.excerpt;
      link.append(excerpt);
      link.addEventListener('click', () => $('search').close());
      item.append(link);
      return item;
    }));
  };
  const open = () => {
    $('search').showModal();
    $('search-text').select();
    ready();
  };
  $('search-open').addEventListener('click', open);
  $('search-text').addEventListener('input', show);
  $('search-text').addEventListener('keydown', (e) => {
    if (e.key !== 'Enter' && e.key !== 'Escape') return;
    e.preventDefault();
    if (e.key === 'Escape') $('search').close();  // at once: a search field would first be emptied
    else $('search-results').querySelector('a')?.click();
  });
  document.addEventListener('keydown', (e) => {
    // The field of a search that was closed a moment ago may still have the focus.
    const typing = /^(input|textarea|select)$/i.test(e.target.tagName) && !$('search').contains(e.target);
    if (e.key !== '/' || e.ctrlKey || e.metaKey || e.altKey || typing || $('search').open) return;
    e.preventDefault();
    open();
  });
})();
