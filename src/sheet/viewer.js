// One photo, large: what was seen, its crops, and the ways to correct them.

const viewer = document.getElementById('viewer');

/** Heights of the crops, in CSS pixels. */
const CHOSEN_HEIGHT = 170;
const OTHER_HEIGHT = 56;

/** What a press of a key does: shares of the output, a factor on the head, degrees. */
const NUDGE_STEP = 0.01;
const ZOOM_STEP = 1.03;
const ROLL_STEP = 0.5;

/** The photo, which of its outputs is chosen, and whether changes are for all of them. */
const open = { photo: null, output: 0, every: false, onChange: () => {} };

function openViewer(photo) {
  const wasOpen = viewer.open;
  open.photo = photo;
  open.output = Math.min(open.output, Math.max(0, photo.record.outputs.length - 1));
  renderViewer();
  if (!wasOpen) viewer.showModal();
  viewer.querySelector('.close').focus();
}

function renderViewer() {
  const { photo } = open;
  const { record } = photo;
  const source = record.photo
    ? stage(photo, scene(photo))
    : element('p', { class: 'no-picture' }, record.outcome === 'skipped' ? 'Nothing was to be made of this photo.' : 'This photo could not be read.');
  const focused = document.activeElement?.dataset?.key;
  viewer.replaceChildren(
    element(
      'div',
      { class: 'viewer-head' },
      element('h2', { id: 'viewer-name' }, record.source),
      badge(record.outcome),
      record.verdict && element('span', { class: 'verdict' }, record.verdict),
      element('div', { class: 'actions' },
        keyButton('previous', '\u2190', 'Previous photo', () => step(-1)),
        keyButton('next', '\u2192', 'Next photo', () => step(1)),
        keyButton('close', '\u2715', 'Close', () => viewer.close(), 'close')),
    ),
    element('div', { class: 'viewer-source' }, source),
    element('div', { class: 'viewer-side' }, ...side(photo)),
  );
  if (focused) viewer.querySelector(`[data-key="${focused}"]`)?.focus({ preventScroll: true });
}

function keyButton(key, text, label, act, extra = '') {
  const button = element('button', { type: 'button', class: extra, 'data-key': key, 'aria-label': label, title: label }, text);
  button.addEventListener('click', act);
  return button;
}

function toggle(key, text, isOn, act) {
  const attributes = { type: 'button', class: `toggle ${key}`, 'data-key': key, 'aria-pressed': String(isOn) };
  const button = element('button', attributes, text);
  button.addEventListener('click', act);
  return button;
}

/** The drawing over the photo: faces to click, frames, the chosen one to drag. */
function scene(photo) {
  const { record } = photo;
  const output = record.outputs[open.output];
  const picture = drawing(photo, {
    class: 'seen large',
    role: 'img',
    'aria-label': 'The photo with its frames; Shift with the arrow keys moves the chosen one',
  });
  record.outputs.forEach((other, index) => {
    if (index === open.output) return;
    picture.append(drawn('path', { class: 'frame', d: framePath(transformAfter(photo, other), other) }));
  });
  if (output) picture.append(...chosenFrame(photo, output));
  if (record.head) picture.append(...headLines(record.head));
  record.faces.forEach(({ box: [x, y, width, height] }, index) => {
    const isChosen = output ? chosenFace(photo, output) === index : index === 0;
    const face = drawn('rect', { class: `face${isChosen ? ' chosen' : ''}`, x, y, width, height });
    if (!isChosen && canBePinned(photo)) {
      face.append(drawn('title', {}, `Take this person: number ${faceNumber(photo, index)} from the left`));
      face.addEventListener('click', () => takeFace(index));
    }
    picture.append(face);
  });
  if (output && canBePinned(photo)) dragged(picture, photo);
  return picture;
}

/** The frame of the chosen output, with all around it dimmed. */
function chosenFrame(photo, output) {
  const { width, height } = photo.record.photo;
  const path = framePath(transformAfter(photo, output), output);
  return [
    drawn('path', { class: 'dim', d: `M0 0H${width}V${height}H0Z${path}`, 'fill-rule': 'evenodd' }),
    drawn('path', { class: 'frame chosen', d: path }),
  ];
}

/** Lets the frame be dragged and the head be scaled by the wheel. */
function dragged(picture, photo) {
  const at = (event) => {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(picture.getScreenCTM().inverse());
    return [point.x, point.y];
  };
  let from = null;
  picture.addEventListener('pointerdown', (event) => {
    const frame = picture.querySelector('.frame.chosen');
    if (event.button !== 0 || event.target.matches('.face:not(.chosen)')) return;
    if (!frame) return;
    from = at(event);
    picture.setPointerCapture(event.pointerId);
    picture.classList.add('dragging');
  });
  picture.addEventListener('pointermove', (event) => {
    if (!from) return;
    const to = at(event);
    nudgeBySource([to[0] - from[0], to[1] - from[1]]);
    from = to;
    redraw(picture, photo);
  });
  const end = () => {
    if (!from) return;
    from = null;
    changed();
  };
  picture.addEventListener('pointerup', end);
  picture.addEventListener('pointercancel', end);
  picture.addEventListener('wheel', (event) => {
    event.preventDefault();
    change((move) => ({ zoom: move.zoom * ZOOM_STEP ** (-Math.sign(event.deltaY)) }));
  }, { passive: false });
}

