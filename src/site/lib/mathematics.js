// SPDX-License-Identifier: BSL-1.0
// src/site/lib/mathematics.js — LaTeX set while the site is built, so that no page needs a script to show a formula.
import katex from 'katex';

export const typeset = (latex) => katex.renderToString('\\displaystyle ' + latex, { throwOnError: true, output: 'htmlAndMathml' });

/// Equations of src/site/show.cpp; definitions are indented under what uses them.
export const equations = (list) => {
  let html = '';
  let defining = false;
  for (const { left, right, definition } of list) {
    const word = definition ? (defining ? '' : '<span class="where">where</span>') : '';
    defining = definition;
    html += `<div class="equation${definition ? ' definition' : ''}">${word}<span class="scrolls">${typeset(`${left} =\\nobreak ${right}`)}</span></div>`;
  }
  return `<div class="mathematics">${html}</div>`;
};
