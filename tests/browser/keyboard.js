// What the keyboard tests ask of a page: where focus can stop, where it is, whether a person could tell.
(() => {
  const FOCUSABLE = 'a[href], button, summary, input:not([type=hidden]), select, textarea, [tabindex]';

  // one radio button stands for its group
  function stands(one) {
    if (one.type !== 'radio') return true;
    const group = [...one.form.elements].filter((other) => other.name === one.name);
    return one === (group.find((other) => other.checked) || group[0]);
  }

  function look(one) {
    const style = getComputedStyle(one);
    return { width: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth), colour: style.outlineColor };
  }

  function luminance(colour) {
    const [r, g, b] = colour.match(/[\d.]+/g).map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  // 3:1 between the outline and the page it is drawn on (WCAG 1.4.11)
  function contrast(colour) {
    const [low, high] = [luminance(colour), luminance(getComputedStyle(document.body).backgroundColor)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  }

  // whether some part of it is what lies on top there (WCAG 2.4.11)
  const PARTS = [0.1, 0.5, 0.9];
  function seen(one) {
    return [...one.getClientRects()].some((box) => {
      const left = Math.max(0, box.left), right = Math.min(innerWidth, box.right);
      const top = Math.max(0, box.top), bottom = Math.min(innerHeight, box.bottom);
      return left < right && top < bottom && PARTS.some((x) => PARTS.some((y) =>
        one.contains(document.elementFromPoint(left + x * (right - left), top + y * (bottom - top)))));
    });
  }

  let stops = [], before = [];
  window.keyboard = {
    // go to the very top; how many stops there are
    start() {
      document.body.tabIndex = -1;
      document.body.focus();
      document.body.removeAttribute('tabindex');
      window.scrollTo(0, 0);
      stops = [...document.querySelectorAll(FOCUSABLE)].filter(
        (one) => !one.disabled && one.tabIndex >= 0 && one.checkVisibility({ visibilityProperty: true }) && stands(one));
      before = stops.map(look);
      return stops.length;
    },
    // null where nothing has focus
    async where() {
      const one = document.activeElement;
      if (one === document.body || one === document.documentElement) return null;
      const stop = stops.indexOf(one), now = look(one), earlier = before[stop];
      const told = now.width >= 2 && contrast(now.colour) >= 3 && !(earlier && earlier.width >= now.width);
      // it may still be on its way into sight
      if (!seen(one)) await new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then)));
      return { stop, html: one.outerHTML.slice(0, 90), told, seen: seen(one), day: one.type === 'date' || one.type === 'datetime-local' };
    },
    // whether focus is in the content, or there is nothing in it that could have it
    inside: () => document.activeElement.closest('main') !== null || !stops.some((one) => one.closest('main')),
  };
})()