/** The frames and crops while the pointer moves; everything else stays as it is. */
function redraw(picture, photo) {
  const output = photo.record.outputs[open.output];
  const [dim, frame] = chosenFrame(photo, output);
  picture.querySelector('.dim').setAttribute('d', dim.getAttribute('d'));
  picture.querySelector('.frame.chosen').setAttribute('d', frame.getAttribute('d'));
  viewer.querySelector('.viewer-crops').replaceWith(cropChoice(photo));
}

function side(photo) {
  const { record } = photo;
  const output = record.outputs[open.output];
  return [
    record.message && element('p', { class: 'message' }, record.message),
    element('div', { class: 'marks', role: 'group', 'aria-label': 'Mark' },
      toggle('accept', 'Accept', photo.edit.mark === 'accept', () => setMark(photo, 'accept')),
      toggle('redo', 'Take again', photo.edit.mark === 'redo', () => setMark(photo, 'redo'))),
    output && cropChoice(photo),
    output && canBePinned(photo) && adjustments(photo, output),
    !canBePinned(photo) && element('p', { class: 'hint' }, 'This name is no UTF-8: nothing can be pinned for it.'),
    record.checks.length > 0 && checkTable(record.checks),
    output && facts(photo, output),
    ...(record.refused ?? []).map(({ preset, message }) => (
      element('p', { class: 'message' }, element('b', {}, preset), `: ${message}`))),
  ].filter(Boolean);
}

/** The crops, to choose the one that is corrected. */
function cropChoice(photo) {
  const choice = (output, index) => {
    const isChosen = index === open.output;
    const title = presetNamed(output.preset)?.title;
    const button = element(
      'button',
      { type: 'button', class: 'choice', 'data-key': `size-${index}`, 'aria-pressed': String(isChosen), title },
      crop(photo, output, isChosen ? CHOSEN_HEIGHT : OTHER_HEIGHT),
      element('span', { class: 'caption' }, output.preset, isChanged(photo, output) && element('b', {}, ' changed')),
    );
    button.addEventListener('click', () => {
      open.output = index;
      renderViewer();
    });
    return button;
  };
  const crops = photo.record.outputs.map(choice);
  return element('div', { class: 'viewer-crops', role: 'group', 'aria-label': 'Sizes' }, ...crops);
}

function adjustments(photo, output) {
  const move = photo.edit.moves?.[output.preset] ?? NO_MOVE;
  const isAsIs = move.asIs ?? pinnedFor(photo, output.preset).as_is ?? false;
  const every = element('input', { type: 'checkbox', id: 'every', 'data-key': 'every', checked: open.every });
  every.addEventListener('change', () => {
    open.every = every.checked;
  });
  const asIs = element('input', { type: 'checkbox', id: 'as-is', 'data-key': 'as-is', checked: isAsIs });
  asIs.addEventListener('change', () => change(() => ({ ...NO_MOVE, asIs: asIs.checked })));
  const pinned = framingLines(framingAfter(photo, output, move));
  const face = photo.edit.face ?? photo.pinned.face;
  if (face !== undefined) pinned.unshift(`face = ${face}`);
  return element('section', { class: 'adjust', 'aria-label': 'Correct the frame' },
    element('div', { class: 'pad' },
      keyButton('left', '\u25c0', 'Move the frame left', () => moveFrame(-1, 0)),
      keyButton('up', '\u25b2', 'Move the frame up', () => moveFrame(0, 1)),
      keyButton('down', '\u25bc', 'Move the frame down', () => moveFrame(0, -1)),
      keyButton('right', '\u25b6', 'Move the frame right', () => moveFrame(1, 0)),
      keyButton('smaller', '\u2212', 'Smaller head', () => zoom(1 / ZOOM_STEP)),
      keyButton('larger', '+', 'Larger head', () => zoom(ZOOM_STEP)),
      keyButton('turn-left', '\u21ba', 'Turn the head left', () => roll(ROLL_STEP)),
      keyButton('turn-right', '\u21bb', 'Turn the head right', () => roll(-ROLL_STEP)),
      keyButton('reset', 'Take back', 'Take the changes of this photo back', reset)),
    element('label', { class: 'check' }, every, 'change all sizes alike'),
    element('label', { class: 'check' }, asIs, 'keep the photo\u2019s own framing'),
    pinned.length > 0 && element('pre', { class: 'pinned', 'aria-label': 'What is pinned' }, pinned.join('\n')));
}

