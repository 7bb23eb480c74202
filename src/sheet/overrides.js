// What was pinned, what is changed on this page, and both together as the text of a headshot.toml.

/** Ranges of the keys; beyond them the program refuses the file. */
const NUDGE_LIMIT = 0.5;
const SCALE_RANGE = [0.5, 2];
const ROLL_LIMIT = 45;

/** A head within this share of what its scale asks for has that scale: the report rounds. */
const SAME_SCALE = 0.015;

// The natural top of a head above its chin, in head heights: as in src/subject/natural_top.rs.
const LOWEST_TOP = 0.95;
const HIGHEST_TOP = 1.08;

/** A change of one crop: the person moved right and up by shares of the output, the head larger, turned further back. */
const NO_MOVE = Object.freeze({ right: 0, up: 0, zoom: 1, roll: 0, asIs: null });

function isMoved(move) {
  return Boolean(move) && Object.keys(NO_MOVE).some((key) => move[key] !== NO_MOVE[key]);
}

function clamp(value, least, most) {
  return Math.min(most, Math.max(least, value));
}

function rounded(value, places) {
  const factor = 10 ** places;
  // No negative zero: it would be written with its sign.
  return Math.round(value * factor) / factor + 0;
}

/** The keys about the frame in a table of overrides. */
function framingOf(table = {}) {
  const { nudge, scale, roll, as_is } = table;
  return Object.fromEntries(Object.entries({ nudge, scale, roll, as_is }).filter(([, value]) => value !== undefined));
}

/** What was pinned for one preset of a photo. */
function pinnedFor(photo, preset) {
  return framingOf(photo.pinned.preset?.[preset] ?? photo.pinned);
}

/**
 * What is to be pinned for an output: what was, with the change. A nudge adds to what is there. A scale is a factor on
 * what the preset wants, so that it starts from the head as it is in the output, which may have been tightened.
 */
function framingAfter(photo, output, move) {
  const before = pinnedFor(photo, output.preset);
  if (move.asIs === true) return { as_is: true };
  const after = { ...before };
  if (after.as_is || move.asIs === false) delete after.as_is;
  if (move.right !== 0 || move.up !== 0) {
    const [right, up] = before.nudge ?? [0, 0];
    const share = (value) => rounded(clamp(value, -NUDGE_LIMIT, NUDGE_LIMIT), 4);
    after.nudge = [share(right + move.right), share(up + move.up)];
  }
  if (move.zoom !== 1) {
    after.scale = rounded(clamp(currentScale(photo, output) * move.zoom, ...SCALE_RANGE), 3);
  }
  if (move.roll !== 0) {
    const roll = turnedBackBy(output.transform) + (photo.record.turned ?? 0) + move.roll;
    const half = ((((roll + 180) % 360) + 360) % 360) - 180;
    after.roll = rounded(clamp(half, -ROLL_LIMIT, ROLL_LIMIT), 2);
  }
  if (move.asIs === false && Object.keys(after).length === 0) return { as_is: false };
  return after;
}

/** The head in an output as a factor on what its preset wants. */
function currentScale(photo, output) {
  const asked = pinnedFor(photo, output.preset).scale ?? 1;
  const head = headIn(photo, output);
  const preset = presetNamed(output.preset);
  if (!head || !preset) return asked;
  const height = 2 * distance(middle(...head.eyes), head.chin);
  const length = preset.head_measure === 'crown-to-chin'
    ? clamp(distance(head.crown, head.chin), LOWEST_TOP * height, HIGHEST_TOP * height)
    : height;
  const current = (length * scaleOf(output.transform)) / output.height / preset.head_height;
  return Math.abs(current / asked - 1) < SAME_SCALE ? asked : current;
}

/** All that is to be pinned for a photo after this page's changes; null where nothing is. */
function pinnedAfter(photo) {
  const { edit, record, pinned } = photo;
  const result = { general: framingOf(pinned), presets: {} };
  for (const [name, table] of Object.entries(pinned.preset ?? {})) result.presets[name] = framingOf(table);
  const face = edit.face ?? pinned.face ?? (isAcceptedInDoubt(photo) ? mainFaceNumber(photo) : undefined);
  if (face !== undefined) result.face = face;
  const changed = record.outputs.filter((output) => isMoved(edit.moves?.[output.preset]));
  for (const output of changed) result.presets[output.preset] = framingAfter(photo, output, edit.moves[output.preset]);
  const names = new Set(record.outputs.map((output) => output.preset));
  const after = [...names].map((name) => JSON.stringify(result.presets[name] ?? result.general));
  if (changed.length > 1 && changed.length === record.outputs.length && new Set(after).size === 1) {
    // The same for every size: said once.
    result.general = JSON.parse(after[0]);
    names.forEach((name) => delete result.presets[name]);
  }
  const isEmpty = (framing) => Object.keys(framing).length === 0;
  const isSame = (framing) => JSON.stringify(framing) === JSON.stringify(result.general);
  for (const [name, framing] of Object.entries(result.presets)) {
    if (isEmpty(framing) || isSame(framing)) delete result.presets[name];
  }
  const isNothing = result.face === undefined && isEmpty(result.general) && Object.keys(result.presets).length === 0;
  return isNothing ? null : result;
}

/** Doubts about whether this is a face, or the right one, end when the face is pinned. */
function isAcceptedInDoubt({ edit, record }) {
  return edit.mark === 'accept' && ['low-confidence', 'several-people'].includes(record.reason);
}

/** A text in quotes as TOML has it: backslash, quote and control characters escaped. */
function tomlString(text) {
  const escaped = text.replace(/[\\"\u0000-\u001f\u007f]/g, (character) => (
    character === '\\' || character === '"'
      ? `\\${character}`
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  ));
  return `"${escaped}"`;
}

function framingLines({ nudge, scale, roll, as_is: asIs }) {
  const lines = [];
  if (nudge) lines.push(`nudge = [${nudge.join(', ')}]`);
  if (scale !== undefined) lines.push(`scale = ${scale}`);
  if (roll !== undefined) lines.push(`roll = ${roll}`);
  if (asIs !== undefined) lines.push(`as_is = ${asIs}`);
  return lines;
}

/** The text of a headshot.toml with everything that is pinned for `photos`, and the marks as comments. */
function overridesText(photos) {
  const lines = ['# Written by the contact sheet. Paths are below the input folder.'];
  const marked = (mark) => photos.filter((photo) => photo.edit.mark === mark);
  for (const photo of marked('redo')) lines.push(`# to be taken again: ${tomlString(photo.record.source)}`);
  for (const photo of marked('accept')) lines.push(`# accepted: ${tomlString(photo.record.source)}`);
  const byName = [...photos].sort((one, other) => (one.record.source < other.record.source ? -1 : 1));
  for (const photo of byName) {
    const pinned = pinnedAfter(photo);
    if (!pinned || !canBePinned(photo)) continue;
    const table = `photo.${tomlString(photo.record.source)}`;
    lines.push('', `[${table}]`);
    if (pinned.face !== undefined) lines.push(`face = ${pinned.face}`);
    lines.push(...framingLines(pinned.general));
    for (const [name, framing] of Object.entries(pinned.presets)) {
      lines.push(`[${table}.preset.${tomlString(name)}]`, ...framingLines(framing));
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Names that are no UTF-8 cannot be written in TOML. */
function canBePinned({ record }) {
  return record.source_bytes === undefined;
}
