// Saves each cell of a paper as it is typed, keeps what could not be saved and tries again, and moves by arrows and Enter.
(() => {
  'use strict';
  const form = document.getElementById('paper');
  if (!form) return;
  const said = document.getElementById('paper-said');
  const rows = [...form.querySelectorAll('tbody tr')].map((row) => [...row.cells].slice(1).map((cell) => cell.querySelector('input')));
  const cells = rows.flat().filter(Boolean);
  const place = (cell) => cell.name.split('.').slice(0, 3).join('.'); // without the revision
  const waiting = new Map(), sending = new Set();
  let timer = 0, wait = 2000;

  function tell(cell, text, bad) {
    document.getElementById(cell.getAttribute('aria-describedby')).textContent = text;
    if (bad) cell.setAttribute('aria-invalid', 'true'); else cell.removeAttribute('aria-invalid');
    const left = waiting.size;
    said.textContent = left ? form.dataset.textWaiting.replace('{number}', left) : text && !bad ? form.dataset.textAll : '';
  }

  // what is not saved yet outlives a reload of this window, and no more; of whom it is, the names of the fields say
  function keep() {
    const left = Object.fromEntries([...waiting].map(([cell, text]) => [place(cell), text]));
    try {
      if (waiting.size) sessionStorage.setItem(form.dataset.keep, JSON.stringify(left));
      else sessionStorage.removeItem(form.dataset.keep);
    } catch { /* a browser that keeps nothing: the page itself still does */ }
  }

  async function save(cell) {
    if (sending.has(cell) || !waiting.has(cell)) return;
    const text = waiting.get(cell), body = new FormData();
    body.set('csrf_token', form.elements.csrf_token.value);
    body.set('cell', cell.name);
    body.set('text', text);
    let answered = false;
    sending.add(cell);
    tell(cell, form.dataset.textSaving);
    try {
      const answer = await fetch(form.dataset.cell, { method: 'POST', body, redirect: 'manual', signal: AbortSignal.timeout(10000) });
      if (answer.type === 'opaqueredirect') { later(cell, form.dataset.textOut); return; }
      if (answer.status === 400 || answer.status === 404) { later(cell, form.dataset.textGone); return; }
      if (answer.status !== 200 && answer.status !== 422) throw new Error(String(answer.status));
      const found = await answer.json();
      const same = cell.value === text;
      if (waiting.get(cell) === text) waiting.delete(cell);
      if (found.cell) { cell.name = found.cell; cell.defaultValue = found.text; }
      if (found.cell && same) cell.value = found.text;
      if (!found.cell) cell.defaultValue = text;
      tell(cell, found.said, !found.cell);
      wait = 2000;
      answered = true;
    } catch {
      later(cell, form.dataset.textKept);
    } finally {
      sending.delete(cell);
      keep();
    }
    if (answered && waiting.has(cell) && cell !== document.activeElement) save(cell);
  }

  function later(cell, text) {
    tell(cell, text, true);
    clearTimeout(timer);
    timer = setTimeout(again, wait);
    wait = Math.min(wait * 2, 30000);
  }

  function again() { [...waiting.keys()].forEach(save); }

  function go(cell, down, across) {
    const row = rows.findIndex((some) => some.includes(cell)), column = rows[row].indexOf(cell);
    const order = across ? rows.flat() : rows[0].map((_, index) => rows.map((some) => some[index])).flat();
    const way = order.filter(Boolean), next = way[way.indexOf(cell) + (across || down)];
    if (!next) { cell.blur(); return; }
    next.focus();
    next.select();
  }

  form.addEventListener('keydown', (event) => {
    const cell = event.target;
    if (!cells.includes(cell) || event.isComposing) return;
    const end = cell.selectionStart === cell.value.length, start = cell.selectionEnd === 0;
    const all = cell.selectionEnd - cell.selectionStart === cell.value.length;
    const way = { Enter: [event.shiftKey ? -1 : 1, 0], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key]
      || (event.key === 'ArrowRight' && (end || all) && [0, 1]) || (event.key === 'ArrowLeft' && (start || all) && [0, -1]);
    if (!way) return;
    event.preventDefault();
    go(cell, ...way);
  });
  form.addEventListener('input', ({ target }) => { if (cells.includes(target)) { waiting.set(target, target.value); keep(); } });
  form.addEventListener('focusout', ({ target }) => save(target));
  form.addEventListener('submit', () => { waiting.clear(); keep(); });
  addEventListener('online', again);
  addEventListener('beforeunload', (event) => { if (waiting.size) event.preventDefault(); });

  let kept = {};
  try { kept = JSON.parse(sessionStorage.getItem(form.dataset.keep) || '{}'); } catch { /* nothing is kept */ }
  cells.filter((cell) => place(cell) in kept).forEach((cell) => { cell.value = kept[place(cell)]; waiting.set(cell, cell.value); });
  again();
})();
