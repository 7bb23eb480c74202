// The data of the page, the changes made on it, and which photos are shown.

const data = JSON.parse(document.getElementById('data').textContent);
const STORE = `headshot-sheet-${data.digest}`;
const OUTCOMES = ['failed', 'refused', 'review', 'written', 'unchanged', 'skipped'];
const LEVELS = { fail: 2, warn: 1, ok: 0 };

const edits = storedEdits();
const photos = data.photos.map((entry, index) => ({
  index,
  record: entry.record,
  thumbnail: entry.thumbnail,
  pinned: entry.pinned ?? {},
  edit: edits[entry.record.source] ?? {},
  searched: entry.record.source.toLowerCase(),
}));

/** Browsers may keep nothing for files from the disk; the page then works until it is closed. */
function storedEdits() {
  try {
    return JSON.parse(localStorage.getItem(STORE) ?? '{}');
  } catch {
    return {};
  }
}

function storeEdits() {
  const made = photos.filter((photo) => Object.keys(photo.edit).length > 0);
  try {
    localStorage.setItem(STORE, JSON.stringify(Object.fromEntries(made.map((photo) => [photo.record.source, photo.edit]))));
  } catch {
    // As above.
  }
}

function presetNamed(name) {
  return data.presets.find((preset) => preset.name === name);
}

/** The head that an output shows; null where the record has another person's. */
function headIn({ record }, output) {
  const box = record.faces[output.face]?.box;
  if (!record.head || !box) return null;
  const [x, y] = middle(...record.head.eyes);
  const isInside = x >= box[0] && x <= box[0] + box[2] && y >= box[1] && y <= box[1] + box[3];
  return isInside ? record.head : null;
}

/** Indices of the faces from left to right, in the photo as the person stands upright: how overrides count them. */
function facesFromLeft({ record }) {
  const turn = quarterTurn(record.turned ?? 0, record.photo);
  const swaps = (record.turned ?? 0) % 180 !== 0;
  const left = ({ box }) => applied(turn, centreOf(box))[0] - (swaps ? box[3] : box[2]) / 2;
  return record.faces.map((_, index) => index).sort((one, other) => left(record.faces[one]) - left(record.faces[other]));
}

function faceNumber(photo, index) {
  return facesFromLeft(photo).indexOf(index) + 1;
}

/** The number of the face that was framed. */
function mainFaceNumber(photo) {
  return photo.record.faces.length > 0 ? faceNumber(photo, photo.record.outputs[0]?.face ?? 0) : undefined;
}

/** The index of the face that the next run frames in an output. */
function chosenFace(photo, output) {
  return photo.edit.face === undefined ? output.face : facesFromLeft(photo)[photo.edit.face - 1];
}

/** The point about which an output is scaled and turned: between the eyes, or its middle. */
function pivotOf(photo, output) {
  const head = headIn(photo, output);
  return head ? applied(output.transform, middle(...head.eyes)) : [output.width / 2, output.height / 2];
}

/** The transform that an output is going to have, as far as can be told before the next run. */
function transformAfter(photo, output) {
  const move = photo.edit.moves?.[output.preset] ?? NO_MOVE;
  let { transform } = output;
  const chosen = chosenFace(photo, output);
  if (chosen !== output.face && photo.record.faces[chosen]) {
    const [from, to] = [photo.record.faces[chosen].box, photo.record.faces[output.face].box];
    const [here, there] = [centreOf(from), centreOf(to)];
    const shift = translation(there[0] - here[0], there[1] - here[1]);
    transform = then(then(shift, similarity(there, to[3] / from[3], 0)), transform);
  }
  const placed = similarity(pivotOf(photo, output), move.zoom, -move.roll);
  return then(then(transform, placed), translation(move.right * output.width, -move.up * output.height));
}

function isChanged(photo, output) {
  return chosenFace(photo, output) !== output.face || isMoved(photo.edit.moves?.[output.preset]);
}

function isEdited({ edit }) {
  return edit.face !== undefined || Object.values(edit.moves ?? {}).some(isMoved);
}

/** Checks that are not simply passed. */
function flagged({ record }) {
  return record.checks.filter((check) => check.level !== 'ok');
}

/** All check codes of the run, with how many photos they flag. */
function checkCodes() {
  const counts = new Map();
  for (const photo of photos) {
    for (const check of photo.record.checks) {
      if (!counts.has(check.code)) counts.set(check.code, 0);
      if (check.level !== 'ok') counts.set(check.code, counts.get(check.code) + 1);
    }
    const { reason } = photo.record;
    if (reason && !photo.record.checks.some((check) => check.code === reason)) {
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
  }
  return [...counts].sort(([one], [other]) => one.localeCompare(other));
}

/** Whether a high value of a check is the bad one, as those that crossed their limit tell. */
function isHighBad(code) {
  const crossed = photos.flatMap(flagged).find((check) => check.code === code && check.value !== check.limit);
  return crossed ? crossed.value > crossed.limit : true;
}

/** The photos that `wanted` asks for, in its order. */
function chosen(wanted) {
  const text = wanted.search.trim().toLowerCase();
  const isWanted = (photo) => {
    const { record, edit } = photo;
    return (wanted.outcome === '' || record.outcome === wanted.outcome)
      && (text === '' || photo.searched.includes(text))
      && (wanted.check === '' || record.reason === wanted.check || flagged(photo).some(({ code }) => code === wanted.check))
      && (wanted.preset === '' || [...record.outputs, ...(record.refused ?? [])].some(({ preset }) => preset === wanted.preset))
      && (wanted.mark === ''
        || (wanted.mark === 'changed' && isEdited(photo))
        || (wanted.mark === 'none' && !edit.mark && !isEdited(photo))
        || edit.mark === wanted.mark);
  };
  const list = photos.filter(isWanted).sort(orderBy(wanted.sort));
  return wanted.reverse ? list.reverse() : list;
}

/** By name, by outcome with the worst first, or by a check with the worst first; photos without it come last. */
function orderBy(sort) {
  const byName = (one, other) => one.index - other.index;
  if (sort === 'name') return byName;
  if (sort === 'outcome') {
    const rank = ({ record }) => OUTCOMES.indexOf(record.outcome);
    return (one, other) => rank(one) - rank(other) || byName(one, other);
  }
  const sign = isHighBad(sort) ? 1 : -1;
  const badness = new Map(photos.map((photo) => {
    const found = photo.record.checks.filter(({ code }) => code === sort);
    const worst = found.reduce((most, { level, value }) => Math.max(most, LEVELS[level] * 1e6 + sign * value), -Infinity);
    return [photo, worst];
  }));
  return (one, other) => {
    const [here, there] = [badness.get(one), badness.get(other)];
    return (here === there ? 0 : there - here) || byName(one, other);
  };
}
