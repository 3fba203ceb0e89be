// Keeps one partial of a page up to date: told by a stream of version numbers, else by asking now and then.
(() => {
  'use strict';
  const root = document.getElementById('live');
  if (!root) return;
  const status = document.getElementById('live-status');
  const news = document.getElementById('live-news');
  const said = document.getElementById('live-said');
  const button = document.getElementById('live-pause');
  const text = (name, values = {}) => (root.dataset['text' + name] || '').replace(/\{(\w+)\}/g, (_, key) => values[key] ?? '');

  const BEAT_LATEST = 40000; // the stream gives a sign of life every 15 s
  const POLL_FIRST = 5000, POLL_SLOWEST = 120000, POLL_HIDDEN = 300000, RETRY_STREAM = 10000;
  let versions = JSON.parse(root.dataset.versions || '{}');
  let etag = root.dataset.etag, token = root.dataset.token, updated = root.dataset.updated;
  let source = null, watch = 0, poll = 0, retry = 0, wait = POLL_FIRST;
  let paused = false, fresh = true, busy = false, again = false, held = null, ended = false, told = false;

  function show() {
    const streaming = source && source.readyState === EventSource.OPEN;
    const stale = !paused && !fresh;
    if (stale && !status.classList.contains('stale')) said.textContent = text(ended ? 'SignedOut' : 'Stale', { time: updated });
    if (!stale) said.textContent = '';
    status.classList.toggle('stale', stale);
    status.textContent = ended ? text('SignedOut')
      : text(paused ? 'Paused' : !fresh ? 'Stale' : streaming ? 'Updated' : 'Checking', { time: updated });
    button.textContent = text(paused ? 'Resume' : 'Pause');
    button.setAttribute('aria-pressed', String(paused));
  }

  // --- asking for the partial ---------------------------------------------------------------------------------------
  async function refresh() {
    if (paused || ended) return false;
    if (busy) { again = true; return false; }
    busy = true;
    try {
      const answer = await fetch(root.dataset.url, {
        headers: { 'If-None-Match': `"${etag}"` }, cache: 'no-store', redirect: 'manual', signal: AbortSignal.timeout(15000),
      });
      if (answer.type === 'opaqueredirect' || answer.status === 404) { end(); return false; }
      if (answer.status !== 304 && answer.status !== 200) throw new Error(String(answer.status));
      const html = answer.status === 200 ? await answer.text() : null;
      if (paused) return false;
      if (html !== null) {
        etag = (answer.headers.get('ETag') || '').replace(/^W\/|"/g, '');
        swap(html);
      }
      token = answer.headers.get('X-Live-Token') || token;
      versions = JSON.parse(answer.headers.get('X-Live-Versions') || JSON.stringify(versions));
      updated = answer.headers.get('X-Updated-At') || updated;
      fresh = true;
      wait = POLL_FIRST;
      return true;
    } catch {
      fresh = false;
      wait = Math.min(wait * 2, POLL_SLOWEST);
      if (!poll) schedule();
      return false;
    } finally {
      busy = false;
      show();
      if (again) { again = false; refresh(); }
    }
  }

  function end() { // signed out, or no longer one's business: never pretend to be live
    ended = true;
    fresh = false;
    stop();
    show();
  }

  // --- putting it in place ------------------------------------------------------------------------------------------
  const typing = () => root.contains(document.activeElement) && document.activeElement.matches('textarea, input:not([type=radio], [type=checkbox])');
  const inUse = (card) => [...card.querySelectorAll('form.dismiss')].some((form) => form.closest('details').open)
    || [...card.querySelectorAll('input[type=checkbox]')].some((box) => box.checked !== box.defaultChecked);

  function swap(html) {
    held = typing() ? html : null; // what is being written stays as it is; the new one comes in afterwards
    if (held) return;
    const next = new DOMParser().parseFromString(html, 'text/html').body;
    const keys = new Set([...root.querySelectorAll('[data-key]')].map((one) => one.dataset.key));
    const old = new Map([...root.querySelectorAll('[data-digest]')].map((card) => [card.dataset.key, card]));
    const active = document.activeElement, focus = active?.id, place = window.scrollY;
    const href = !focus && root.contains(active) ? active.getAttribute('href') : null;
    const alike = () => [...root.querySelectorAll('a[href]')].filter((one) => one.getAttribute('href') === href);
    const which = href ? alike().indexOf(active) : -1;
    const scrolled = [...root.querySelectorAll('[role=region][id]')].map((one) => [one.id, one.scrollLeft, one.scrollTop]);
    const open = [...root.querySelectorAll('details[open][id]')].map((one) => one.id);
    let arrived = 0, changed = false;
    for (const one of next.querySelectorAll('[data-new]')) { // a card, or one of the matters in a card
      if (keys.has(one.dataset.key)) continue;
      arrived += 1;
      one.closest('[data-digest]')?.classList.add('arrived');
    }
    for (const card of next.querySelectorAll('[data-digest]')) {
      const known = old.get(card.dataset.key);
      if (known && known.dataset.digest !== card.dataset.digest) {
        changed = true;
        if (inUse(known)) held = html;
      }
      if (known && (known.dataset.digest === card.dataset.digest || inUse(known))) card.replaceWith(known);
    }
    root.replaceChildren(...next.childNodes);
    for (const id of open) document.getElementById(id)?.setAttribute('open', '');
    if (focus && document.activeElement?.id !== focus) {
      const target = document.getElementById(focus) || (root.tabIndex = -1, root);
      target.focus({ preventScroll: true });
    }
    if (href) (alike()[which] || alike()[0])?.focus({ preventScroll: true });
    for (const [id, left, top] of scrolled) document.getElementById(id)?.scrollTo({ left, top, behavior: 'instant' });
    window.scrollTo({ top: place, behavior: 'instant' });
    news.textContent = arrived ? text('New', { count: arrived }) : changed ? text('Changed') : news.textContent;
  }

  for (const event of ['focusout', 'toggle']) root.addEventListener(event, () => setTimeout(() => held && swap(held), 0), true);

  // --- being told ---------------------------------------------------------------------------------------------------
  function connect() {
    stopStream();
    if (!root.dataset.stream || !token || paused || ended || document.hidden) return;
    source = new EventSource(`${root.dataset.stream}?token=${encodeURIComponent(token)}`);
    source.addEventListener('versions', (event) => {
      beat();
      const told = JSON.parse(event.data);
      if (!fresh || Object.entries(told).some(([section, version]) => version > (versions[section] ?? 0))) refresh();
      else show();
    });
    source.addEventListener('beat', () => { beat(); if (!fresh) refresh(); else show(); });
    source.addEventListener('stale', lost);
    source.addEventListener('renew', async () => { if (await refresh()) connect(); else lost(); });
    source.onerror = lost;
    clearTimeout(watch);
    watch = setTimeout(lost, BEAT_LATEST);
  }

  function beat() {
    clearTimeout(watch);
    watch = setTimeout(lost, BEAT_LATEST);
    told = true;
    forget();
    clearTimeout(retry);
  }

  function lost() { // say so at once, ask for the partial instead, and try the stream again with a fresh token
    if (paused || ended) return;
    if (told) fresh = false; // a stream that only could not be had again takes nothing from what asking brought
    stopStream();
    show();
    if (!poll) schedule();
    clearTimeout(retry);
    retry = setTimeout(connect, RETRY_STREAM * (0.5 + Math.random()));
  }

  function schedule() {
    forget();
    if (paused || ended) return;
    const pause = document.hidden ? POLL_HIDDEN : wait;
    poll = setTimeout(async () => {
      poll = 0;
      await refresh();
      if (source?.readyState === EventSource.OPEN) return;
      if (fresh) wait = Math.min(wait === POLL_FIRST ? 30000 : wait, POLL_SLOWEST);
      schedule();
    }, pause * (0.75 + Math.random() / 2));
  }

  function forget() {
    clearTimeout(poll);
    poll = 0;
  }

  function stopStream() {
    clearTimeout(watch);
    source?.close();
    source = null;
    told = false;
  }

  function stop() {
    stopStream();
    forget();
    clearTimeout(retry);
  }

  async function start() {
    connect();
    if (!source) schedule();
    show();
  }

  button.addEventListener('click', async () => {
    paused = !paused;
    if (paused) stop();
    else { await refresh(); start(); }
    show();
  });
  document.addEventListener('visibilitychange', async () => {
    if (paused || ended) return;
    if (document.hidden) { stop(); schedule(); return; }
    await refresh();
    start();
  });

  button.hidden = false;
  start();
})();

// Tells before the session ends, keeps what is being written in its place, and says so once it has ended.
(() => {
  'use strict';
  const until = document.getElementById('session-until');
  if (!until) return;
  const notice = document.getElementById('session-alert');
  const warn = Number(until.dataset.warn);
  let timer = 0, due = 0, shown = notice.textContent.trim() ? 'session-soon' : null;

  async function ask(goOn) {
    const body = new FormData();
    body.set('csrf_token', until.dataset.token);
    body.set('script', '1');
    const answer = await fetch(until.dataset.url + (goOn ? '' : '?partial=1'), { method: 'POST', body, redirect: 'manual' });
    if (answer.type === 'opaqueredirect' || answer.status === 400) return null; // signed out, here or in another window
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  function show(name) {
    if (name === shown) return;
    const inside = notice.contains(document.activeElement);
    notice.replaceChildren(...(name ? [document.getElementById(name).content.cloneNode(true)] : []));
    if (inside) document.getElementById('main').focus({ preventScroll: true });
    shown = name;
  }

  function wait(seconds) {
    clearTimeout(timer);
    due = Date.now() + seconds * 1000;
    timer = setTimeout(look, seconds * 1000, false);
  }

  const next = (seconds) => wait(seconds > warn ? seconds - warn + 1 : seconds + 1);

  function tell(left) {
    if (!left) { clearTimeout(timer); due = Infinity; show('session-over'); return; }
    until.textContent = left.said;
    show(left.seconds > warn ? null : left.idle ? 'session-idle' : 'session-limit');
    next(left.seconds);
  }

  async function look(goOn = false) {
    try { tell(await ask(goOn)); } catch { wait(30); }
  }

  notice.addEventListener('submit', (event) => { event.preventDefault(); look(true); });
  // a computer that slept: its timers did too
  document.addEventListener('visibilitychange', () => { if (!document.hidden && Date.now() >= due) look(); });
  next(Number(until.dataset.seconds));
})();