function checkTable(checks) {
  const cell = (text) => element('td', {}, String(text));
  return element('table', { class: 'checks' },
    element('caption', {}, 'Checks'),
    element('thead', {}, element('tr', {}, ...['check', 'value', 'limit'].map((name) => element('th', { scope: 'col' }, name)))),
    element('tbody', {}, ...checks.map((check) => element('tr', { class: check.level },
      element('th', { scope: 'row' }, check.code), cell(check.value), cell(check.limit)))));
}

function facts(photo, output) {
  const steps = output.steps.map((name) => `${name}: ${STEPS[name] ?? ''}`);
  const told = [
    `${output.width} \u00d7 ${output.height} pixels, ${Math.ceil(output.bytes / 1000).toLocaleString('en')} KB`,
    output.upscale > 1 && `enlarged ${output.upscale} times`,
    output.padded > 0 && `${(output.padded * 100).toFixed(1)} % beyond the photo`,
    ...steps,
    photo.record.overridden?.length > 0 && `pinned already: ${photo.record.overridden.join(', ')}`,
  ];
  return element('ul', { class: 'facts' }, ...told.filter(Boolean).map((text) => element('li', {}, text)));
}

/** Changes what `photo` has in hand for the chosen output, or for all. */
function change(of) {
  const { photo } = open;
  const outputs = photo.record.outputs;
  if (outputs.length === 0 || !canBePinned(photo)) return;
  apply(outputs, of);
  changed();
}

function apply(outputs, of) {
  const { photo } = open;
  const moves = { ...photo.edit.moves };
  for (const output of open.every ? outputs : [outputs[open.output]]) {
    const move = { ...NO_MOVE, ...moves[output.preset] };
    moves[output.preset] = { ...move, asIs: move.asIs ? false : move.asIs, ...of(move, output) };
  }
  photo.edit = { ...photo.edit, moves };
}

/** Moves the frame over the photo by `vector`, in pixels of the photo: the person moves the other way in the crop. */
function nudgeBySource(vector) {
  const { photo } = open;
  const { outputs } = photo.record;
  const [a, b, , d, e] = transformAfter(photo, outputs[open.output]);
  const { width, height } = outputs[open.output];
  const [right, up] = [-(a * vector[0] + b * vector[1]) / width, (d * vector[0] + e * vector[1]) / height];
  apply(outputs, (move) => ({ right: move.right + right, up: move.up + up }));
}

function moveFrame(right, up) {
  change((move) => ({ right: move.right - right * NUDGE_STEP, up: move.up - up * NUDGE_STEP }));
}

function zoom(factor) {
  change((move) => ({ zoom: move.zoom * factor }));
}

function roll(degrees) {
  change((move) => ({ roll: move.roll + degrees }));
}

function reset() {
  const { mark } = open.photo.edit;
  open.photo.edit = mark ? { mark } : {};
  changed();
}

function takeFace(index) {
  const { photo } = open;
  const number = faceNumber(photo, index);
  const isMain = photo.pinned.face === undefined && photo.record.outputs.every((output) => output.face === index);
  photo.edit = { ...photo.edit, face: isMain ? undefined : number, moves: {} };
  if (isMain) delete photo.edit.face;
  changed();
}

function nextFace() {
  const { photo } = open;
  const { faces, outputs } = photo.record;
  if (faces.length < 2 || outputs.length === 0 || !canBePinned(photo)) return;
  const order = facesFromLeft(photo);
  const now = order.indexOf(chosenFace(photo, outputs[open.output]));
  takeFace(order[(now + 1) % order.length]);
}

function setMark(photo, mark) {
  photo.edit = { ...photo.edit, mark: photo.edit.mark === mark ? undefined : mark };
  if (!photo.edit.mark) delete photo.edit.mark;
  open.onChange(photo);
  if (viewer.open) renderViewer();
}

function changed() {
  open.onChange(open.photo);
  renderViewer();
}

/** The photo before or after the open one, among those that are shown. */
function step(by) {
  const position = shown.indexOf(open.photo) + by;
  if (position >= 0 && position < shown.length) openViewer(shown[position]);
}

/** A key in the open viewer; whether it meant something. */
function viewerKey(event) {
  if (event.shiftKey && event.key.startsWith('Arrow')) {
    const [right, up] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    moveFrame(right, up);
    return true;
  }
  const acts = {
    ArrowLeft: () => step(-1),
    ArrowUp: () => step(-1),
    ArrowRight: () => step(1),
    ArrowDown: () => step(1),
    '+': () => zoom(ZOOM_STEP),
    '=': () => zoom(ZOOM_STEP),
    '-': () => zoom(1 / ZOOM_STEP),
    ',': () => roll(ROLL_STEP),
    '.': () => roll(-ROLL_STEP),
    f: nextFace,
    0: reset,
    a: () => setMark(open.photo, 'accept'),
    r: () => setMark(open.photo, 'redo'),
  };
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (/^[1-9]$/.test(key)) {
    if (Number(key) > open.photo.record.outputs.length) return false;
    open.output = Number(key) - 1;
    renderViewer();
    return true;
  }
  acts[key]?.();
  return key in acts;
}
