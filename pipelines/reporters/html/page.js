
// Shows the numbers of the point that is pointed at, or reached with the arrow keys. Without this
// script the page lacks nothing else.
(() => {
  'use strict';
  const views = JSON.parse(document.getElementById('data').textContent).flat();
  const SVG = 'http://www.w3.org/2000/svg';

  function time(view, i) {
    return new Date(view.start + (i + 1) * view.step).toISOString().slice(11, 19);
  }

  function words(view, i) {
    const unit = view.unit ? ' ' + view.unit : '';
    const number = (x) => (x === null ? 'nothing' : x + unit);
    let text = time(view, i) + ' UTC: canary ' + number(view.canary[i]);
    if (view.middle[i] !== null) {
      text += ', baseline ' + number(view.middle[i]) +
        ' (8 in 10 hosts: ' + number(view.low[i]) + ' to ' + number(view.high[i]) + ')';
    }
    return text;
  }

  function attach(svg, view) {
    const first = Number(svg.dataset.x);
    const step = Number(svg.dataset.dx);
    const last = view.canary.length - 1;
    const cursor = document.createElementNS(SVG, 'path');
    cursor.setAttribute('class', 'cursor');
    svg.append(cursor);
    const readout = document.createElement('p');
    readout.className = 'readout soft';
    readout.textContent = 'Point at the chart, or use the arrow keys, for a point\u2019s numbers.';
    const scrub = document.createElement('input');
    scrub.type = 'range';
    scrub.className = 'scrub';
    scrub.max = last;
    scrub.value = last;
    scrub.setAttribute('aria-label', view.name + ': a point in time');
    scrub.setAttribute('aria-valuetext', words(view, last));
    svg.after(readout, scrub);

    function show(i) {
      const x = first + step * i;
      cursor.setAttribute('d', 'M' + x + ' 30V222');
      readout.textContent = words(view, i);
      scrub.value = i;
      scrub.setAttribute('aria-valuetext', readout.textContent);
    }
    function point(event) {
      const box = svg.getBoundingClientRect();
      const x = (event.clientX - box.left) * svg.viewBox.baseVal.width / box.width;
      show(Math.max(0, Math.min(last, Math.round(step ? (x - first) / step : 0))));
    }
    svg.addEventListener('pointermove', point);
    svg.addEventListener('pointerdown', point);
    scrub.addEventListener('input', () => show(Number(scrub.value)));
    scrub.addEventListener('focus', () => show(Number(scrub.value)));
  }

  for (const view of views) {
    const svg = document.querySelector('svg[data-view="' + view.id + '"]');
    if (svg) attach(svg, view);
  }

  // A link to a metric that is folded away opens it.
  function reveal() {
    const target = document.getElementById(location.hash.slice(1));
    if (target && target.tagName === 'DETAILS') target.open = true;
  }
  window.addEventListener('hashchange', reveal);
  reveal();
})();
